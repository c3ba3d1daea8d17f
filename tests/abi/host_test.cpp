// What belongs to the host: its events, secrets and settings, and who is vouched for and comes with a ticket.
#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;

namespace {

myqsec_status set_secret(const Session& session, const char* name, const std::string& value) {
    return myqsec_host_secret_set(session.get(), name, value.data(), value.size());
}
std::string secret_of(const Session& session, const char* name) {
    return session.host_secret(name);
}
/// The newest event of an action.
std::string changes_of(const Host& host, const char* action) {
    myqsec_audit_filter filter = MYQSEC_AUDIT_FILTER_INIT;
    filter.action = action;
    myqsec_page page = MYQSEC_PAGE_INIT;
    page.order = MYQSEC_NEWEST_FIRST;
    page.limit = 1;
    return host.admin->list(myqsec_audit_list, &filter, &page).first().text("changes");
}
/// Somebody with a password who has but what everybody has.
Session somebody(const Host& host) {
    return host.system->login("jana", Host::password);
}

}  // namespace

TEST_CASE("a secret of the host is kept over a restart, and lies on no disk in the clear") {
    Host host;
    const std::string key = "-----BEGIN PRIVATE KEY----- Quillfeather" + std::string("\0\n", 2);
    check(set_secret(*host.system, "tls.key", key));
    CHECK(secret_of(*host.system, "tls.key") == key);
    for (const auto& file : host.contents())
        CHECK(file.find("Quillfeather") == std::string::npos);
    host.reopen();
    CHECK(secret_of(*host.system, "tls.key") == key);
    const std::string longest(65536, 'k');
    check(set_secret(*host.system, "tls.key", longest));
    CHECK(secret_of(*host.admin, "tls.key") == longest);
    check(myqsec_keys_rotate_tree(host.admin->get()));
    CHECK(secret_of(*host.system, "tls.key") == longest);
    check(myqsec_host_secret_remove(host.system->get(), "tls.key"));
    char byte = 0;
    std::size_t length = 1;
    CHECK(myqsec_host_secret_get(host.system->get(), "tls.key", &byte, &length) == MYQSEC_ERR_NOT_FOUND);
    CHECK(myqsec_host_secret_remove(host.system->get(), "tls.key") == MYQSEC_ERR_NOT_FOUND);
    CHECK(host.system->list(myqsec_host_secret_list, nullptr).size() == 0);
}

TEST_CASE("a secret of the host is in no list, event or message, and each reading is in the audit log") {
    Host host;
    check(set_secret(*host.admin, "ldap.password", "Quillfeather"));
    check(set_secret(*host.admin, "ldap.password", "Quillfeather2"));
    CHECK(secret_of(*host.system, "ldap.password") == "Quillfeather2");
    CHECK(host.count("host.secret-changed") == 2);
    CHECK(host.count("host.secret-read") == 1);
    CHECK(changes_of(host, "host.secret-changed").find("replaced") != std::string::npos);
    for (const auto event : host.admin->list(myqsec_audit_list, nullptr, &test::most_rows))
        CHECK(event.text("changes").find("Quill") == std::string::npos);
    const auto list = host.system->list(myqsec_host_secret_list, nullptr);
    REQUIRE(list.size() == 1);
    CHECK(list.first().text("name") == "ldap.password");
    char small[4];
    std::size_t length = sizeof small;
    CHECK_FAILS(myqsec_host_secret_get(host.system->get(), "ldap.password", small, &length),
                MYQSEC_ERR_BUFFER_TOO_SMALL, "13");
    CHECK(length == 13);
    CHECK(std::string(myqsec_last_error()).find("Quill") == std::string::npos);
}

TEST_CASE("nobody reads or changes what is the host's without the right to it") {
    Host host;
    check(set_secret(*host.system, "tls.key", "key"));
    const auto jana = somebody(host);
    char byte = 0;
    std::size_t length = 1;
    myqsec_list* list = nullptr;
    CHECK(myqsec_host_secret_get(jana.get(), "tls.key", &byte, &length) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(set_secret(jana, "tls.key", "other") == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_host_secret_remove(jana.get(), "tls.key") == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_host_secret_list(jana.get(), nullptr, &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_host_setting_set(jana.get(), "a", "b") == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_host_setting_get(jana.get(), "a", &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_host_setting_list(jana.get(), nullptr, &list) == MYQSEC_ERR_ACCESS_DENIED);
    myqsec_host_event event = MYQSEC_HOST_EVENT_INIT;
    event.name = "x";
    CHECK(myqsec_host_event_record(jana.get(), &event) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(secret_of(*host.system, "tls.key") == "key");
}

TEST_CASE("settings of the host are texts under its own names, with old and new in the audit log") {
    Host host;
    const auto system = host.system->get();
    check(myqsec_host_setting_set(system, "ldap.url", "ldaps://a"));
    check(myqsec_host_setting_set(system, "banner", "two\n\tlines"));
    check(myqsec_host_setting_set(system, "ldap.url", "ldaps://b"));
    check(myqsec_host_setting_set(system, "ldap.url", "ldaps://b"));
    CHECK(host.count("host.setting-changed") == 3);
    CHECK(changes_of(host, "host.setting-changed") ==
          R"([{"field":"ldap.url","old":"ldaps://a","new":"ldaps://b"}])");
    host.reopen();
    const auto all = host.admin->list(myqsec_host_setting_list, nullptr);
    CHECK(all.size() == 2);
    CHECK(host.system->list(myqsec_host_setting_get, "banner").first().text("value") == "two\n\tlines");
    check(myqsec_host_setting_set(host.system->get(), "banner", nullptr));
    CHECK_FAILS(myqsec_host_setting_set(host.system->get(), "banner", nullptr), MYQSEC_ERR_NOT_FOUND,
                "banner");
    CHECK(host.admin->list(myqsec_host_setting_list, nullptr).size() == 1);
}

TEST_CASE("names and sizes that the host may not use are refused, and say what is wrong") {
    Host host;
    const auto system = host.system->get();
    const std::string too_long(65, 'a');
    for (const char* name : {"", "Upper", "a b", "a/b", "caf\xc3\xa9", too_long.c_str()}) {
        CAPTURE(name);
        CHECK_FAILS(set_secret(*host.system, name, "x"), MYQSEC_ERR_INVALID_ARGUMENT, "name");
        CHECK_FAILS(myqsec_host_setting_set(system, name, "x"), MYQSEC_ERR_INVALID_ARGUMENT, "name");
        myqsec_host_event event = MYQSEC_HOST_EVENT_INIT;
        event.name = name;
        CHECK_FAILS(myqsec_host_event_record(system, &event), MYQSEC_ERR_INVALID_ARGUMENT, "name");
    }
    CHECK_FAILS(set_secret(*host.system, "a", ""), MYQSEC_ERR_INVALID_ARGUMENT, "65536");
    CHECK_FAILS(set_secret(*host.system, "a", std::string(65537, 'x')), MYQSEC_ERR_INVALID_ARGUMENT, "65536");
    CHECK(myqsec_host_setting_set(system, "a", std::string(4000, 'x').c_str()) == MYQSEC_OK);
    CHECK_FAILS(myqsec_host_setting_set(system, "a", std::string(4001, 'x').c_str()),
                MYQSEC_ERR_INVALID_ARGUMENT, "4000");
    CHECK(myqsec_host_setting_set(system, "a", "x\x01") == MYQSEC_ERR_INVALID_ARGUMENT);
}

TEST_CASE("an event of the host is in the audit log under its own name, and forges none of the library's") {
    Host host;
    std::vector<myqsec_host_event_field> fields(2, MYQSEC_HOST_EVENT_FIELD_INIT);
    const std::string huge(70000, 'x');
    fields[0].name = "server";
    fields[0].old_value = "a\x1b[2J\nuser.created";
    fields[0].new_value = "b\xe2\x80\xae";
    fields[1].name = "error";
    fields[1].new_value = huge.c_str();
    myqsec_host_event event = MYQSEC_HOST_EVENT_INIT;
    event.name = "ldap.sync-failed";
    event.result = MYQSEC_EVENT_FAILED;
    event.object_kind = "queue";
    event.object = host.secure;
    event.fields = fields.data();
    event.field_count = 2;
    event.person = host.jana;
    event.details = "Jana Quillfeather";
    check(myqsec_host_event_record(host.system->get(), &event));
    myqsec_audit_filter filter = MYQSEC_AUDIT_FILTER_INIT;
    filter.action = "host.event";
    const auto found = [&] { return host.admin->list(myqsec_audit_list, &filter, nullptr); };
    {
        const auto list = found();
        REQUIRE(list.size() == 1);
        const auto row = list.first();
        CHECK(row.text("actor_kind") == "system");
        CHECK(row.text("object_kind") == "queue");
        CHECK(row.text("result") == "failed");
        const auto changes = row.text("changes");
        CHECK(changes.find(R"([{"field":"event","old":"","new":"host.ldap.sync-failed"})") == 0);
        CHECK(changes.find("user.created") != std::string::npos);
        for (const char* part : {"\x1b", "\n", "\\u", "\xe2\x80\xae"})
            CHECK(changes.find(part) == std::string::npos);
        CHECK(changes.size() < 1400);
        CHECK(row.text("personal") == R"({"details":"Jana Quillfeather"})");
    }
    check(myqsec_user_delete(host.admin->get(), host.jana));
    CHECK(found().first().text("personal") == R"({"details":null})");
    CHECK(host.admin->list(myqsec_audit_head).size() == 1);
}

TEST_CASE("an event of the host that says nothing clear is refused") {
    Host host;
    const auto system = host.system->get();
    const auto status = [&](auto&& change) {
        myqsec_host_event event = MYQSEC_HOST_EVENT_INIT;
        event.name = "something";
        change(event);
        return myqsec_host_event_record(system, &event);
    };
    CHECK(status([](auto&) {}) == MYQSEC_OK);
    CHECK(status([](auto& event) { event.result = 3; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(status([](auto& event) { event.object_kind = "cat"; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(status([](auto& event) { event.object = 1; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(status([](auto& event) { event.details = "Jana"; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(status([](auto& event) { event.person = 4711; }) == MYQSEC_ERR_NOT_FOUND);
    CHECK(status([](auto& event) { event.field_count = 1; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(status([](auto& event) { event.reserved = 1; }) == MYQSEC_ERR_INVALID_ARGUMENT);
    std::vector<myqsec_host_event_field> fields(17, MYQSEC_HOST_EVENT_FIELD_INIT);
    for (auto& field : fields)
        field.name = "same";
    const auto with = [&](std::uint32_t count) {
        return status([&](auto& event) {
            event.fields = fields.data();
            event.field_count = count;
        });
    };
    CHECK(with(1) == MYQSEC_OK);
    CHECK_FAILS(with(2), MYQSEC_ERR_INVALID_ARGUMENT, "twice");
    CHECK(with(17) == MYQSEC_ERR_LIMIT);
    fields[0].name = "event";
    CHECK_FAILS(with(1), MYQSEC_ERR_INVALID_ARGUMENT, "own");
    CHECK(host.count("host.event") == 2);
}

TEST_CASE("a person who was authenticated elsewhere has a session, and with a ticket others") {
    Host host;
    myqsec_vouching vouching = MYQSEC_VOUCHING_INIT;
    vouching.user = host.jana;
    vouching.method = "kerberos";
    vouching.issuer = "EXAMPLE.ORG";
    myqsec_session* out = nullptr;
    CHECK(myqsec_session_vouch(host.system->get(), &vouching, &out) == MYQSEC_ERR_ACCESS_DENIED);
    check(myqsec_setting_set(host.admin->get(), "login.host_vouches", "true"));
    check(myqsec_session_vouch(host.system->get(), &vouching, &out));
    auto session = std::make_unique<Session>(out);
    const auto& jana = *session;
    const auto job = host.submit(host.secure, "hers");
    test::Tray tray;
    CHECK(Host::release(jana, job, tray) == MYQSEC_OK);
    CHECK(tray.printed == "hers");
    CHECK(changes_of(host, "session.vouched").find("EXAMPLE.ORG") != std::string::npos);
    CHECK(jana.list(myqsec_session_info).first().text("rights") ==
          "job.submit job.release.own job.manage.own job.preview.own job.release.delegated profile.own");
    vouching.rights = "job.fly";
    CHECK_FAILS(myqsec_session_vouch(host.system->get(), &vouching, &out), MYQSEC_ERR_INVALID_ARGUMENT,
                "job.fly");
    vouching.rights = "profile.own user.manage";
    CHECK_FAILS(myqsec_session_vouch(host.system->get(), &vouching, &out), MYQSEC_ERR_ACCESS_DENIED,
                "user.manage");
    vouching.rights = "profile.own";
    CHECK(host.system->vouch(vouching).list(myqsec_session_info).first().text("rights") == "profile.own");
    vouching.rights = "";
    check(myqsec_session_vouch(host.system->get(), &vouching, &out));
    myqsec_list* list = nullptr;
    CHECK(myqsec_job_list(Session(out).get(), nullptr, nullptr, &list) == MYQSEC_ERR_ACCESS_DENIED);

    char ticket[MYQSEC_TICKET_ROOM];
    std::size_t length = sizeof ticket - 1;
    std::int64_t expires = 0;
    CHECK(myqsec_ticket_issue(jana.get(), nullptr, ticket, &length, &expires) == MYQSEC_ERR_BUFFER_TOO_SMALL);
    CHECK(length == sizeof ticket);
    CHECK(host.count("session.ticket-issued") == 0);
    check(myqsec_ticket_issue(jana.get(), "10.0.0.7", ticket, &length, &expires));
    CHECK(expires == host.now + 8 * 3'600'000);
    const auto anywhere = jana.issue_ticket(nullptr);
    session.reset();
    CHECK(
        host.system->redeem_ticket(anywhere, "10.0.0.8").list(myqsec_session_info).first().integer("user") ==
        host.jana);
    check(myqsec_ticket_redeem(host.system->get(), ticket, "10.0.0.7", &out));
    CHECK(Session(out).list(myqsec_session_info).first().integer("user") == host.jana);
    CHECK(myqsec_ticket_redeem(host.system->get(), ticket, nullptr, &out) == MYQSEC_ERR_AUTHENTICATION);
    CHECK(out == nullptr);
    for (const auto& file : host.contents())
        CHECK(file.find(ticket) == std::string::npos);
    // Nothing but time: not a restart.
    host.reopen();
    CHECK(myqsec_ticket_redeem(host.system->get(), ticket, "10.0.0.7", &out) == MYQSEC_ERR_AUTHENTICATION);
    CHECK(myqsec_ticket_withdraw(host.system->get(), ticket) == MYQSEC_OK);
}

TEST_CASE("what belongs to the host is in its backups") {
    Host host;
    check(set_secret(*host.system, "tls.key", "Quillfeather"));
    check(myqsec_host_setting_set(host.system->get(), "ldap.url", "ldaps://a"));
    check(myqsec_notification_set_events(host.system->get(), "job.held"));
    host.submit(host.secure, "document");
    const auto backup = host.folder.path() + "/backup";
    myqsec_backup_options options = MYQSEC_BACKUP_OPTIONS_INIT;
    myqsec_backup_info info = MYQSEC_BACKUP_INFO_INIT;
    check(myqsec_backup_create(host.admin->get(), backup.c_str(), &options, &info));
    for (const auto& entry : test::filesystem::recursive_directory_iterator(backup)) {
        if (entry.is_regular_file())
            CHECK(test::read_file(entry.path()).find("Quillfeather") == std::string::npos);
    }
    char key[256];
    std::size_t length = sizeof key;
    check(myqsec_backup_key_export(host.admin->get(), 0, key, &length));
    host.close();
    const auto directory = host.folder.path() + "/restored";
    const auto root = host.root();
    const auto settings = host.options();
    myqsec_engine* engine = nullptr;
    check(myqsec_backup_restore(backup.c_str(), directory.c_str(), key, &root, &settings, nullptr, &engine));
    {
        myqsec_session* system = nullptr;
        check(myqsec_system_session(engine, &system));
        const Session restored(system);
        CHECK(secret_of(restored, "tls.key") == "Quillfeather");
        CHECK(restored.list(myqsec_host_setting_get, "ldap.url").first().text("value") == "ldaps://a");
        CHECK(restored.list(myqsec_notification_list, nullptr).size() == 1);
    }
    check(myqsec_close(engine));
}
