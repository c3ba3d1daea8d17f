// Folders, links, sockets, pipes and devices in the documents' folder, whatever they are called: they stay as
// they are, are followed nowhere, and are in nobody's way.
#include <map>
#include <set>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "abi/engine.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

constexpr const char* entry_kinds[] = {"folder", "link", "dangling link", "socket", "pipe", "device"};

/// False where the system lets nobody make it here.
bool plant(const std::string& kind, const std::string& at, const std::string& outside) {
    if (kind == "folder") return filesystem::create_directory(at) && (write_file(at + "/mine", "mine"), true);
    if (kind == "link") return ::symlink(outside.c_str(), at.c_str()) == 0;
    if (kind == "dangling link") return ::symlink("nowhere", at.c_str()) == 0;
    if (kind == "pipe") return ::mkfifo(at.c_str(), 0600) == 0;
    if (kind == "device") return ::mknod(at.c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0;  // endless zeros
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (at.size() >= sizeof address.sun_path) return false;
    at.copy(static_cast<char*>(address.sun_path), at.size());
    const int bound = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const bool made = ::bind(bound, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(bound);
    return made;
}

/// What there is of each name, links not followed.
std::map<std::string, std::string> entries_of(const std::string& folder) {
    std::map<std::string, std::string> out;
    for (const auto& entry : filesystem::directory_iterator(folder)) {
        const auto type = entry.symlink_status().type();
        if (type == filesystem::file_type::regular) continue;
        auto& told = out[entry.path().filename()] = std::to_string(static_cast<int>(type));
        if (type == filesystem::file_type::symlink) told += filesystem::read_symlink(entry.path()).string();
        if (type == filesystem::file_type::directory) told += read_file(entry.path() / "mine");
    }
    return out;
}

std::set<std::string> codes_of(Host& host) {
    for (int i = 0; i < 10; ++i)
        host.system->tick();
    std::set<std::string> out;
    for (const auto finding : host.engine->findings())
        out.insert(std::string(finding.text("code")));
    return out;
}

std::string print(Host& host, std::int64_t job) {
    Tray tray;
    CHECK_MESSAGE(Host::release(*host.admin, job, tray) == MYQSEC_OK, std::string(myqsec_last_error()));
    return tray.printed;
}

}  // namespace

TEST_CASE(
    "what is no file in the documents' folder stays, is followed nowhere and keeps nothing from working") {
    Host host;
    const auto folder = host.directory + "/jobs";
    const auto outside = host.folder.path() + "/outside";
    write_file(outside, "not to be read");
    const auto kept = host.submit(host.secure, "kept");
    const auto only_file = [&](const std::set<filesystem::path>& before) {
        for (const auto& path : host.jobs())
            if (!before.contains(path)) return path.string();
        FAIL("no new file");
        return std::string();
    };
    std::vector<std::int64_t> lost;
    std::vector<std::pair<std::string, std::string>> places;  // kind, path
    char unknown = 'a';
    for (const std::string kind : entry_kinds) {
        const auto present = host.jobs();
        const std::set<filesystem::path> before(present.begin(), present.end());
        const auto gone = host.submit(host.secure, "gone");
        places.emplace_back(kind, only_file(before));  // a name that this instance has given
        check(myqsec_job_delete(host.admin->get(), gone));
        lost.push_back(host.submit(host.secure, "lost"));
        places.emplace_back(kind, only_file(before));  // one that a job still has
        places.emplace_back(kind, folder + "/" + std::string(32, unknown++));
        places.emplace_back(kind, folder + "/my " + kind);
    }
    host.close();
    std::size_t planted = 0;
    for (const auto& [kind, path] : places) {
        filesystem::remove(path);
        planted += plant(kind, path, outside) ? 1 : 0;
    }
    CHECK(planted >= 20);
    const auto entries = entries_of(folder);
    CHECK(entries.size() == planted);
    const auto untouched = [&] {
        return entries_of(folder) == entries && read_file(outside) == "not to be read";
    };

    {
        const auto root = host.root();
        const auto options = host.options();
        myqsec_list* list = nullptr;
        check(myqsec_doctor(host.directory.c_str(), &root, &options, &list));
        const List rows(list);
        CHECK(
            std::ranges::none_of(rows, [](const auto& row) { return row.text("code").starts_with("ERR_"); }));
        CHECK(untouched());
    }
    host.reopen();
    host.attach();
    const auto codes = codes_of(host);
    CHECK(codes.contains("foreign-documents"));
    CHECK(codes.contains("job-document-missing"));
    CHECK(untouched());
    for (const auto job : lost) {
        CHECK(host.state(job) == "aborted");
        CHECK(myqsec_job_delete(host.admin->get(), job) == MYQSEC_OK);
    }
    CHECK(untouched());

    const auto backup = host.folder.path() + "/backup";
    CHECK_MESSAGE(myqsec_backup_create(host.admin->get(), backup.c_str(), nullptr, nullptr) == MYQSEC_OK,
                  std::string(myqsec_last_error()));
    CHECK(entries_of(backup + "/jobs").empty());
    char key[MYQSEC_BACKUP_KEY_MAX];
    std::size_t length = sizeof key;
    check(myqsec_backup_key_export(host.admin->get(), 0, static_cast<char*>(key), &length));
    CHECK(print(host, kept) == "kept");
    CHECK(untouched());
    host.reopen();
    CHECK(codes_of(host).contains("foreign-documents"));
    CHECK(untouched());
    host.close();

    // In a backup, too, they are nobody's documents.
    for (const auto& [kind, path] : places) {
        const auto at = backup + "/jobs/" + filesystem::path(path).filename().string();
        filesystem::remove(at);
        static_cast<void>(plant(kind, at, outside));
    }
    const auto in_backup = entries_of(backup + "/jobs");
    const auto root = host.root();
    const auto options = host.options();
    const auto restored = host.folder.path() + "/restored";
    myqsec_engine* engine = nullptr;
    CHECK_MESSAGE(myqsec_backup_restore(backup.c_str(), restored.c_str(), static_cast<const char*>(key),
                                        &root, &options, nullptr, &engine) == MYQSEC_OK,
                  std::string(myqsec_last_error()));
    check(myqsec_close(engine));
    CHECK(entries_of(backup + "/jobs") == in_backup);
    CHECK(entries_of(restored + "/jobs").empty());
    host.directory = restored;
    host.reopen();
    host.attach();
    CHECK(print(host, kept) == "kept");
}

TEST_CASE("a document that became a link or a folder while the instance is open is named, and not followed") {
    Host host;
    const auto outside = host.folder.path() + "/outside";
    write_file(outside, "not to be read");
    for (const std::string kind : entry_kinds) {
        CAPTURE(kind);
        const auto job = host.submit(host.secure, "replaced");
        const auto present = host.jobs();
        const auto path = std::ranges::find_if(present, [](const auto& each) {
                              return filesystem::is_regular_file(filesystem::symlink_status(each));
                          })->string();
        filesystem::remove(path);
        if (!plant(kind, path, outside)) continue;
        const auto entries = entries_of(host.directory + "/jobs");
        Tray tray;
        CHECK_FAILS(Host::release(*host.admin, job, tray), MYQSEC_ERR_CORRUPT, "is not a regular file");
        CHECK(tray.printed.empty());
        CHECK(myqsec_job_delete(host.admin->get(), job) == MYQSEC_OK);
        CHECK(entries_of(host.directory + "/jobs") == entries);
    }
    CHECK(read_file(outside) == "not to be read");
}
