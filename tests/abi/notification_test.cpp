// Notifications: queued with their facts, told until acknowledged, and worded for whom they concern.
#include <set>

#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;

namespace {

struct Told {
    std::int64_t id;
    std::string event;
    std::int64_t user;
};

std::vector<Told> waiting(const Host& host) {
    std::vector<Told> out;
    for (const auto row : host.system->list(myqsec_notification_list, nullptr))
        out.push_back({row.integer("id"), row.text("event"), row.integer("user")});
    return out;
}
myqsec_status set_text(const Session& session, const char* event, const char* subject, const char* body,
                       const char* language = nullptr) {
    myqsec_notification_text text = MYQSEC_NOTIFICATION_TEXT_INIT;
    text.event = event;
    text.language = language;
    text.subject = subject;
    text.body = body;
    return myqsec_notification_set_text(session.get(), &text);
}
std::string subject_of(const Host& host, std::int64_t id) {
    return host.system->list(myqsec_notification_word, id).first().text("subject");
}

}  // namespace

TEST_CASE("what is asked for is queued with its fact, survives a restart, and goes when it is acknowledged") {
    Host host;
    host.submit(host.secure, "before anybody asked");
    check(myqsec_notification_set_events(host.system->get(), "job.held user.locked"));
    CHECK(host.count("notification.events-changed") == 1);
    const auto first = host.submit(host.secure, "first");
    host.submit(host.secure, "second");
    host.reopen();
    host.submit(host.secure, "third");
    const auto told = waiting(host);
    REQUIRE(told.size() == 3);
    for (const auto& one : told) {
        CHECK(one.event == "job.held");
        CHECK(one.user == host.jana);
    }
    CHECK(host.system->list(myqsec_notification_list, nullptr).first().integer("object") == first);
    check(myqsec_notification_acknowledge(host.system->get(), told[1].id));
    REQUIRE(waiting(host).size() == 1);
    CHECK(waiting(host).front().id == told[2].id);
    check(myqsec_notification_set_events(host.admin->get(), ""));
    host.submit(host.secure, "fourth");
    CHECK(waiting(host).size() == 1);
}

TEST_CASE("a fact that is not committed is not told") {
    Host host;
    check(myqsec_notification_set_events(host.system->get(), "user.created"));
    myqsec_user_fields fields = MYQSEC_USER_FIELDS_INIT;
    fields.user_name = "jana";
    std::int64_t user = 0;
    CHECK(myqsec_user_create(host.admin->get(), &fields, &user) == MYQSEC_ERR_EXISTS);
    CHECK(waiting(host).empty());
    host.new_user("anna", "04aaaa");
    CHECK(waiting(host).size() == 1);
}

TEST_CASE("notifications are read a page at a time, and their ids never come again") {
    Host host;
    check(myqsec_notification_set_events(host.system->get(), "host.setting-changed"));
    std::set<std::int64_t> ids;
    for (int round = 0; round < 3; ++round) {
        for (const char* value : {"a", "b", "c"})
            check(myqsec_host_setting_set(host.system->get(), "x", value));
        myqsec_page page = MYQSEC_PAGE_INIT;
        page.limit = 2;
        std::size_t seen = 0;
        do {
            const auto list = host.system->list(myqsec_notification_list, &page);
            for (const auto row : list) {
                CHECK(ids.insert(row.integer("id")).second);
                ++seen;
            }
            page.after = list.more();
        } while (page.after != 0);
        CHECK(seen == 3);
        check(myqsec_notification_acknowledge(host.system->get(), *ids.rbegin()));
    }
}

TEST_CASE("a notification is worded in the language of whom it concerns") {
    Host host;
    check(myqsec_notification_set_events(host.system->get(), "job.held"));
    host.submit(host.secure, "document");
    const auto id = waiting(host).front().id;
    myqsec_list* list = nullptr;
    CHECK(myqsec_notification_word(host.system->get(), id, &list) == MYQSEC_ERR_NOT_FOUND);
    check(set_text(*host.admin, "job.held", "{{{user_name}}}: {new.size}{old.size}{new.nothing}", "{time}"));
    CHECK(subject_of(host, id) == "{jana}: 8");
    check(set_text(*host.admin, "job.held", "čeká {full_name}", "", "cs"));
    CHECK(subject_of(host, id) == "{jana}: 8");
    myqsec_user_fields fields = MYQSEC_USER_FIELDS_INIT;
    fields.language = "cs-CZ";
    fields.full_name = "Jana Nová";
    fields.email = "jana@example.org";
    check(myqsec_user_change(host.admin->get(), host.jana, &fields));
    CHECK(subject_of(host, id) == "čeká Jana Nová");
    check(set_text(*host.admin, "job.held", "CZ", "", "cs-CZ"));
    CHECK(subject_of(host, id) == "CZ");
    const auto row_list = host.system->list(myqsec_notification_word, id);
    const auto row = row_list.first();
    CHECK(row.text("email") == "jana@example.org");
    CHECK(row.text("language") == "cs-CZ");
    check(set_text(*host.admin, "job.held", nullptr, nullptr, "cs-CZ"));
    CHECK(set_text(*host.admin, "job.held", nullptr, nullptr, "cs-CZ") == MYQSEC_ERR_NOT_FOUND);
    CHECK(subject_of(host, id) == "čeká Jana Nová");
    CHECK(host.count("notification.text-changed") == 4);
}

TEST_CASE("what is no template, event or language is refused") {
    Host host;
    for (const char* subject : {"{", "}", "a {b} c", "{new.}", "{user_name", "{{}"}) {
        CAPTURE(subject);
        CHECK_FAILS(set_text(*host.admin, "job.held", subject, ""), MYQSEC_ERR_INVALID_ARGUMENT, "subject");
        CHECK_FAILS(set_text(*host.admin, "job.held", "", subject), MYQSEC_ERR_INVALID_ARGUMENT, "body");
    }
    CHECK(set_text(*host.admin, "job.fly", "x", "") == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(set_text(*host.admin, "job.held", "x", "", "not a language") == MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK(set_text(*host.admin, "job.held", std::string(256, 'x').c_str(), "") ==
          MYQSEC_ERR_INVALID_ARGUMENT);
    CHECK_FAILS(myqsec_notification_set_events(host.system->get(), "job.held job.fly"),
                MYQSEC_ERR_INVALID_ARGUMENT, "action");
    CHECK(host.system->list(myqsec_notification_events).size() == 0);
}

TEST_CASE("nobody reads or changes notifications without the right to them") {
    Host host;
    check(myqsec_notification_set_events(host.system->get(), "job.held"));
    host.submit(host.secure, "document");
    const auto id = waiting(host).front().id;
    const auto jana = host.system->login("jana", Host::password);
    myqsec_list* list = nullptr;
    CHECK(myqsec_notification_list(jana.get(), nullptr, &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_notification_events(jana.get(), &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_notification_texts(jana.get(), nullptr, &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_notification_word(jana.get(), id, &list) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_notification_acknowledge(jana.get(), id) == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(myqsec_notification_set_events(jana.get(), "") == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(set_text(jana, "job.held", "x", "") == MYQSEC_ERR_ACCESS_DENIED);
    CHECK(waiting(host).size() == 1);
}

TEST_CASE("what nobody acknowledges goes after its retention, and with the person whom it concerns") {
    Host host;
    check(myqsec_setting_set(host.admin->get(), "notification.retention", "1h"));
    check(myqsec_setting_set(host.admin->get(), "clock.max_step", "1d"));
    check(myqsec_notification_set_events(host.system->get(), "job.held"));
    host.submit(host.secure, "old");
    host.now += 1'800'000;
    host.running += 1'800'000;
    host.system->tick();
    host.submit(host.secure, "young");
    CHECK(waiting(host).size() == 2);
    host.now += 2'000'000;
    host.running += 2'000'000;
    host.system->tick();
    CHECK(waiting(host).size() == 1);
    host.admin = std::make_unique<Session>(host.system->login("admin", host.admin_password));
    CHECK(host.count("notification.expired") == 1);
    check(myqsec_user_delete(host.admin->get(), host.jana));
    CHECK(waiting(host).empty());
}
