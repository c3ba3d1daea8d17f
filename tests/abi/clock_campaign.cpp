// Clocks that jump: back, forth, to 1970, beyond 2106, to where no calendar goes. Nothing is deleted early,
// nothing crashes, and when the clock is right again and confirmed, everything goes on.
#include <random>

#include "abi/engine.hpp"
#include "base/campaign.hpp"

using namespace myqsec;
using test::Host;

namespace {

constexpr std::int64_t minute = 60'000, day = 24 * 60 * minute;

std::int64_t jump(std::int64_t now, std::mt19937& random) {
    static constexpr std::int64_t places[] = {0,
                                              -1,
                                              1,
                                              -day,
                                              2'147'483'648'000,  // 1970 and before, 2038
                                              4'294'967'296'000,
                                              4'102'444'800'000,
                                              253'402'300'800'000,  // 2106, 2100, the year 10000
                                              INT64_MAX,
                                              INT64_MIN,
                                              INT64_MAX / 2};
    switch (random() % 5) {
        case 0:
            return places[random() % std::size(places)];
        case 1:
            return now / 2 + static_cast<std::int64_t>(random() % (400 * day));
        case 2:
            return now / 2 * 2 == now && now > day ? now - static_cast<std::int64_t>(random() % day) : 0;
        case 3:
            return now < INT64_MAX - 400 * day ? now + static_cast<std::int64_t>(random() % (400 * day)) : 0;
        default:
            return now < INT64_MAX - minute ? now + minute : 0;
    }
}

/// What a host does at any time. At a wrong time a session or a card may have expired; nothing may break.
void use(Host& host, std::mt19937& random) {
    const auto fine = [](myqsec_status status) {
        CHECK_MESSAGE((status == MYQSEC_OK || status == MYQSEC_ERR_SESSION_ENDED ||
                       status == MYQSEC_ERR_AUTHENTICATION || status == MYQSEC_ERR_LOCKED_OUT),
                      std::string(myqsec_status_name(status)), ": ", std::string(myqsec_last_error()));
    };
    std::int64_t next = 0;
    CHECK(myqsec_tick(host.system->get(), &next) == MYQSEC_OK);
    fine(host.login_status("04a2241b"));
    if (random() % 8 == 0) fine(host.login_status(nullptr, "jana", nullptr, "wrong"));
    myqsec_list* list = nullptr;
    fine(myqsec_audit_list(host.admin->get(), nullptr, nullptr, &list));
    myqsec_list_free(list);
}

std::size_t held(Host& host, const std::vector<std::int64_t>& jobs) {
    const auto admin = host.system->login("admin", host.admin_password);
    std::size_t out = 0;
    for (const auto job : jobs)
        out += admin.list(myqsec_job_get, job).first().text("state") == "pending-held";
    return out;
}

}  // namespace

TEST_CASE("whatever the clock does, no job is deleted before its time") {
    const test::Rounds wanted("MYQSEC_JUMPS", 200);
    std::mt19937 random(7);
    Host host;
    const auto right_time = host.now;
    std::vector<std::int64_t> jobs;
    for (int i = 0; i < 5; ++i)
        jobs.push_back(host.submit(i % 2 == 0 ? host.secure : host.privately, "held " + std::to_string(i)));
    use(host, random);
    int jumps = 0;
    bool stepped = false;
    for (; wanted.more(jumps); ++jumps) {
        const auto before = host.now;
        host.now = jump(host.now, random);
        CAPTURE(before);
        CAPTURE(host.now);
        stepped = stepped || host.now > before + day;
        use(host, random);
        if (random() % 16 == 0) {  // and back to the truth, which is no better known than the rest
            host.now = right_time + minute;
            use(host, random);
        }
        if (random() % 32 == 0) {
            host.now = right_time + 2 * minute;  // a restart cannot know how long the machine was off
            host.reopen();
            host.attach();
        }
    }
    host.now = right_time + 3 * minute;
    host.reopen();
    host.attach();
    CHECK(held(host, jobs) == jobs.size());
    if (stepped) {
        CHECK(host.engine->findings().first().text("code") == "deletion-suspended");
        CHECK(host.count("instance.clock-stepped") >= 1);
    }
    CHECK(myqsec_clock_confirm(host.admin->get()) == MYQSEC_OK);
    use(host, random);
    CHECK(held(host, jobs) == jobs.size());
    // Time that really passes ends their retention.
    for (std::int64_t passed = 0; passed < day; passed += 5 * minute) {
        host.now += 5 * minute;
        CHECK(myqsec_tick(host.system->get(), nullptr) == MYQSEC_OK);
    }
    const auto admin = host.system->login("admin", host.admin_password);
    CHECK(admin.list(myqsec_job_list, nullptr, nullptr).size() == 0);
    CHECK(host.jobs().empty());
    MESSAGE("jumps: " << jumps);
}
