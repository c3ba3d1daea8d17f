// What a person would not want to be found on a stolen disk, looked for in every byte under the instance's
// folder.
#include <random>

#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;
using test::Tray;
namespace filesystem = std::filesystem;

namespace {

/// 24 random letters: they occur nowhere by chance.
std::string marker() {
    static std::mt19937_64 random(std::random_device{}());
    std::string out;
    while (out.size() < 24)
        out += static_cast<char>('a' + random() % 26);
    return out;
}

std::string utf16(const std::string& text) {
    std::string out;
    for (const char c : text)
        out += {c, '\0'};
    return out;
}
std::string hex(const std::string& text) {
    std::string out;
    for (const char c : text) {
        out += "0123456789abcdef"[c >> 4];
        out += "0123456789abcdef"[c & 15];
    }
    return out;
}
/// Its middle, which does not depend on what stands before it: one of three phases.
std::vector<std::string> base64(const std::string& text) {
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<std::string> out;
    for (std::size_t phase = 0; phase < 3; ++phase) {
        std::string encoded;
        for (std::size_t i = phase; i + 3 <= text.size(); i += 3) {
            const auto bits = static_cast<unsigned>(text[i]) << 16 | static_cast<unsigned>(text[i + 1]) << 8 |
                              static_cast<unsigned>(text[i + 2]);
            for (const unsigned shift : {18U, 12U, 6U, 0U})
                encoded += digits[bits >> shift & 63];
        }
        out.push_back(encoded);
    }
    return out;
}

/// Where one of the markers is, in any of these forms; file names count too.
std::vector<std::string> traces(const std::string& directory, const std::vector<std::string>& markers) {
    std::vector<std::string> forms;
    for (const auto& text : markers) {
        forms.insert(forms.end(), {text, utf16(text), hex(text)});
        const auto encoded = base64(text);
        forms.insert(forms.end(), encoded.begin(), encoded.end());
    }
    std::vector<std::string> out;
    for (const auto& entry : filesystem::recursive_directory_iterator(directory)) {
        const auto searched =
            entry.path().string() + (entry.is_regular_file() ? test::read_file(entry.path()) : std::string());
        for (const auto& form : forms) {
            if (searched.find(form) != std::string::npos)
                out.push_back(entry.path().string() + " holds " + form);
        }
    }
    return out;
}

}  // namespace

TEST_CASE("the search for traces finds what is there, in each of its forms") {
    const test::TemporaryFolder folder;
    const auto text = marker();
    CHECK(traces(folder.path(), {text}).empty());
    for (const auto& form : {text, utf16(text), hex(text), base64(text)[1]}) {
        test::write_file(folder.path() + "/file", "something " + form + " something");
        CHECK(traces(folder.path(), {text}).size() == 1);
    }
}

TEST_CASE(
    "no byte of a document, its title or its owner is on the disk: held, released, deleted, erased, open or "
    "closed") {
    Host host;
    const auto user_name = marker(), full_name = marker(), email = marker(), notes = marker(),
               title = marker(), host_name = marker(), document = marker(), card = marker(), label = marker(),
               password = marker();
    const std::vector<std::string> all = {user_name, full_name, email, notes,    title,      host_name,
                                          document,  card,      label, password, host.secret};
    const auto none = [&] {
        for (const auto& trace : traces(host.directory, all))
            FAIL_CHECK(trace);
    };
    myqsec_user_fields fields = MYQSEC_USER_FIELDS_INIT;
    const auto address = email + "@example.com";
    fields.user_name = user_name.c_str();
    fields.full_name = full_name.c_str();
    fields.email = address.c_str();
    fields.notes = notes.c_str();
    const auto user = host.admin->create(myqsec_user_create, &fields);
    host.admin->create(myqsec_card_add, user, card.c_str(), label.c_str(), 0);
    check(myqsec_user_set_password(host.admin->get(), user, nullptr, password.c_str()));
    none();

    std::vector<std::int64_t> jobs;
    for (const auto queue : {host.secure, host.privately, host.secure}) {
        auto job = host.job_fields(queue);
        job.owner = user;
        job.name = title.c_str();
        job.host_name = host_name.c_str();
        auto writer = host.system->submit(job);
        for (int i = 0; i < 5'000; ++i)
            writer.write(std::string_view(document));
        none();  // half-way
        jobs.push_back(writer.finish());
    }
    none();
    CHECK(host.admin->list(myqsec_job_get, jobs[0]).first().text("name") == title);
    {
        const auto session = host.by_card(card.c_str());
        for (const auto job : jobs) {
            if (job == jobs[2]) continue;
            Tray tray;
            tray.during_write = none;
            CHECK(Host::release(session, job, tray) == MYQSEC_OK);
            CHECK(tray.printed.size() == document.size() * 5'000);
        }
        CHECK(host.login_status(card.c_str(), nullptr, "999999") != MYQSEC_OK);
    }
    none();
    check(myqsec_job_delete(host.admin->get(), jobs[2]));
    none();
    host.reopen();
    none();
    CHECK(host.admin->list(myqsec_user_get, user).first().text("full_name") == full_name);
    check(myqsec_user_delete(host.admin->get(), user));
    none();
    host.close();
    none();
}
