// Health: each thing that an operator should know is told while it is so, and no longer.
#include <algorithm>
#include <map>

#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;

namespace {

std::map<std::string, std::string> health_of(const Session& session) {
    std::map<std::string, std::string> out;
    for (const auto row : session.list(myqsec_health)) {
        CHECK_FALSE(row.text("sentence").empty());
        out.emplace(row.text("code"), row.text("level"));
    }
    return out;
}
std::map<std::string, std::string> health_of(const Host& host) {
    return health_of(*host.system);
}
/// Ticks until nothing is left to compare.
void settle(Host& host) {
    for (int i = 0; i < 3; ++i)
        host.system->tick();
}

}  // namespace

TEST_CASE("a healthy instance says but what is good to know, and goes on to say nothing") {
    Host host;
    settle(host);
    CHECK(health_of(host) == std::map<std::string, std::string>{{"backup-missing", "notice"}});
    myqsec_backup_options options = MYQSEC_BACKUP_OPTIONS_INIT;
    myqsec_backup_info info = MYQSEC_BACKUP_INFO_INIT;
    check(myqsec_backup_create(host.admin->get(), (host.folder.path() + "/backup").c_str(), &options, &info));
    CHECK(health_of(host).empty());
    CHECK(health_of(*host.admin).empty());
    myqsec_list* list = nullptr;
    const auto jana = host.system->login("jana", Host::password);
    CHECK(myqsec_health(jana.get(), &list) == MYQSEC_ERR_ACCESS_DENIED);
}

TEST_CASE("pages that were not compared yet are told, until ticks have compared them") {
    Host host;
    CHECK(health_of(host).contains("pages-unverified"));
    settle(host);
    CHECK_FALSE(health_of(host).contains("pages-unverified"));
}

TEST_CASE("a host that does not tick is told so") {
    Host host;
    settle(host);
    host.now += 5 * 60'000;
    CHECK_FALSE(health_of(host).contains("tick-overdue"));
    host.now += 1;
    CHECK(health_of(host)["tick-overdue"] == "alarm");
    host.system->tick();
    CHECK_FALSE(health_of(host).contains("tick-overdue"));
}

TEST_CASE("a suspended deletion is told until the clock is confirmed") {
    Host host;
    settle(host);
    host.now += std::int64_t{3} * 86'400'000;
    host.system->tick();
    CHECK(health_of(host)["deletion-suspended"] == "warning");
    host.admin = std::make_unique<Session>(host.system->login("admin", host.admin_password));
    check(myqsec_clock_confirm(host.admin->get()));
    CHECK_FALSE(health_of(host).contains("deletion-suspended"));
}

TEST_CASE("locks of logins and locked devices are told while they last") {
    Host host;
    settle(host);
    for (int i = 0; i < 6; ++i)
        CHECK(host.login_status(nullptr, "jana", "000000") != MYQSEC_OK);
    CHECK(health_of(host)["login-locked"] == "notice");
    for (const auto row : host.admin->list(myqsec_lock_list, nullptr))
        check(myqsec_lock_lift(host.admin->get(), row.integer("id")));
    CHECK_FALSE(health_of(host).contains("login-locked"));
    host.clear_result = 1;
    const auto jana = host.by_card();
    CHECK(myqsec_logout(jana.get()) == MYQSEC_ERR_CALLBACK);
    CHECK(health_of(host)["device-locked"] == "alarm");
    host.clear_result = 0;
    check(myqsec_device_clear(host.system->get(), host.device));
    CHECK_FALSE(health_of(host).contains("device-locked"));
}

TEST_CASE("a full disk, an overdue erasure, a conversion and notifications that nobody reads are told") {
    Host host;
    settle(host);
    check(myqsec_setting_set(host.admin->get(), "spool.min_free", "1TiB"));
    CHECK(health_of(host)["disk-full"] == "alarm");
    check(myqsec_setting_set(host.admin->get(), "spool.min_free", "0B"));
    CHECK_FALSE(health_of(host).contains("disk-full"));

    const auto job = host.submit(host.secure, "document");
    check(myqsec_job_delete(host.admin->get(), job));
    CHECK_FALSE(health_of(host).contains("erasure-overdue"));
    host.now += 121'000;
    CHECK(health_of(host)["erasure-overdue"] == "alarm");
    host.system->tick();
    CHECK_FALSE(health_of(host).contains("erasure-overdue"));

    check(myqsec_encryption_set(host.admin->get(), "log", 0));
    CHECK(health_of(host)["conversion-unfinished"] == "notice");
    while (host.converts())
        host.system->tick();
    CHECK_FALSE(health_of(host).contains("conversion-unfinished"));

    check(myqsec_notification_set_events(host.system->get(), "job.held"));
    host.submit(host.secure, "document");
    host.now += 86'400'000;
    CHECK_FALSE(health_of(host).contains("notifications-unread"));
    host.now += 1;
    CHECK(health_of(host)["notifications-unread"] == "warning");
    check(myqsec_notification_acknowledge(host.system->get(), 1));
    CHECK_FALSE(health_of(host).contains("notifications-unread"));
}
