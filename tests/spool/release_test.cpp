// From submission to paper: what each kind of queue promises, and to whom.
#include <atomic>
#include <limits>
#include <thread>

#include <doctest/doctest.h>

#include "base/fault_folder.hpp"
#include "site.hpp"
#include "storage/keys/personal_field.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;
using spool::JobState;

TEST_CASE("a job in a secure queue is held, printed byte for byte, and can be printed again") {
    Site site;
    const auto text = document(300'000);
    const auto job = site.submit(site.ada, site.secure, text);
    const auto held = site.jobs().get(site.ada, job);
    CHECK(held.state == JobState::pending_held);
    CHECK(held.reasons == "job-hold-until-specified");
    CHECK(held.name == "Quarterly figures");
    CHECK(held.owner_name == "ada");
    CHECK(held.queue_name == "secure");
    CHECK(held.host_name == "workstation-7.example.org");
    CHECK(held.size == text.size());
    CHECK_FALSE(held.printed);

    CHECK(site.release(site.ada, job) == text);
    const auto printed = site.jobs().get(site.ada, job);
    CHECK(printed.state == JobState::completed);
    CHECK(printed.reasons == "job-completed-successfully");
    CHECK(printed.releases == 1);
    CHECK(printed.expires == site.clock.now() + std::chrono::hours(4));
    CHECK(site.release(site.ada, job) == text);
    CHECK(site.count(Action::job_held) == 1);
    CHECK(site.count(Action::job_released) == 2);
}

TEST_CASE("a released job in a private queue is gone: row, key and file") {
    Site site;
    const auto job = site.submit(site.ada, site.private_queue, "secret");
    CHECK(site.files().size() == 1);
    CHECK(site.release(site.ada, job) == "secret");
    CHECK(status_of([&] { (void)site.jobs().get(site.ada, job); }) == Status::ERR_NOT_FOUND);
    CHECK(site.files().empty());
    CHECK_FALSE(site.vault().main().query("SELECT 1 FROM key_leaf WHERE kind = 1").next());
    CHECK(site.vault().leaf_keys().status().waiting == 0);
    CHECK(site.count(Action::job_released) == 1);
    const auto kept = site.submit(site.ada, site.private_queue, "secret");
    TraySink tray;
    CHECK(status_of([&] { site.jobs().release(site.ada, kept, {true}, tray); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(tray.printed.empty());
}

TEST_CASE("the names of a private job die with it: an old row and the owner's key of today open none") {
    Site site;
    struct Row {
        Bytes uuid, name;
    };
    const auto row = [&](JobId job) {
        auto rows = site.vault().main().query("SELECT uuid, name FROM job WHERE id = $1", job);
        REQUIRE(rows.next());
        return Row{Bytes(rows.blob(0).begin(), rows.blob(0).end()),
                   Bytes(rows.blob(1).begin(), rows.blob(1).end())};
    };
    const auto opened = [&](const Row& old) {
        return storage::open_field(site.access().users.person_key(site.ada_user),
                                   "job.name:" + to_hex(old.uuid), old.name);
    };
    const auto secure = site.submit(site.ada, site.secure, "one");
    CHECK(opened(row(secure)) == "Quarterly figures");
    const auto job = site.submit(site.ada, site.private_queue, "another");
    const auto old = row(job);
    CHECK(site.jobs().get(site.ada, job).name == "Quarterly figures");
    CHECK(site.jobs().list(site.ada, {}).size() == 2);
    CHECK(status_of([&] { static_cast<void>(opened(old)); }) == Status::ERR_CORRUPT);
    site.jobs().cancel(site.ada, job);
    // Nothing of it is kept, its row until the next tick alone.
    CHECK(status_of([&] { (void)site.jobs().get(site.ada, job); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("the host releases jobs of direct queues, and only those") {
    Site site;
    const auto direct = site.submit(site.ada, site.direct, "now");
    const auto secure = site.submit(site.ada, site.secure, "later");
    CHECK(site.release(site.system, direct) == "now");
    TraySink tray;
    CHECK(status_of([&] { site.jobs().release(site.system, secure, {}, tray); }) == Status::ERR_NOT_FOUND);
    CHECK(tray.printed.empty());
}

TEST_CASE("a kept job stays held after its release") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "twice");
    CHECK(site.release(site.ada, job, true) == "twice");
    CHECK(site.jobs().get(site.ada, job).state == JobState::pending_held);
    CHECK(site.jobs().get(site.ada, job).releases == 1);
}

TEST_CASE("an empty document is a document") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "");
    CHECK(site.jobs().get(site.ada, job).size == 0);
    CHECK(site.release(site.ada, job).empty());
}

TEST_CASE("to a stranger a job does not exist, and the attempt is audited") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "mine");
    TraySink tray;
    const auto denials = site.count(Action::session_denied);
    CHECK(status_of([&] { (void)site.jobs().get(site.bob, job); }) == Status::ERR_NOT_FOUND);
    CHECK(status_of([&] { site.jobs().release(site.bob, job, {}, tray); }) == Status::ERR_NOT_FOUND);
    CHECK(status_of([&] { site.jobs().cancel(site.bob, job); }) == Status::ERR_NOT_FOUND);
    CHECK(status_of([&] { site.jobs().remove(site.bob, job); }) == Status::ERR_NOT_FOUND);
    CHECK(status_of([&] { (void)site.jobs().open_document(site.bob, job); }) == Status::ERR_NOT_FOUND);
    CHECK(site.jobs().list(site.bob, {}).empty());
    site.access().refusals.close();
    CHECK(site.count(Action::session_denied) == denials + 4);  // of three rights; one of them thrice, counted
    CHECK(tray.printed.empty());
    CHECK(site.jobs().list(site.ada, {}).size() == 1);
    CHECK(site.jobs().list(site.root, {}).size() == 1);
    CHECK(site.jobs().get(site.root, job).name == "Quarterly figures");
}

TEST_CASE("a session at a device serves its own person only, whatever their rights") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "mine");
    const auto at_device =
        site.access().sessions.open_device_session(site.host_proof(), site.root_user, DeviceId(7));
    TraySink tray;
    CHECK(status_of([&] { site.jobs().release(at_device, job, {}, tray); }) == Status::ERR_NOT_FOUND);
    CHECK(site.jobs().list(at_device, {}).empty());
    const auto adas =
        site.access().sessions.open_device_session(site.host_proof(), site.ada_user, DeviceId(7));
    CHECK(site.release(adas, job) == "mine");
}

TEST_CASE("of two releases at the same instant one prints") {
    Site site;
    for (int round = 0; round < 20; ++round) {
        const auto job = site.submit(site.ada, site.private_queue, document(100'000));
        TraySink trays[2];
        Status results[2];
        {
            std::jthread threads[2];
            for (int i = 0; i < 2; ++i) {
                threads[i] = std::jthread([&, i] {
                    results[i] = status_of([&] { site.jobs().release(site.ada, job, {}, trays[i]); });
                });
            }
        }
        CHECK(trays[0].finished != trays[1].finished);
        CHECK(trays[0].printed.empty() != trays[1].printed.empty());
        CHECK((results[0] == Status::OK) != (results[1] == Status::OK));
    }
}

TEST_CASE("a job whose sink fails half-way is held again, and that is audited") {
    Site site;
    const auto text = document(500'000);
    const auto job = site.submit(site.ada, site.private_queue, text);
    TraySink jammed;
    jammed.fail_beyond = 200'000;
    CHECK(status_of([&] { site.jobs().release(site.ada, job, {}, jammed); }) == Status::ERR_CALLBACK);
    CHECK(jammed.aborted);
    TraySink full;
    full.fail_at_finish = true;
    CHECK(status_of([&] { site.jobs().release(site.ada, job, {}, full); }) == Status::ERR_CALLBACK);
    CHECK_FALSE(full.aborted);
    CHECK(site.jobs().get(site.ada, job).state == JobState::pending_held);
    CHECK(site.count(Action::job_release_failed) == 2);
    CHECK(site.count(Action::job_released) == 0);
    CHECK(site.release(site.ada, job) == text);
}

TEST_CASE("a completed job whose reprint fails stays completed, and expires when it would have") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, document(300'000));
    static_cast<void>(site.release(site.ada, job));
    const auto before = site.jobs().get(site.ada, job);
    TraySink jammed;
    jammed.fail_beyond = 100'000;
    CHECK(status_of([&] { site.jobs().release(site.ada, job, {}, jammed); }) == Status::ERR_CALLBACK);
    const auto after = site.jobs().get(site.ada, job);
    CHECK(after.state == JobState::completed);
    CHECK(after.reasons == before.reasons);
    CHECK(after.expires == before.expires);
    CHECK(site.count(Action::job_release_failed) == 1);
}

TEST_CASE("whichever call of the disk fails in a private release, its status says whether it was done") {
    int incomplete = 0;
    bool struck = true;
    for (std::uint64_t call = 1; struck; ++call) {
        CAPTURE(call);
        Site site;
        const auto job = site.submit(site.ada, site.private_queue, "secret");
        const auto plan = std::make_shared<FaultPlan>();
        site.close();
        site.open([&](auto folder) { return std::make_unique<FaultFolder>(std::move(folder), plan); });
        site.log_in_everybody();
        plan->calls = 0;
        plan->fail_at = call;
        TraySink tray;
        const auto status = status_of([&] { site.jobs().release(site.ada, job, {}, tray); });
        struck = plan->struck();
        plan->fail_at = std::numeric_limits<std::uint64_t>::max();
        if (status == Status::ERR_OUTCOME_UNKNOWN) continue;
        const bool done = status == Status::OK || status == Status::ERR_INCOMPLETE;
        const auto found = status_of([&] { (void)site.jobs().get(site.ada, job); });
        CHECK(found == (done ? Status::ERR_NOT_FOUND : Status::OK));
        if (done) CHECK(tray.printed == "secret");
        if (status != Status::ERR_INCOMPLETE) continue;
        ++incomplete;
        CHECK(site.files().empty());
        CHECK(site.count(Action::job_released) == 1);
        site.vault().leaf_keys().turn();
        CHECK(site.vault().leaf_keys().status().waiting == 0);
    }
    CHECK(incomplete > 0);
}

TEST_CASE("cancelling a job that is being released stops it at the next chunk") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, document(1'000'000));
    TraySink tray;
    tray.before_write = [&] {
        if (tray.printed.empty()) return;
        std::jthread([&] { site.jobs().cancel(site.ada, job); }).join();
        tray.before_write = nullptr;
    };
    CHECK(status_of([&] { site.jobs().release(site.ada, job, {}, tray); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(tray.aborted);
    CHECK(tray.printed.size() < 300'000);
    const auto cancelled = site.jobs().get(site.ada, job);
    CHECK(cancelled.state == JobState::canceled);
    CHECK(cancelled.reasons == "job-canceled-by-user");
    CHECK(site.files().empty());
    CHECK(status_of([&] { site.release(site.ada, job); }) == Status::ERR_NOT_POSSIBLE);
}

TEST_CASE("a sink may use the library, but not the job that it is given") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "one");
    const auto other = site.submit(site.ada, site.secure, "two");
    TraySink tray;
    tray.before_write = [&] {
        CHECK(status_of([&] { site.jobs().cancel(site.ada, job); }) == Status::ERR_REENTRANT);
        CHECK(status_of([&] { site.release(site.ada, job); }) == Status::ERR_REENTRANT);
        CHECK(status_of([&] { (void)site.jobs().stop_output(site.ada.session, std::chrono::seconds(1)); }) ==
              Status::ERR_REENTRANT);
        CHECK(site.release(site.ada, other) == "two");
    };
    site.jobs().release(site.ada, job, {}, tray);
    CHECK(tray.printed == "one");
}

TEST_CASE("output stops when its session ends, and the job is held again") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, document(1'000'000));
    TraySink tray;
    tray.before_write = [&] { site.access().sessions.end(site.ada.session, access::EndReason::logout); };
    CHECK(status_of([&] { site.jobs().release(site.ada, job, {}, tray); }) == Status::ERR_SESSION_ENDED);
    CHECK(tray.printed.size() < 300'000);
    CHECK(site.jobs().get(site.root, job).state == JobState::pending_held);
    CHECK(status_of([&] { (void)site.jobs().get(site.ada, job); }) == Status::ERR_SESSION_ENDED);
}

TEST_CASE("one's own document leaves by release alone, unless the queue allows it to be read") {
    Site site;
    QueueFields fields;
    fields.name = "strict";
    const auto strict = site.spool().queues.create(site.root, fields);
    const auto job = site.submit(site.ada, strict, "mine");
    CHECK(status_of([&] { (void)site.jobs().open_document(site.ada, job); }) == Status::ERR_ACCESS_DENIED);
    CHECK(site.count(Action::session_denied) == 1);
    CHECK(site.count(Action::job_read) == 0);
    CHECK(site.jobs().open_document(site.root, job)->size() == 4);  // by job.export
    CHECK(site.count(Action::job_read) == 1);
    fields.name.reset();
    fields.preview = true;
    site.change_queue(strict, fields);
    CHECK(site.jobs().open_document(site.ada, job)->size() == 4);
    fields.preview = false;
    site.change_queue(strict, fields);
    CHECK(status_of([&] { (void)site.jobs().open_document(site.ada, job); }) == Status::ERR_ACCESS_DENIED);
    CHECK(site.release(site.ada, job) == "mine");
}

TEST_CASE("a document can be read at any place without releasing it, until it is deleted") {
    Site site;
    const auto text = document(400'000);
    const auto job = site.submit(site.ada, site.secure, text);
    const auto reader = site.jobs().open_document(site.ada, job);
    CHECK(reader->size() == text.size());
    Bytes part(1000);
    CHECK(reader->read_at(131'000, part) == 1000);
    CHECK(as_text(part) == text.substr(131'000, 1000));
    CHECK(reader->read_at(text.size() - 10, part) == 10);
    CHECK(site.count(Action::job_read) == 1);
    CHECK(site.jobs().get(site.ada, job).state == JobState::pending_held);
    site.jobs().remove(site.ada, job);
    CHECK(status_of([&] { (void)reader->read_at(0, part); }) == Status::ERR_NOT_FOUND);
}

TEST_CASE("a user who is removed takes their jobs along") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "mine");
    site.submit(site.bob, site.secure, "his");
    site.access().users.remove(site.root, site.ada_user);
    CHECK(status_of([&] { (void)site.jobs().get(site.root, job); }) == Status::ERR_NOT_FOUND);
    CHECK(site.count(Action::job_deleted) == 1);
    site.jobs().tick(site.system);
    CHECK(site.files().size() == 1);
}

TEST_CASE("nothing of a job leaves once it is cancelled or gone, whatever was read ahead") {
    Site site;
    Bytes part(1000);
    const auto cancelled = site.submit(site.ada, site.secure, document(50'000));
    const auto release = site.jobs().begin_release(site.ada, cancelled, {});
    CHECK(release->read(part) == part.size());
    site.jobs().cancel(site.root, cancelled);
    CHECK(status_of([&] { static_cast<void>(release->read(part)); }) == Status::ERR_NOT_POSSIBLE);
    CHECK(site.jobs().get(site.root, cancelled).state == JobState::canceled);

    const auto read = site.submit(site.bob, site.secure, "read to its end");
    const auto late = site.jobs().begin_release(site.bob, read, {});
    while (late->read(part) > 0) {
    }
    site.jobs().cancel(site.root, read);
    CHECK(status_of([&] { late->finish(); }) == Status::ERR_NOT_POSSIBLE);

    const auto orphaned = site.submit(site.ada, site.secure, document(50'000));
    const auto of_nobody = site.jobs().begin_release(site.root, orphaned, {});
    CHECK(of_nobody->read(part) == part.size());
    site.access().users.remove(site.root, site.ada_user);
    CHECK(status_of([&] { static_cast<void>(of_nobody->read(part)); }) == Status::ERR_NOT_POSSIBLE);
}

TEST_CASE("who gives a fetched job up is told if that can't be written, and the next tick holds the job") {
    Site site;
    const auto job = site.submit(site.ada, site.secure, "mine");
    const auto plan = std::make_shared<FaultPlan>();
    site.close();
    site.open([&](auto folder) { return std::make_unique<FaultFolder>(std::move(folder), plan); });
    site.log_in_everybody();
    auto release = site.jobs().begin_release(site.ada, job, {});
    plan->fault = Fault::no_space;
    plan->calls = 0;
    plan->fail_at = 1;
    plan->for_good = true;
    CHECK(status_of([&] { release->abort(); }) == Status::ERR_NO_SPACE);
    plan->fail_at = std::numeric_limits<std::uint64_t>::max();
    release->abort();
    site.jobs().tick(site.system);
    CHECK(site.jobs().get(site.ada, job).state == JobState::pending_held);
    CHECK(site.count(Action::job_possibly_printed) == 1);
}

TEST_CASE("moving events to the log ends, however many others add meanwhile") {
    Site site;
    const auto plan = std::make_shared<FaultPlan>();
    site.close();
    site.open([&](auto folder) { return std::make_unique<FaultFolder>(std::move(folder), plan); });
    site.log_in_everybody();
    const auto draining = std::this_thread::get_id();
    constexpr int most = 300;
    std::atomic<int> added = 0;
    plan->before = [&](std::string_view object) {
        if (object != "sync" || std::this_thread::get_id() != draining || added >= most) return;
        ++added;
        std::thread([&] {
            storage::Transaction transaction(site.vault().main());
            site.audit().append(transaction, {.action = Action::job_held,
                                              .actor = audit::Actor::system(),
                                              .object = JobId(1),
                                              .changes = {},
                                              .personal = {}});
            transaction.commit_unsynced();  // the sync it would wait for may be this one
        }).join();
    };
    site.audit().drain();
    plan->before = nullptr;
    CHECK(added > 0);
    CHECK(added < most);
}
