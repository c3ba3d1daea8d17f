// Every call of the file system failed once, from opening to closing: nothing acknowledged is lost, nothing
// is half there, and the audit log tells the same story.
//
// The day is played once, on a disk in memory. Before a call the process forks: in the child that call fails,
// and the rest of the day is its own. So no call is repeated to reach the next one. MYQSEC_FAULT_STRIDE says
// of how many calls one fails: 1 for every call.
#include <csignal>
#include <functional>
#include <iostream>

#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/campaign.hpp"
#include "base/failed_checks.hpp"
#include "base/power_cut_folder.hpp"
#include "instance_files.hpp"
#include "replay.hpp"
#include "snapshot.hpp"

using namespace myqsec;
using namespace myqsec::test;
using spool::JobState;

namespace {

/// A disk error where damage would be an alarm, and nothing worse than an error.
bool is_disk_error(Status status) {
    return status == Status::ERR_IO || status == Status::ERR_NO_SPACE ||
           status == Status::ERR_OUTCOME_UNKNOWN;
}

/// What a kill left behind: work for the opening, and for each step of the day.
struct Yesterday {
    explicit Yesterday(Site& site) {
        kept = site.submit(site.ada, site.secure, document(1000));
        printed = site.submit(site.ada, site.secure, document(1001));
        secret = site.submit(site.ada, site.private_queue, document(1002));
        unwanted = site.submit(site.ada, site.secure, document(1003));
        cancelled = site.submit(site.ada, site.secure, document(1004));
        of_bob = site.submit(site.bob, site.secure, document(1005));
        QueueFields brief;
        brief.retention_held = std::chrono::minutes(1);
        site.change_queue(site.direct, brief);
        expired = site.submit(site.ada, site.direct, document(1006));
        interrupted = site.submit(site.ada, site.secure, document(1007));
        fetched = site.submit(site.ada, site.secure, document(1008));
        site.audit().drain();
        TraySink tray;
        tray.before_write = [&] { files = copy_instance(site.path()); };
        site.jobs().release(site.ada, interrupted, {}, tray);
        files["jobs/" + to_hex(site.vault().blobs("jobs").new_name())] = "an orphan";
    }
    JobId kept, printed, secret, unwanted, cancelled, of_bob, expired, interrupted, fetched;
    InstanceFiles files;
};

struct Step {
    std::string_view name;
    std::function<void()> act;
    std::function<bool()> is_done;  ///< after the next opening
    bool acknowledged = false;
};

class Day {
 public:
    Day(Site& site, const Yesterday& before) : site_(site), before_(before) {
        add(
            "little memory", [&] { spill(); }, [] { return true; });
        add(
            "submit", [&] { submitted_ = site_.submit(site_.ada, site_.secure, document(70'000)); },
            [&] { return state(submitted_) == JobState::pending_held; });
        add(
            "release", [&] { check_printed(before_.printed, 1001); },
            [&] { return state(before_.printed) == JobState::completed; });
        add(
            "release for good", [&] { check_printed(before_.secret, 1002); },
            [&] { return !state(before_.secret); });
        add(
            "fetch", [&] { check_fetched(before_.fetched, 1008); },
            [&] { return state(before_.fetched) == JobState::completed; });
        add(
            "delete", [&] { site_.jobs().remove(site_.ada, before_.unwanted); },
            [&] { return !state(before_.unwanted); });
        add(
            "cancel", [&] { site_.jobs().cancel(site_.ada, before_.cancelled); },
            [&] { return state(before_.cancelled) == JobState::canceled; });
        add(
            "expire", [&] { site_.jobs().tick(site_.system); }, [&] { return !state(before_.expired); });
        add(
            "log", [&] { site_.audit().drain(); }, [] { return true; });
        add_changes_of_people();
        add(
            "set", [&] { site_.set("session.idle_timeout", "5min"); },
            [&] { return site_.settings().get("session.idle_timeout").value == "5min"; });
        add(
            "checkpoint", [&] { checkpoint(); }, [] { return true; });
        add(
            "read", [&] { check_read(before_.kept, 1000); },
            [&] { return state(before_.kept) == JobState::pending_held; });
        add(
            "log again", [&] { site_.audit().drain(); }, [] { return true; });
    }

    /// Each step on its own: what fails must not keep the others from theirs. A sync that failed closes the
    /// instance, so that it is opened again.
    template <class Reopen>
    void run(Reopen&& reopen) {
        for (auto& step : steps_) {
            CAPTURE(step.name);
            const auto status = status_of(step.act);
            step.acknowledged = status == Status::OK || status == Status::ERR_INCOMPLETE;
            failed_ += status == Status::ERR_INCOMPLETE ? 1 : 0;
            if (step.acknowledged) continue;
            CHECK_MESSAGE(is_disk_error(status), status_name(status));
            ++failed_;
            if (status != Status::ERR_OUTCOME_UNKNOWN) continue;
            site_.close();
            const auto reopening = status_of(reopen);
            if (reopening == Status::OK) continue;
            CHECK_MESSAGE(is_disk_error(reopening), status_name(reopening));
            return;
        }
    }
    void check_kept() {
        for (const auto& step : steps_) {
            CAPTURE(step.name);
            if (step.acknowledged) CHECK(step.is_done());
        }
        CHECK(site_.jobs().get(site_.root, before_.interrupted).reasons ==
              spool::reason::held_possibly_printed);
        for (const auto& job : site_.jobs().list(site_.root, {})) {
            if (job.state == JobState::canceled) continue;
            CHECK(read_document(site_, site_.root, job.id) == document(job.size));
        }
    }
    [[nodiscard]] int failed() const { return failed_; }

 private:
    void add(std::string_view name, std::function<void()> act, std::function<bool()> is_done) {
        steps_.push_back({name, std::move(act), std::move(is_done)});
    }
    void add_changes_of_people() {
        add(
            "create user", [&] { site_.add_user("cyd", "Cyd Inkwell"); }, [&] { return has("Cyd Inkwell"); });
        add(
            "change user", [&] { rename_ada(); }, [&] { return has("Ada Nibworth"); });
        add(
            "delete user", [&] { site_.access().users.remove(site_.root, site_.bob_user); },
            [&] { return !has("Bob Marrowbone") && !state(before_.of_bob); });
        add(
            "create group", [&] { site_.access().groups.create(site_.root, "sales"); },
            [&] { return site_.access().groups.list(site_.root).size() == 1; });
    }

    std::optional<JobState> state(JobId id) {
        for (const auto& job : site_.jobs().list(site_.root, {})) {
            if (job.id == id) return job.state;
        }
        return std::nullopt;
    }
    bool has(const std::string& full_name) { return tell_people(site_).find(full_name) != std::string::npos; }
    void check_printed(JobId job, std::size_t size) {
        TraySink tray;
        site_.jobs().release(site_.ada, job, {}, tray);
        CHECK(tray.printed == document(size));
    }
    void check_read(JobId job, std::size_t size) {
        const auto text = read_document(site_, site_.ada, job);
        CHECK(text == document(size));
    }
    void check_fetched(JobId job, std::size_t size) {
        const auto release = site_.jobs().begin_release(site_.ada, job, {});
        Bytes text(size + 1);
        CHECK(release->read(text) == size);
        CHECK(as_text(ByteView(text).first(size)) == document(size));
        release->finish();
    }
    void rename_ada() {
        access::UserFields fields;
        fields.full_name = "Ada Nibworth";
        site_.access().users.change(site_.root, site_.ada_user, fields);
    }
    /// As on a small device: pages are read from the disk again and again.
    void spill() {
        site_.vault().main().execute("PRAGMA cache_size = 10");
        site_.vault().log().execute("PRAGMA cache_size = 10");
    }
    void checkpoint() {
        site_.vault().main().checkpoint();
        site_.vault().log().checkpoint();
    }

    Site& site_;
    const Yesterday& before_;
    JobId submitted_;
    std::vector<Step> steps_;
    int failed_ = 0;
};

std::shared_ptr<PowerCutDisk> disk_with(const InstanceFiles& files) {
    auto disk = std::make_shared<PowerCutDisk>(1);
    for (const auto& [name, contents] : files)
        disk->place(name, as_bytes(contents));
    return disk;
}

/// The day, and what is left of it when everything works again.
void play(Site& site, const Yesterday& before, const std::shared_ptr<FaultPlan>& plan) {
    const auto disk = disk_with(before.files);
    Day day(site, before);
    const auto open = [&] {
        site.open([&](auto) {
            return std::make_unique<FaultFolder>(std::make_unique<PowerCutFolder>(disk), plan);
        });
    };
    const auto opening = status_of([&] {
        open();
        site.log_in_everybody();
    });
    CAPTURE(plan->fail_at);
    if (opening == Status::OK) {
        day.run([&] {
            open();
            site.root = site.log_in(site.root_user);
            site.ada = site.log_in(site.ada_user);
            static_cast<void>(status_of([&] { site.bob = site.log_in(site.bob_user); }));  // deleted, perhaps
        });
        CHECK((day.failed() <= 1 || plan->for_good));
    } else {
        CHECK(is_disk_error(opening));
    }
    CHECK((plan->struck() || (opening == Status::OK && day.failed() == 0)));
    site.close();

    site.open([&](auto) { return std::make_unique<PowerCutFolder>(disk); });
    site.root = site.log_in(site.root_user);
    for (const auto& finding : site.vault().findings())  // half a slot looks like a damaged one
        CHECK((finding.code == "keystore-repaired" && plan->fault == Fault::short_write));
    check_nothing_half_there(site);
    Replay replay;
    replay.follow(site);
    replay.check(site);
    day.check_kept();
}

/// Plays the day, and from each of its calls on what it comes to when this one fails.
void fail_at_every_call(Fault fault, bool for_good) {
    Site site;
    const Yesterday before(site);
    site.close();
    site.clock.advance(std::chrono::minutes(2));
    const auto plan = std::make_shared<FaultPlan>(FaultPlan{.fault = fault, .for_good = for_good});
    const auto origin = ::getpid();
    // Each fault begins elsewhere, so that together they leave out few calls.
    static std::uint64_t faults = 0;
    const auto stride = static_cast<std::uint64_t>(test::rounds("MYQSEC_FAULT_STRIDE", 4));
    const auto offset = faults++ % stride;
    std::uint64_t points = 0;
    std::uint64_t broken = 0;
    plan->at_call = [&](FaultPlan& at) {
        if (::getpid() != origin || at.calls % stride != offset) return;
        std::cout.flush();
        // As fork(), but the thread keeps the number by which the recursive locks that it holds know it.
        const auto child = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
        if (child < 0) throw std::runtime_error("fork failed");
        if (child == 0) {
            failed_checks() = 0;
            at.fail_at = at.calls;
            return;
        }
        int status = 0;
        if (::waitpid(static_cast<pid_t>(child), &status, 0) != child)
            throw std::runtime_error("waitpid failed");
        ++points;
        if (status != 0) ++broken;
    };
    try {
        play(site, before, plan);
    } catch (...) {  // of doctest's REQUIRE, too
        if (::getpid() == origin) throw;
        failed_checks() += 1;
    }
    if (::getpid() != origin) {
        std::cout.flush();
        ::_exit(failed_checks() == 0 ? 0 : 1);
    }
    MESSAGE("points: " << points);
    CHECK(points > 10);
    CHECK(broken == 0);
}

}  // namespace

TEST_CASE("any one call of the disk may fail: nothing acknowledged is lost, only the step concerned fails") {
    SUBCASE("EIO") {
        fail_at_every_call(Fault::io_error, false);
    }
    SUBCASE("ENOSPC") {
        fail_at_every_call(Fault::no_space, false);
    }
    SUBCASE("a short write") {
        fail_at_every_call(Fault::short_write, false);
    }
    SUBCASE("a failed sync") {
        fail_at_every_call(Fault::sync_failure, false);
    }
}

TEST_CASE("the disk may fail for good at any call: nothing acknowledged is lost once it works again") {
    SUBCASE("EIO") {
        fail_at_every_call(Fault::io_error, true);
    }
    SUBCASE("ENOSPC") {
        fail_at_every_call(Fault::no_space, true);
    }
    SUBCASE("failed syncs") {
        fail_at_every_call(Fault::sync_failure, true);
    }
}
