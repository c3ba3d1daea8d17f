// Single bytes altered anywhere in an instance: what is read is right, or an error.
#include <doctest/doctest.h>

#include "instance_files.hpp"
#include "site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;

namespace {

void put_byte(const std::string& path, std::size_t at, char byte) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at)).put(byte);
}

std::string read_document(Site& site, JobId job) {
    const auto reader = site.jobs().open_document(site.ada, job);
    std::string text(reader->size(), '\0');
    text.resize(reader->read_at(0, ByteSpan(reinterpret_cast<std::uint8_t*>(text.data()), text.size())));
    return text;
}

}  // namespace

TEST_CASE("whichever byte of a job's file is altered, it is served from the other header or not at all") {
    Site site;
    const auto text = document(40);
    const auto job = site.submit(site.ada, site.secure, text);
    const auto path = site.path() + "/jobs/" + site.files().at(0);
    const auto sealed = read_file(path);
    site.close();
    site.open(without_syncs);
    site.log_in_everybody();

    auto seen = static_cast<std::int64_t>(site.audit().list(1, 1'000'000).size());
    const auto damage_reported = [&] {
        bool reported = false;
        for (const auto& event : site.audit().list(seen + 1, 100)) {
            seen = event.sequence;
            reported = reported || event.action == Action::instance_damage_found;
        }
        return reported;
    };
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        CAPTURE(at);
        const auto flip = static_cast<char>(1 << at % 8);
        put_byte(path, at, static_cast<char>(sealed[at] ^ flip));
        std::string read;
        const auto reading = status_of([&] { read = read_document(site, job); });
        const bool reading_reported = damage_reported();
        TraySink tray;
        const auto release = status_of([&] { site.jobs().release(site.ada, job, {true}, tray); });
        const bool release_reported = damage_reported();
        const bool in_header = at < crypto::container_header_area;
        REQUIRE(reading == (in_header ? Status::OK : Status::ERR_CORRUPT));
        REQUIRE(release == reading);
        REQUIRE(read == (in_header ? text : ""));
        REQUIRE(tray.printed == read);
        REQUIRE(reading_reported == in_header);
        REQUIRE(release_reported == in_header);
        put_byte(path, at, sealed[at]);
    }
    CHECK(read_document(site, job) == text);
    CHECK_FALSE(damage_reported());
}
