// Parts of an instance put back from an earlier time, in any mixture, beside those that were not.
#include <algorithm>
#include <array>
#include <filesystem>

#include <doctest/doctest.h>

#include "instance/instance.hpp"
#include "spool/site.hpp"
#include "spool/snapshot.hpp"
#include "storage/keys/keystore_slot.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

namespace files = std::filesystem;

constexpr std::array<std::string_view, 4> parts{"main.db", "log.db", "keystore", "jobs"};
constexpr unsigned all_parts = 15;

void copy_part(std::string_view part, const std::string& from, const std::string& to) {
    const auto recursively = files::copy_options::recursive | files::copy_options::overwrite_existing;
    for (const auto* suffix : {"", "-wal", "-marks"}) {
        const auto name = std::string(part) + suffix;
        files::remove_all(to + "/" + name);
        if (files::exists(from + "/" + name)) files::copy(from + "/" + name, to + "/" + name, recursively);
    }
}

std::string contents(const files::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// What tells it from the same part of another state. The marks are a cache.
std::string content_of(std::string_view part, const std::string& folder) {
    const auto path = folder + "/" + std::string(part);
    if (!files::is_directory(path))
        return contents(path) + (part == "keystore" ? "" : contents(path + "-wal"));
    std::string all;
    for (const auto& entry : std::set<files::path>(files::directory_iterator(path), {}))
        all += entry.filename().string() + contents(entry);
    return all;
}

/// An instance with copies of it as it was, each time closed in order.
class History {
 public:
    History() {
        open();
        close();
    }
    /// Goes on from an earlier state, as a second copy of it would.
    void live_from(int state, const std::function<void(Site&)>& work) {
        site_.close();
        mix(0, state, state);
        live(work);
    }
    void live(const std::function<void(Site&)>& work) {
        open();
        work(site_);
        close();
    }
    [[nodiscard]] int states() const { return static_cast<int>(states_.size()); }
    [[nodiscard]] bool differ(unsigned part, int a, int b) const {
        return content_of(parts[part], state(a)) != content_of(parts[part], state(b));
    }
    /// Those parts of the one state, the others of the other.
    void mix(unsigned of_first, int first, int second) {
        for (unsigned part = 0; part < parts.size(); ++part)
            copy_part(parts[part], state((of_first >> part & 1) != 0 ? first : second), site_.path());
    }
    /// The second state, in whose keystore these slots are those of the first.
    void mix_slots(unsigned of_first, int first, int second) {
        mix(0, first, second);
        auto mixed = contents(state(second) + "/keystore");
        const auto earlier = contents(state(first) + "/keystore");
        for (std::size_t slot = 0; slot < storage::keystore_slots; ++slot) {
            const auto at = slot * storage::keystore_slot_size;
            if ((of_first >> slot & 1) != 0)
                mixed.replace(at, storage::keystore_slot_size, earlier, at, storage::keystore_slot_size);
        }
        std::ofstream(keystore(), std::ios::binary) << mixed;
    }
    [[nodiscard]] std::string keystore() const { return site_.path() + "/keystore"; }
    instance::Findings open(const storage::VaultOptions& options = {}) {
        site_.close();
        instance::Findings found;
        site_.reopen(options, [&](instance::Instance& opened) {
            opened.recover(instance::Birth::opened);
            found = opened.findings();
        });
        return found;
    }
    [[nodiscard]] Site& site() { return site_; }

 private:
    [[nodiscard]] std::string state(int number) const {
        return states_[static_cast<std::size_t>(number)]->path();
    }
    void close() {
        site_.instance().settle();
        site_.close();
        states_.push_back(std::make_unique<TemporaryFolder>());
        for (const auto part : parts)
            copy_part(part, site_.path(), states_.back()->path());
    }

    Site site_;
    std::vector<std::unique_ptr<TemporaryFolder>> states_;
};

std::string codes(const instance::Findings& findings) {
    std::string out;
    for (const auto& finding : findings)
        out += finding.code + " ";
    return out;
}

}  // namespace

TEST_CASE("parts of two states of an instance never open together, whichever are of the earlier one") {
    History history;
    JobId first;
    history.live([&](Site& site) {
        first = site.submit(site.ada, site.secure, "the first");
        site.submit(site.ada, site.private_queue, "a private one");
    });
    history.live([](Site& site) { site.add_user("eve", "Eve Inkwell"); });
    history.live([&](Site& site) {
        site.release(site.ada, site.submit(site.ada, site.private_queue, "gone when printed"));
    });
    history.live([&](Site& site) { site.jobs().remove(site.ada, first); });
    history.live(
        [](Site& site) { static_cast<void>(site.vault().rotate_database_key(storage::DatabaseRole::log)); });
    history.live([](Site&) {});
    history.live([](Site& site) { site.submit(site.ada, site.secure, "the last"); });

    int mixtures = 0;
    int with_the_same_keystore = 0;
    for (int first_state = 0; first_state < history.states(); ++first_state) {
        for (int second = first_state + 1; second < history.states(); ++second) {
            unsigned differing = 0;
            for (unsigned part = 0; part < parts.size(); ++part)
                differing |= history.differ(part, first_state, second) ? 1U << part : 0;
            REQUIRE((differing & 1) == 1);
            for (unsigned mask = 1; mask < all_parts; ++mask) {
                // Otherwise it is one of the two states whole.
                if ((mask & ~differing) != 0 || mask == differing) continue;
                CAPTURE(first_state);
                CAPTURE(second);
                CAPTURE(mask);
                history.mix(mask, first_state, second);
                CHECK(status_of([&] { history.open(); }) == Status::ERR_TAMPERED);
                ++mixtures;
                with_the_same_keystore += (differing & 4) == 0 ? 1 : 0;
            }
        }
    }
    CHECK(mixtures >= 200);
    CHECK(with_the_same_keystore > 20);
    MESSAGE("mixtures: " << mixtures);
    for (int state = 0; state < history.states(); ++state) {  // a whole state can't be told from a later one
        history.mix(all_parts, state, state);
        CHECK(codes(history.open()).empty());
    }
}

TEST_CASE("parts of two copies of an instance that went on separately never open together") {
    History history;
    history.live([](Site& site) { site.submit(site.ada, site.secure, "before"); });
    const int fork = history.states() - 1;
    const auto print_privately = [](Site& site) {
        site.release(site.ada, site.submit(site.ada, site.private_queue, "gone when printed"));
    };
    history.live(print_privately);
    history.live_from(fork, print_privately);
    history.live_from(fork, [](Site& site) { site.submit(site.ada, site.secure, "after"); });
    int mixtures = 0;
    for (int first = fork + 1; first < history.states(); ++first) {
        for (int second = first + 1; second < history.states(); ++second) {
            for (unsigned mask = 1; mask < all_parts; ++mask) {
                CAPTURE(first);
                CAPTURE(second);
                CAPTURE(mask);
                history.mix(mask, first, second);
                CHECK(status_of([&] { history.open(); }) == Status::ERR_TAMPERED);
                ++mixtures;
            }
        }
    }
    CHECK(mixtures == 3 * 14);
    storage::VaultOptions accepting;
    accepting.accept_earlier_parts = true;
    history.mix(8, fork + 1, fork + 2);
    CHECK(codes(history.open(accepting)).starts_with("parts-diverged "));
}

TEST_CASE(
    "whichever slots of a keystore are put back, all is readable, or nothing opens and nothing is written") {
    History history;
    JobId kept;
    history.live([&](Site& site) { kept = site.submit(site.ada, site.private_queue, "a private one"); });
    for (int day = 0; day < 3; ++day) {
        history.live([](Site& site) {
            site.release(site.ada, site.submit(site.ada, site.private_queue, "gone when printed"));
        });
    }
    history.live([](Site&) {});
    int opened = 0;
    int refused = 0;
    for (int second = 1; second < history.states(); ++second) {
        for (int first = 0; first < second; ++first) {
            for (unsigned mask = 1; mask < 15; ++mask) {
                CAPTURE(first);
                CAPTURE(second);
                CAPTURE(mask);
                history.mix_slots(mask, first, second);
                const auto before = contents(history.keystore());
                const auto status = status_of([&] { history.open(); });
                if (status == Status::OK) {
                    ++opened;
                    if (second > 1)
                        CHECK(read_document(history.site(), history.site().root, kept) == "a private one");
                    continue;
                }
                CHECK(status == Status::ERR_TAMPERED);
                CHECK(contents(history.keystore()) == before);
                ++refused;
            }
        }
    }
    CHECK(opened > 0);
    CHECK(refused > 0);
    MESSAGE("opened: " << opened << ", refused: " << refused);
}

TEST_CASE(
    "parts of different times open where that is accepted, with a finding that tells which is earlier") {
    storage::VaultOptions accepting;
    accepting.accept_earlier_parts = true;
    History history;
    JobId job;
    history.live([&](Site& site) { job = site.submit(site.ada, site.secure, "of Monday"); });
    history.live([&](Site& site) { site.submit(site.ada, site.secure, "of Tuesday"); });
    history.live([&](Site& site) { site.jobs().remove(site.ada, job); });
    const int monday = history.states() - 3;
    struct Case {
        unsigned earlier_parts;
        int from;
        std::string_view codes;
    };
    const Case cases[] = {
        {1, monday, "main-earlier main-earlier documents-of-another-time "},
        {8, monday, "documents-earlier job-document-missing "},
        {8, monday + 1, "documents-earlier documents-of-another-time "},
    };
    history.mix(4, monday + 1, monday + 2);  // the key tree has turned since
    CHECK(status_of([&] { history.open(); }) == Status::ERR_TAMPERED);
    CHECK(status_of([&] { history.open(accepting); }) == Status::ERR_CORRUPT);
    for (const auto& one : cases) {
        const auto earlier_parts = one.earlier_parts;
        const auto from = one.from;
        CAPTURE(earlier_parts);
        CAPTURE(from);
        history.mix(earlier_parts, from, from + 1);
        CHECK(status_of([&] { history.open(); }) == Status::ERR_TAMPERED);
        CHECK(codes(history.open(accepting)) == one.codes);
        // What was accepted is known from then on, and what no job has goes.
        const auto later = codes(history.open());
        CHECK((later.empty() || later == "orphan-documents "));
        CHECK(codes(history.open()).empty());
    }
}

TEST_CASE("every finding of an opening that accepted earlier parts is an event") {
    storage::VaultOptions accepting;
    accepting.accept_earlier_parts = true;
    History history;
    history.live([](Site& site) { site.submit(site.ada, site.secure, "of yesterday"); });
    history.live([](Site& site) { site.submit(site.ada, site.secure, "of today"); });
    history.mix(8, history.states() - 2, history.states() - 1);
    history.open(accepting);
    CHECK(history.site().count(audit::Action::instance_damage_found) == 1);
}
