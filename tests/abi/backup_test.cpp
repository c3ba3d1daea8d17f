// Backups through the C ABI: rights, events, expiry at tick, restoring beside an outside counter.
#include <algorithm>
#include <filesystem>

#include "abi/counters.hpp"
#include "abi/engine.hpp"

using namespace myqsec;
using test::Counters;
using test::first_administrator;
using test::Host;
using test::Tray;

namespace {

constexpr std::int64_t hour = 3'600'000;

struct Key {
    char text[MYQSEC_BACKUP_KEY_MAX] = {};
    std::size_t length = sizeof text;
};

Key exported(const Session& session, std::uint32_t version = 0) {
    Key key;
    check(myqsec_backup_key_export(session.get(), version, key.text, &key.length));
    CHECK(key.length == std::string(key.text).size() + 1);
    return key;
}

myqsec_backup_info back_up(const Session& session, const std::string& directory, std::int64_t retention) {
    myqsec_backup_options options = MYQSEC_BACKUP_OPTIONS_INIT;
    options.retention = retention;
    myqsec_backup_info info = MYQSEC_BACKUP_INFO_INIT;
    check(myqsec_backup_create(session.get(), directory.c_str(), &options, &info));
    return info;
}

/// The host goes on with what was restored.
void restore_into(Host& host, const std::string& backup, const Key& key, const myqsec_options& options) {
    host.directory = host.folder.path() + "/restored";
    const auto root = host.root();
    myqsec_engine* engine = nullptr;
    check(myqsec_backup_restore(backup.c_str(), host.directory.c_str(), key.text, &root, &options, nullptr,
                                &engine));
    check(myqsec_close(engine));
}

}  // namespace

TEST_CASE(
    "a restored instance has the jobs, users and devices of its backup, and says that it was restored") {
    Host host;
    const auto backup = host.folder.path() + "/backup";
    const auto held = host.submit(host.secure, "a held document");
    const auto deleted = host.submit(host.secure, "a document deleted later");
    const auto info = back_up(*host.admin, backup, 24 * hour);
    CHECK(info.created == host.now);
    CHECK(info.expires == host.now + 24 * hour);
    const auto key = exported(*host.admin);
    CHECK(host.count("backup.began") == 1);
    CHECK(host.count("backup.finished") == 1);
    CHECK(host.count("backup.key-exported") == 1);
    check(myqsec_job_delete(host.admin->get(), deleted));
    host.close();
    const auto options = host.options();
    restore_into(host, backup, key, options);
    host.reopen();
    CHECK(host.engine->findings().size() == 0);  // told at the first opening
    CHECK(host.count("instance.restored") == 1);
    host.attach();
    Tray tray;
    CHECK(Host::release(host.by_card(), held, tray) == MYQSEC_OK);
    CHECK(tray.printed == "a held document");
    CHECK(host.state(deleted) == "pending-held");
    const auto row = host.admin->list(myqsec_keys_status);
    CHECK(row.first().integer("waiting") == 0);
}

TEST_CASE("a backup beside an earlier one shares what both have") {
    Host host;
    host.submit(host.secure, "held for days");
    const auto names = [&](const std::string& backup) {
        std::size_t most = 0;
        for (const auto& file :
             std::filesystem::directory_iterator(host.folder.path() + "/" + backup + "/jobs"))
            most = std::max<std::size_t>(most, std::filesystem::hard_link_count(file));
        return most;
    };
    back_up(*host.admin, host.folder.path() + "/monday", 24 * hour);
    CHECK(names("monday") == 1);
    back_up(*host.admin, host.folder.path() + "/tuesday", 24 * hour);
    CHECK(names("monday") == 2);
    CHECK(names("tuesday") == 2);
}

TEST_CASE("backups and their keys take the right to manage keys, and calls that make no sense are told so") {
    Host host;
    const auto backup = host.folder.path() + "/backup";
    const auto jana = host.by_card();
    myqsec_list* list = nullptr;
    Key key;
    CHECK(myqsec_backup_create(jana.get(), backup.c_str(), nullptr, nullptr) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK_FALSE(test::filesystem::exists(backup));
    CHECK(myqsec_backup_key_list(jana.get(), &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_backup_key_export(jana.get(), 0, key.text, &key.length) == MYQSEC_ERR_ACCESS_DENIED);
    const auto admin = host.admin->get();
    key.length = sizeof key.text;
    CHECK(myqsec_backup_key_export(admin, 0, key.text, &key.length) == MYQSEC_ERR_NOT_FOUND);
    const auto taken = host.folder.path() + "/taken";
    test::filesystem::create_directories(taken + "/by somebody");
    CHECK(myqsec_backup_create(admin, taken.c_str(), nullptr, nullptr) == MYQSEC_ERR_EXISTS);
    CHECK(myqsec_backup_create(admin, "", nullptr, nullptr) == MYQSEC_ERR_INVALID_ARGUMENT);
    myqsec_backup_options options = MYQSEC_BACKUP_OPTIONS_INIT;
    for (const auto retention : {std::int64_t{-1}, hour - 1, INT64_MAX, INT64_MIN}) {
        options.retention = retention;
        CHECK(myqsec_backup_create(admin, backup.c_str(), &options, nullptr) == MYQSEC_ERR_INVALID_ARGUMENT);
    }
    options.retention = 0;
    options.reserved = 1;
    CHECK(myqsec_backup_create(admin, backup.c_str(), &options, nullptr) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(host.count("backup.finished") == 1);  // the one into a folder that was not empty
    back_up(*host.admin, backup, 0);
    key.length = 10;
    CHECK(myqsec_backup_key_export(admin, 0, key.text, &key.length) == MYQSEC_ERR_BUFFER_TOO_SMALL);
    CHECK(key.length == MYQSEC_BACKUP_KEY_MAX);
    CHECK(host.count("backup.key-exported") == 0);
    const auto root = host.root();
    myqsec_engine* engine = nullptr;
    CHECK_FAILS(myqsec_backup_restore(backup.c_str(), host.directory.c_str(), exported(*host.admin).text,
                                      &root, nullptr, nullptr, &engine),
                MYQSEC_ERR_EXISTS, "already holds an instance");
    CHECK(myqsec_backup_key_read(host.directory.c_str(), &root, 0, key.text, &key.length) ==
          MYQSEC_ERR_IN_USE);
    CHECK(engine == nullptr);
}

TEST_CASE("asking for the key of an instance that is none leaves the folder as it is") {
    const Host host;
    const auto root = host.root();
    const auto place = host.folder.path() + "/none";
    test::filesystem::create_directory(place);
    Key key;
    CHECK_FAILS(myqsec_backup_key_read(place.c_str(), &root, 0, key.text, &key.length), MYQSEC_ERR_NOT_FOUND,
                place);
    CHECK(test::filesystem::is_empty(place));
}

TEST_CASE("a restoring that fails removes what it made, and no file that came meanwhile") {
    Host host;
    const auto backup = host.folder.path() + "/backup";
    auto place = host.folder.path() + "/restored";
    host.submit(host.secure, "a held document");
    back_up(*host.admin, backup, 0);
    const auto key = exported(*host.admin);
    const auto root = host.root();
    myqsec_engine* engine = nullptr;
    myqsec_backup_options options = MYQSEC_BACKUP_OPTIONS_INIT;
    const auto restore = [&] {
        return myqsec_backup_restore(backup.c_str(), place.c_str(), key.text, &root, nullptr, &options,
                                     &engine);
    };
    options.progress = [](void*, std::uint64_t, std::uint64_t) { return 1; };
    CHECK(restore() == MYQSEC_ERR_CALLBACK);
    CHECK_FALSE(test::filesystem::exists(place));
    options.context = &place;
    options.progress = [](void* folder, std::uint64_t done, std::uint64_t files) {
        if (done < files) return 0;
        for (const auto* name : {"/main.db.note", "/keystore.mine", "/letter.txt", "/jobs/mine"})
            test::write_file(*static_cast<std::string*>(folder) + name, "mine");
        return 1;
    };
    test::filesystem::create_directories(place + "/jobs");
    CHECK_FAILS(restore(), MYQSEC_ERR_EXISTS, "jobs");
    test::filesystem::remove(place + "/jobs");
    CHECK(restore() == MYQSEC_ERR_CALLBACK);
    CHECK(test::read_file(place + "/jobs/mine") == "mine");
    test::filesystem::remove_all(place + "/jobs");
    for (const auto* name : {"/main.db.note", "/keystore.mine", "/letter.txt"}) {
        CHECK(test::read_file(place + name) == "mine");
        test::filesystem::remove(place + name);
    }
    CHECK(test::filesystem::is_empty(place));
}

TEST_CASE("a tick destroys the keys that have expired, unless the clock is not to be believed") {
    Host host;
    back_up(*host.admin, host.folder.path() + "/one", 2 * hour);
    back_up(*host.admin, host.folder.path() + "/two", 300 * hour);
    CHECK(host.admin->list(myqsec_backup_key_list).size() == 2);
    for (int minutes = 0; minutes < 130; minutes += 30) {
        host.now += hour / 2;
        host.system->tick();
    }
    host.reopen();  // the session of two hours ago has ended
    CHECK(host.count("backup.key-expired") == 1);
    CHECK(host.admin->list(myqsec_backup_key_list).size() == 1);
    host.now += 1000 * hour;  // a step: deletion is suspended
    host.system->tick();
    host.reopen();
    CHECK(host.admin->list(myqsec_backup_key_list).size() == 1);
    CHECK_FAILS(
        myqsec_backup_create(host.admin->get(), (host.folder.path() + "/three").c_str(), nullptr, nullptr),
        MYQSEC_ERR_NOT_POSSIBLE, "clock");
    check(myqsec_clock_confirm(host.admin->get()));
    host.system->tick();
    const auto kept = host.admin->list(myqsec_backup_key_list);
    REQUIRE(kept.size() == 1);
    const auto expires = kept.first().integer("expires");
    CHECK(expires > host.now);
    while (host.now <= expires) {
        host.now += hour / 2;
        host.system->tick();
    }
    host.reopen();
    CHECK(host.admin->list(myqsec_backup_key_list).size() == 0);
}

TEST_CASE(
    "a restored instance goes on with the outside counter, which then tells the backup's state from it") {
    Counters counters;
    Host host;
    const auto options = counters.give_to(host.options());
    const auto place = host.folder.path() + "/counted";
    const auto root = host.root();
    myqsec_engine* engine = nullptr;
    Key key;
    {
        const auto held = Engine::create(place, root, &options);
        const auto system = held.system_session();
        const auto admin = system.login("admin", first_administrator(system));
        back_up(admin, host.folder.path() + "/backup", hour);
        key = exported(admin);
        for (int i = 0; i < 5; ++i)
            check(myqsec_setting_set(admin.get(), "pin.length", i % 2 == 0 ? "7" : "8"));
    }
    const auto without = host.options();
    for (const bool fresh : {false, true, false, true}) {  // the old machine's counter, and a new machine's
        CAPTURE(fresh);
        if (fresh) counters.values.clear();
        // A restoring program may not have the counter that the server has.
        const bool elsewhere = test::filesystem::exists(host.folder.path() + "/moved");
        CAPTURE(elsewhere);
        const auto restored =
            host.folder.path() + (fresh ? "/moved" : "/restored") + (elsewhere ? "-elsewhere" : "");
        check(myqsec_backup_restore((host.folder.path() + "/backup").c_str(), restored.c_str(), key.text,
                                    &root, elsewhere ? &without : &options, nullptr, &engine));
        check(myqsec_close(engine));
        if (elsewhere) {
            check(myqsec_open(restored.c_str(), &root, &options, &engine));
            check(myqsec_close(engine));
        }
        test::filesystem::copy(restored, restored + "-earlier", test::filesystem::copy_options::recursive);
        check(myqsec_open(restored.c_str(), &root, &options, &engine));
        check(myqsec_close(engine));
        CHECK(myqsec_open((restored + "-earlier").c_str(), &root, &options, &engine) == MYQSEC_ERR_TAMPERED);
        if (!fresh) CHECK(myqsec_open(place.c_str(), &root, &options, &engine) == MYQSEC_ERR_TAMPERED);
    }
}

TEST_CASE("an instance whose outside counter was lost takes up another one by being backed up and restored") {
    Counters counters;
    Host host;
    const auto counted = counters.give_to(host.options());
    const auto place = host.folder.path() + "/counted", backup = host.folder.path() + "/backup",
               restored = host.folder.path() + "/restored";
    const auto root = host.root();
    std::string password;
    {
        const auto held = Engine::create(place, root, &counted);
        password = first_administrator(held.system_session());
    }
    counters.values.clear();
    auto options = counted;
    myqsec_engine* engine = nullptr;
    for (const std::uint32_t accepts : {0U, 1U}) {
        options.accept_earlier_parts = accepts;
        CHECK(myqsec_open(place.c_str(), &root, &options, &engine) == MYQSEC_ERR_TAMPERED);
        CHECK(std::string(myqsec_last_error()).find("restore that with the new counter") !=
              std::string::npos);
    }
    Key key;
    options = host.options();
    options.accept_earlier_parts = 1;
    {
        const auto held = Engine::open(place, root, &options);
        const auto admin = held.system_session().login("admin", password);
        back_up(admin, backup, hour);
        key = exported(admin);
    }
    check(
        myqsec_backup_restore(backup.c_str(), restored.c_str(), key.text, &root, &counted, nullptr, &engine));
    check(myqsec_close(engine));
    test::filesystem::copy(restored, restored + "-earlier", test::filesystem::copy_options::recursive);
    check(myqsec_open(restored.c_str(), &root, &counted, &engine));
    check(myqsec_close(engine));
    CHECK(myqsec_open((restored + "-earlier").c_str(), &root, &counted, &engine) == MYQSEC_ERR_TAMPERED);
}

TEST_CASE("a restored instance gives its databases and its audit log keys that no backup has") {
    Host host;
    const auto backup = host.folder.path() + "/backup";
    back_up(*host.admin, backup, hour);
    const auto key = exported(*host.admin);
    host.close();
    const auto options = host.options();
    restore_into(host, backup, key, options);
    host.reopen();
    CHECK(host.count("audit.key-rotated") == 1);
    CHECK(host.count("key.rotated") == 2);
    for (int i = 0; i < 100; ++i)
        host.system->tick();
    CHECK(host.count("encryption.change-finished") == 2);
    for (const auto& row : host.admin->list(myqsec_encryption_status))
        CHECK(row.integer("key_version") == 2);
}

TEST_CASE("a database gets a fresh key while it is in use, and the old one is destroyed") {
    Host host;
    const auto version = [&] {
        return host.admin->list(myqsec_encryption_status).first().integer("key_version");
    };
    CHECK(myqsec_keys_rotate_database(host.by_card().get(), "main") == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_keys_rotate_database(host.admin->get(), "jobs") == MYQSEC_ERR_NOT_FOUND);
    const auto before = version();
    check(myqsec_keys_rotate_database(host.admin->get(), "main"));
    CHECK(myqsec_keys_rotate_database(host.admin->get(), "main") == MYQSEC_ERR_NOT_POSSIBLE);
    CHECK(host.count("key.rotated") == 1);
    for (int i = 0; i < 50; ++i)
        host.system->tick();
    CHECK(version() == before + 1);
    CHECK(host.count("encryption.change-finished") == 1);
    check(myqsec_keys_rotate_database(host.admin->get(), "main"));  // the first one is finished
    host.reopen();
    CHECK(host.engine->findings().size() == 0);
}

TEST_CASE(
    "no backup is made in the instance's own folder, and nothing restored into a backup's, whatever the "
    "path") {
    Host host;
    const auto link = host.folder.path() + "/link";
    test::filesystem::create_directory_symlink(host.directory, link);
    const auto before = host.contents();
    const auto began = host.count("backup.began");
    for (const std::string& target :
         {host.directory, host.directory + "/", host.directory + "/backup", host.directory + "/jobs/backup",
          link, link + "/backup", host.directory + "/../instance/backup",
          host.directory + "/jobs/../x/../backup"}) {
        CAPTURE(target);
        CHECK_FAILS(myqsec_backup_create(host.admin->get(), target.c_str(), nullptr, nullptr),
                    MYQSEC_ERR_INVALID_ARGUMENT, "lies in the instance's own folder");
        CHECK_FALSE(test::filesystem::exists(target + "/backup"));
    }
    CHECK_FALSE(test::filesystem::exists(host.directory + "/backup"));
    CHECK(host.count("backup.began") == began);
    CHECK((before.size() == host.contents().size()));
    // Around the instance: there is something in it.
    CHECK_FAILS(myqsec_backup_create(host.admin->get(), host.folder.path().c_str(), nullptr, nullptr),
                MYQSEC_ERR_EXISTS, "is not empty");
    // Beside it, under a name that begins alike.
    const auto backup = host.directory + "-backup";
    back_up(*host.admin, backup, 24 * hour);
    const auto key = exported(*host.admin);
    host.close();

    const auto root = host.root();
    const auto options = host.options();
    const auto restore = [&](const std::string& to) {
        myqsec_engine* engine = nullptr;
        const auto status =
            myqsec_backup_restore(backup.c_str(), to.c_str(), key.text, &root, &options, nullptr, &engine);
        if (engine != nullptr) check(myqsec_close(engine));
        return status;
    };
    test::filesystem::remove(link);
    test::filesystem::create_directory_symlink(backup, link);
    for (const auto& target : {backup, backup + "/instance", backup + "/jobs", link, link + "/instance"}) {
        CAPTURE(target);
        CHECK_FAILS(restore(target), MYQSEC_ERR_INVALID_ARGUMENT, "lies in the backup's own folder");
        CHECK_FALSE(test::filesystem::exists(backup + "/instance"));
    }
    CHECK_FAILS(restore(host.folder.path()), MYQSEC_ERR_EXISTS, "is not empty");
    CHECK_FAILS(restore(host.directory), MYQSEC_ERR_EXISTS, "already holds an instance");
    CHECK(restore(host.folder.path() + "/restored") == MYQSEC_OK);
}
