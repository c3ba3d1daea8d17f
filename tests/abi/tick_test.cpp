// When a host is to tick: one that does so exactly when it was told misses nothing that began meanwhile.
#include <csignal>
#include <limits>

#include <sys/resource.h>

#include "abi/engine.hpp"

using namespace myqsec;
using test::Host;

namespace {

constexpr std::int64_t second = 1000, minute = 60 * second;

/// Ticks when told to until `done`, and no longer than a day; when that was.
template <class Done>
std::int64_t ticked_until(Host& host, std::int64_t next, Done&& done) {
    const auto begun = host.now;
    while (!done() && host.now < begun + 24 * 60 * minute) {
        REQUIRE(next > host.now);
        host.now = next;
        next = host.system->tick();
    }
    return host.now;
}

/// A second after a tick: when that is, and what the tick said.
struct Told {
    explicit Told(Host& host) : next(host.system->tick()), begun(host.now += second) {}
    std::int64_t next;
    std::int64_t begun;
};

void set(const Host& host, const char* name, const char* value) {
    check(myqsec_setting_set(host.admin->get(), name, value));
}

}  // namespace

TEST_CASE("what begins after a tick is not past its time when the host ticks as it was told") {
    Host host;
    SUBCASE("a session at a device") {
        SUBCASE("by the setting") {
            set(host, "device.idle_timeout", "5s");
        }
        SUBCASE("by the device's own time") {
            myqsec_device_fields fields = MYQSEC_DEVICE_FIELDS_INIT;
            fields.idle_timeout = 5 * second;
            check(myqsec_device_change(host.admin->get(), host.device, &fields));
        }
        const Told told(host);
        const auto session = host.by_card();
        CHECK(ticked_until(host, told.next, [&] { return host.cleared == 1; }) == told.begun + 5 * second);
    }
    SUBCASE("a session elsewhere") {
        set(host, "session.idle_timeout", "10s");
        const Told told(host);
        const auto session = host.system->login("jana", Host::password);
        const auto ends = ticked_until(host, told.next, [&] { return host.count("session.logout") > 0; });
        CHECK(ends == told.begun + 10 * second);
    }
    SUBCASE("a job that expires") {
        myqsec_queue_fields fields = MYQSEC_QUEUE_FIELDS_INIT;
        fields.retention_held = 10 * second;
        check(myqsec_queue_change(host.admin->get(), host.secure, &fields));
        const Told told(host);
        host.submit(host.secure, "for ten seconds");
        CHECK(ticked_until(host, told.next, [&] { return host.jobs().empty(); }) <= told.begun + 11 * second);
    }
    SUBCASE("a deleted job's key") {
        set(host, "erasure.max_delay", "3s");
        const auto job = host.submit(host.secure, "deleted");
        const Told told(host);
        check(myqsec_job_delete(host.admin->get(), job));
        const auto waiting = [&] { return host.admin->list(myqsec_keys_status).first().integer("waiting"); };
        REQUIRE(waiting() > 0);
        CHECK(ticked_until(host, told.next, [&] { return waiting() == 0; }) == told.begun + 3 * second);
    }
}

TEST_CASE("a host waits for a minute at most, and is not kept busy by a time of 0") {
    Host host;
    for (const char* name : {"device.idle_timeout", "session.idle_timeout", "erasure.max_delay"})
        set(host, name, "1h");
    CHECK(host.system->tick() == host.now + minute);
    set(host, "erasure.max_delay", "0s");
    CHECK(host.system->tick() == host.now + second);
}

TEST_CASE("wherever the clock stands, the next tick is behind it and is no overflow") {
    Host host;
    for (const auto now :
         {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max() - minute,
          std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0}}) {
        CAPTURE(now);
        host.now = now;
        std::int64_t next = -1;
        CHECK(myqsec_tick(host.system->get(), &next) == MYQSEC_OK);
        CHECK(next > 0);
    }
}

TEST_CASE("a tick that fails is tried again in a minute") {
    Host host;
    const auto session = host.by_card();
    host.now += 60 * minute;
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit none{0, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &none) == 0);
    std::int64_t next = -1;
    const auto status = myqsec_tick(host.system->get(), &next);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(status != MYQSEC_OK);
    CHECK(next == host.now + minute);
}
