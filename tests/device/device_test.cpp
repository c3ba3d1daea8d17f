// Devices and the sessions at them: who gets in, and that nothing of a session remains.
#include <condition_variable>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include "base/paging.hpp"
#include "device/device_store.hpp"
#include "device/devices.hpp"
#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using access::EndReason;
using audit::Action;
using device::Credentials;
using device::DeviceFields;

namespace {

const std::string ada_password = "correct pony fuel cell";
const std::string bob_password = "another horse battery";
const Credentials ada_login{"", "ada", "", ada_password};
const Credentials bob_login{"", "bob", "", bob_password};
const Credentials wrong_login{"", "ada", "", "not the password at all"};

/// A site with one device, "lobby", whose memory is cleared by a callback that can be made to fail.
class DeviceSite : public Site {
 public:
    DeviceSite() {
        access().credentials.set_password(root, ada_user, std::nullopt, ada_password);
        access().credentials.set_password(root, bob_user, std::nullopt, bob_password);
        DeviceFields fields;
        fields.name = "lobby";
        fields.model = "MX-1";
        lobby = devices().create(root, fields);
        attach();
    }
    /// As after a power cycle: nothing was logged out.
    void restart() {
        reopen();
        devices().recover();
    }
    void attach() {
        devices().attach(system, lobby, {[this](DeviceId) {
                             ++clears;
                             if (during_clear) during_clear();
                             return clear_works;
                         }});
    }
    access::Principal log_in_at_lobby(const Credentials& credentials = ada_login) {
        return devices().login(system, lobby, credentials);
    }
    device::Device state() { return devices().list(system).at(0); }
    std::string last_logout_reason() {
        std::string reason;
        for (const auto& event : audit().list(auditor(), {}, {.limit = 100'000})) {
            if (event.action == Action::session_logout) reason = event.changes.at(0).new_value;
        }
        return reason;
    }

    DeviceId lobby;
    int clears = 0;
    bool clear_works = true;
    std::function<void()> during_clear;
};

}  // namespace

TEST_CASE("a session at a device prints its person's jobs, and its memory is cleared at logout") {
    DeviceSite site;
    const auto job = site.submit(site.ada, site.secure, "mine");
    const auto session = site.log_in_at_lobby();
    CHECK(session.user == site.ada_user);
    CHECK(site.state().session_user == site.ada_user);
    CHECK(site.release(session, job) == "mine");
    site.devices().logout(session, EndReason::logout);
    CHECK(site.clears == 1);
    CHECK(site.count(Action::device_memory_cleared) == 1);
    CHECK_FALSE(site.state().session_user);
    CHECK(status_of([&] { (void)site.jobs().list(session, {}); }) == Status::ERR_SESSION_ENDED);
    site.devices().logout(session, EndReason::logout);
    CHECK(site.clears == 1);
}

TEST_CASE("wrong credentials, forbidden methods, disabled and unknown devices let nobody in") {
    DeviceSite site;
    CHECK(status_of([&] { site.log_in_at_lobby(wrong_login); }) == Status::ERR_AUTHENTICATION);
    DeviceFields fields;
    fields.methods = access::method_card;
    site.devices().change(site.root, site.lobby, fields);
    CHECK(status_of([&] { site.log_in_at_lobby(); }) == Status::ERR_AUTHENTICATION);
    fields = {};
    fields.enabled = false;
    site.devices().change(site.root, site.lobby, fields);
    CHECK(status_of([&] { site.log_in_at_lobby(); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(status_of([&] { site.devices().login(site.system, DeviceId(99), ada_login); }) ==
          Status::ERR_NOT_FOUND);
    CHECK(status_of([&] { site.devices().login(site.ada, site.lobby, ada_login); }) ==
          Status::ERR_ACCESS_DENIED);
}

TEST_CASE("a login that the device refuses before it looks at credentials is an event, and says why") {
    DeviceSite site;
    const auto reason = [&] {
        CHECK(status_of([&] { site.log_in_at_lobby(); }) != Status::OK);
        const auto last = site.audit().list(site.auditor(), {}, {.limit = 1, .descending = true});
        CHECK(last.at(0).action == Action::session_login_failed);
        CHECK(last.at(0).object == audit::Object(site.lobby));
        CHECK(last.at(0).changes.at(0).new_value == "name-password");
        return last.at(0).changes.at(1).new_value;
    };
    site.set("device.second_login", "refuse");
    const auto session = site.log_in_at_lobby(bob_login);
    CHECK(reason() == "device-in-use");
    site.clear_works = false;
    CHECK(status_of([&] { site.devices().logout(session, EndReason::logout); }) == Status::ERR_CALLBACK);
    CHECK(reason() == "device-locked");
    site.clear_works = true;
    DeviceFields fields;
    fields.methods = access::method_card;
    site.devices().change(site.root, site.lobby, fields);
    CHECK(reason() == "method-not-allowed");
    fields.enabled = false;
    site.devices().change(site.root, site.lobby, fields);
    CHECK(reason() == "device-disabled");
}

TEST_CASE("a device whose memory could not be cleared is locked until it is") {
    DeviceSite site;
    const auto session = site.log_in_at_lobby();
    site.clear_works = false;
    CHECK(status_of([&] { site.devices().logout(session, EndReason::logout); }) == Status::ERR_CALLBACK);
    CHECK(site.state().clear_pending);
    CHECK(status_of([&] { site.log_in_at_lobby(); }) == Status::ERR_DEVICE_LOCKED);
    CHECK(status_of([&] { site.devices().clear(site.root, site.lobby); }) == Status::ERR_CALLBACK);
    CHECK(site.count(Action::device_clear_failed) == 3);
    CHECK(site.count(Action::session_logout) == 1);

    const auto next = site.devices().tick(site.system);
    CHECK(next > site.clock.now());
    site.clear_works = true;
    site.clock.set(next);
    site.devices().tick(site.system);
    CHECK_FALSE(site.state().clear_pending);
    CHECK(site.log_in_at_lobby().user == site.ada_user);
}

TEST_CASE("what a restart cut off is cleared before anybody logs in again") {
    DeviceSite site;
    (void)site.log_in_at_lobby();
    site.restart();
    CHECK(site.last_logout_reason() == "restart");
    CHECK(site.state().clear_pending);
    CHECK(status_of([&] { site.log_in_at_lobby(); }) == Status::ERR_DEVICE_LOCKED);
    site.devices().tick(site.system);
    CHECK(site.clears == 0);
    site.clear_works = false;
    CHECK(status_of([&] { site.attach(); }) == Status::ERR_CALLBACK);
    site.restart();
    CHECK(site.state().clear_pending);
    site.clear_works = true;
    site.attach();
    CHECK_FALSE(site.state().clear_pending);
    CHECK(site.log_in_at_lobby().user == site.ada_user);
}

TEST_CASE("a device that was never attached has nothing to clear") {
    DeviceSite site;
    DeviceFields fields;
    fields.name = "bare";
    const auto bare = site.devices().create(site.root, fields);
    const auto session = site.devices().login(site.system, bare, ada_login);
    site.devices().logout(session, EndReason::logout);
    CHECK(site.devices().login(site.system, bare, ada_login).user == site.ada_user);
    CHECK(site.clears == 0);
}

TEST_CASE("a session ends when idle, by the device's own time or the setting's, and at its maximum") {
    DeviceSite site;
    (void)site.log_in_at_lobby();
    CHECK(site.devices().tick(site.system) == site.clock.now() + std::chrono::seconds(60));
    site.clock.advance(std::chrono::seconds(60));
    CHECK(site.devices().tick(site.system) == Instant::max());
    CHECK(site.last_logout_reason() == "idle");
    CHECK(site.clears == 1);

    DeviceFields fields;
    fields.idle_timeout = std::chrono::hours(1);
    site.devices().change(site.root, site.lobby, fields);
    (void)site.log_in_at_lobby();
    site.clock.advance(std::chrono::minutes(29));
    site.devices().tick(site.system);
    CHECK(site.state().session_user == site.ada_user);
    site.clock.advance(std::chrono::minutes(1));
    site.devices().tick(site.system);
    CHECK(site.last_logout_reason() == "maximum");
    CHECK(site.clears == 2);
}

TEST_CASE("a printer that blocks for longer than its session may be idle loses neither release nor session") {
    DeviceSite site;
    const auto job = site.submit(site.ada, site.secure, "mine");
    const auto session = site.log_in_at_lobby();
    TraySink tray;
    tray.before_write = [&] {
        site.clock.advance(std::chrono::minutes(5));
        site.devices().tick(site.system);
        (void)site.access().sessions.expire(site.clock.now());
    };
    site.jobs().release(session, job, {}, tray);
    CHECK(tray.printed == "mine");
    CHECK(tray.finished);

    // What the person does next has its own time from the end of the release on.
    site.clock.advance(std::chrono::seconds(59));
    site.devices().tick(site.system);
    CHECK(site.state().session_user == site.ada_user);
    site.clock.advance(std::chrono::seconds(1));
    site.devices().tick(site.system);
    CHECK(site.last_logout_reason() == "idle");
}

TEST_CASE("a printer that blocks for longer than any session lasts loses its release, and the job is held") {
    DeviceSite site;
    const auto job = site.submit(site.ada, site.secure, "mine");
    const auto session = site.log_in_at_lobby();
    TraySink tray;
    tray.before_write = [&] { site.clock.advance(std::chrono::minutes(31)); };
    CHECK(status_of([&] { site.jobs().release(session, job, {}, tray); }) == Status::ERR_SESSION_ENDED);
    CHECK(tray.aborted);
    site.devices().tick(site.system);
    CHECK(site.last_logout_reason() == "maximum");
    CHECK(site.release(site.log_in_at_lobby(), job) == "mine");
}

TEST_CASE("sessions that were ended elsewhere are cleared all the same") {
    DeviceSite site;
    const auto session = site.log_in_at_lobby();
    site.access().sessions.end(session.session, EndReason::revoked);
    site.devices().tick(site.system);
    CHECK(site.clears == 1);
    CHECK_FALSE(site.state().session_user);
    (void)site.log_in_at_lobby();
    site.clock.advance(std::chrono::minutes(5));
    (void)site.access().sessions.expire(site.clock.now());
    CHECK(site.log_in_at_lobby(bob_login).user == site.bob_user);
    CHECK(site.clears == 2);
}

TEST_CASE("whoever's password is reset is logged out at the device at once, and its memory cleared") {
    DeviceSite site;
    const auto job = site.submit(site.ada, site.secure, document(200'000));
    const auto session = site.log_in_at_lobby();
    const auto release = site.jobs().begin_release(session, job, {});
    Bytes some(1000);
    CHECK(release->read(some) == 1000);
    site.access().credentials.set_password(site.root, site.ada_user, std::nullopt, bob_password);
    CHECK(site.clears == 1);
    CHECK(site.last_logout_reason() == "revoked");
    CHECK_FALSE(site.state().session_user);
    CHECK(status_of([&] { release->read(some); }) == Status::ERR_SESSION_ENDED);
    site.log_in_everybody();
    CHECK(site.jobs().get(site.ada, job).state == spool::JobState::pending_held);
    CHECK(status_of([&] { site.log_in_at_lobby(); }) == Status::ERR_AUTHENTICATION);
    CHECK(site.log_in_at_lobby({"", "ada", "", bob_password}).user == site.ada_user);
}

TEST_CASE("a device that can't be cleared when its session is revoked stays locked, and the change is made") {
    DeviceSite site;
    (void)site.log_in_at_lobby();
    site.clear_works = false;
    site.access().users.remove(site.root, site.ada_user);
    CHECK_FALSE(site.access().users.is_active(site.ada_user));
    CHECK(site.state().clear_pending);
    CHECK(site.count(Action::device_clear_failed) == 1);
    CHECK(status_of([&] { site.log_in_at_lobby(bob_login); }) == Status::ERR_DEVICE_LOCKED);
}

TEST_CASE("what a disabled person began, sending, reading or fetching, stops at the next call and for good") {
    DeviceSite site;
    const auto job = site.submit(site.ada, site.secure, "mine");
    const auto writer = site.jobs().submit(site.ada, site.fields(site.secure));
    const auto reader = site.jobs().open_document(site.ada, job);
    const auto release = site.jobs().begin_release(site.ada, job, {});
    access::UserFields state;
    state.state = access::UserState::disabled;
    site.access().users.change(site.root, site.ada_user, state);
    state.state = access::UserState::active;
    site.access().users.change(site.root, site.ada_user, state);
    Bytes some(4);
    CHECK(status_of([&] { writer->write(some); }) == Status::ERR_SESSION_ENDED);
    CHECK(status_of([&] { reader->read_at(0, some); }) == Status::ERR_SESSION_ENDED);
    CHECK(status_of([&] { release->read(some); }) == Status::ERR_SESSION_ENDED);
    site.log_in_everybody();
    CHECK(site.release(site.ada, job) == "mine");
}

TEST_CASE("a second login ends the first, once its credentials are right, or is refused") {
    DeviceSite site;
    const auto first = site.log_in_at_lobby();
    CHECK(status_of([&] { site.log_in_at_lobby(wrong_login); }) == Status::ERR_AUTHENTICATION);
    CHECK(site.access().sessions.alive(first));
    const auto second = site.log_in_at_lobby(bob_login);
    CHECK_FALSE(site.access().sessions.alive(first));
    CHECK(site.last_logout_reason() == "replaced");
    CHECK(site.clears == 1);
    site.set("device.second_login", "refuse");
    CHECK(status_of([&] { site.log_in_at_lobby(); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(site.access().sessions.alive(second));
}

TEST_CASE("logout cancels pending output before memory is cleared") {
    DeviceSite site;
    const auto job = site.submit(site.ada, site.secure, document(2'000'000));
    const auto session = site.log_in_at_lobby();
    std::atomic<bool> printing = false;
    std::atomic<bool> in_sink = false;
    TraySink tray;
    tray.before_write = [&] {
        in_sink = true;
        printing = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        in_sink = false;
    };
    site.during_clear = [&] { CHECK_FALSE(in_sink); };
    Status result = Status::OK;
    {
        std::jthread printer(
            [&] { result = status_of([&] { site.jobs().release(session, job, {}, tray); }); });
        while (!printing)
            std::this_thread::yield();
        site.devices().logout(session, EndReason::card_removed);
    }
    CHECK(result != Status::OK);
    CHECK(tray.aborted);
    CHECK(site.clears == 1);
    CHECK(site.jobs().get(site.ada, job).state == spool::JobState::pending_held);
}

TEST_CASE("callbacks that call back into their device, and sinks that log out their session, are refused") {
    DeviceSite site;
    auto session = site.log_in_at_lobby();
    Status inner = Status::OK;
    site.during_clear = [&] { inner = status_of([&] { site.log_in_at_lobby(); }); };
    site.devices().logout(session, EndReason::logout);
    CHECK(inner == Status::ERR_REENTRANT);
    site.during_clear = nullptr;

    const auto job = site.submit(site.ada, site.secure, "mine");
    session = site.log_in_at_lobby();
    TraySink tray;
    tray.before_write = [&] {
        inner = status_of([&] { site.devices().logout(session, EndReason::logout); });
    };
    site.jobs().release(session, job, {}, tray);
    CHECK(inner == Status::ERR_REENTRANT);
    CHECK(tray.printed == "mine");
    CHECK(site.access().sessions.alive(session));
}

TEST_CASE("disabling or removing a device ends its session; names are unique; changes are audited") {
    DeviceSite site;
    const auto first = site.log_in_at_lobby();
    DeviceFields fields;
    fields.enabled = false;
    site.devices().change(site.root, site.lobby, fields);
    CHECK_FALSE(site.access().sessions.alive(first));
    CHECK(site.clears == 1);
    fields.enabled = true;
    fields.location = "first floor";
    site.devices().change(site.root, site.lobby, fields);
    CHECK(site.state().location == "first floor");
    CHECK(site.count(Action::device_changed) == 2);
    DeviceFields same;
    same.name = "lobby";
    CHECK(status_of([&] { site.devices().create(site.root, same); }) == Status::ERR_EXISTS);
    CHECK(status_of([&] { site.devices().create(site.ada, same); }) == Status::ERR_ACCESS_DENIED);
    same.name = "";
    CHECK(status_of([&] { site.devices().create(site.root, same); }) == Status::ERR_INVALID_ARGUMENT);

    const auto second = site.log_in_at_lobby();
    site.clear_works = false;
    site.devices().remove(site.root, site.lobby);
    CHECK_FALSE(site.access().sessions.alive(second));
    CHECK(site.devices().list(site.system).empty());
    CHECK(site.count(Action::device_clear_failed) == 1);
    CHECK(site.count(Action::device_deleted) == 1);
}

TEST_CASE("no list of devices walks a table") {
    DeviceSite site;
    check_plans(site.vault().main(), device::store::device_list_statements(), {"device", "device_session"});
}

TEST_CASE("names of queues, devices and certificates are seen whole") {
    Site site;
    for (const auto* const name : {"lobby\u200b", " lobby", "lobby ", "lob\U000e0041by"}) {
        CAPTURE(name);
        DeviceFields device;
        device.name = name;
        CHECK(status_of([&] { site.devices().create(site.root, device); }) == Status::ERR_INVALID_ARGUMENT);
        QueueFields queue;
        queue.name = name;
        CHECK(status_of([&] { site.spool().queues.create(site.root, queue); }) ==
              Status::ERR_INVALID_ARGUMENT);
        CHECK(status_of([&] { site.spool().queues.change(site.root, site.secure, queue); }) ==
              Status::ERR_INVALID_ARGUMENT);
        CHECK(status_of([&] { site.spool().certificates.add(site.root, name, {}); }) ==
              Status::ERR_INVALID_ARGUMENT);
    }
}
