// Real file systems filled to their last byte: what frees room works every time, and so does everything else
// but taking documents in. MYQSEC_FULL_DISKS=100 repeats each case as often.
#include <algorithm>
#include <utility>

#include "abi/engine.hpp"
#include "abi/small_disk.hpp"
#include "base/rounds.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

constexpr std::int64_t minute = 60'000;

std::string why_not(DiskKind kind) {
    auto failed = SmallDisk(kind).failed;
    if (!failed.empty()) std::printf("skipped: %s\n", failed.c_str());
    return failed;
}
const bool no_tmpfs = !why_not(DiskKind::tmpfs).empty();
const bool no_ext4 = !why_not(DiskKind::ext4).empty();

/// A host whose instance lies on such a disk.
struct Printery {
    explicit Printery(DiskKind kind) : disk(kind), name(kind == DiskKind::tmpfs ? "tmpfs" : "ext4") {}

    /// Documents that no file system makes smaller.
    std::int64_t submit(std::int64_t queue, std::size_t size) {
        return host.submit(queue, std::string(size, 'd'));
    }
    myqsec_status submission(std::size_t size) {
        const auto fields = host.job_fields(host.secure);
        const std::string text(size, 'd');
        myqsec_job_writer* writer = nullptr;
        std::int64_t job = 0;
        auto status = myqsec_job_submit(host.system->get(), &fields, &writer);
        if (status == MYQSEC_OK) status = myqsec_job_writer_write(writer, text.data(), text.size());
        if (status == MYQSEC_OK) status = myqsec_job_writer_finish(writer, &job);
        said = myqsec_last_error();
        myqsec_job_writer_free(writer);
        return status;
    }
    /// Anew, for sessions end in time that passes.
    bool logs_in() {
        host.admin.reset();
        myqsec_session* session = nullptr;
        const auto status =
            myqsec_login(host.system->get(), "admin", host.admin_password.c_str(), nullptr, &session);
        CHECK_MESSAGE(status == MYQSEC_OK, std::string(myqsec_last_error()));
        if (status == MYQSEC_OK) host.admin = std::make_unique<Session>(session);
        return status == MYQSEC_OK;
    }
    /// At the device: in, out, and its memory is cleared.
    bool prints_nothing_and_leaves() {
        const auto before = host.cleared;
        CHECK(host.login_status("04a2241b") == MYQSEC_OK);
        CHECK(host.cleared == before + 1);
        return host.cleared == before + 1;
    }
    bool ticks() {
        std::int64_t next = 0;
        const auto status = myqsec_tick(host.system->get(), &next);
        CHECK_MESSAGE(status == MYQSEC_OK, std::string(myqsec_last_error()));
        return status == MYQSEC_OK;
    }
    bool refuses() {
        const auto status = submission(1000);
        CHECK(status == MYQSEC_ERR_NO_SPACE);
        const bool told = said.find("spool.min_free") != std::string::npos ||
                          said.find("serves deletion alone") != std::string::npos;
        CHECK_MESSAGE(told, said);
        return status == MYQSEC_ERR_NO_SPACE && told;
    }
    void reopens() {
        host.reopen();
        host.attach();
    }
    void make_room() {
        disk.empty();
        CHECK(ticks());
    }

    SmallDisk disk;
    Host host;
    const char* name;
    std::string said;
};

void report(const char* what, const char* disk, int done, int rounds) {
    std::printf("%s on a full %s: %d of %d\n", what, disk, done, rounds);
    CHECK(done == rounds);
}

void delete_on_full(DiskKind kind) {
    constexpr std::size_t size = 100'000;
    Printery there(kind);
    const int rounds = test::rounds("MYQSEC_FULL_DISKS", 8);
    std::vector<std::int64_t> jobs;
    for (int i = 0; i < rounds; ++i)
        jobs.push_back(there.submit(i % 2 == 0 ? there.host.secure : there.host.privately, size));
    int done = 0;
    for (int i = 0; i < rounds; ++i) {
        CAPTURE(i);
        there.disk.fill();
        const auto left = there.disk.left();
        bool well = there.refuses();
        if (i % 4 == 0) there.reopens();
        well = there.logs_in() && there.prints_nothing_and_leaves() && well;
        const auto deleted = myqsec_job_delete(there.host.admin->get(), jobs[i]);
        CHECK_MESSAGE(deleted == MYQSEC_OK, std::string(myqsec_last_error()));
        CHECK(there.disk.left() >= left + size);
        well = there.ticks() && well && deleted == MYQSEC_OK && there.disk.left() >= left + size;
        if (i % 4 == 1) there.reopens();
        done += well ? 1 : 0;
        there.make_room();
    }
    CHECK(there.host.admin->list(myqsec_job_list, nullptr, nullptr).size() == 0);
    CHECK(there.submission(1000) == MYQSEC_OK);
    report("an administrator's deletion", there.name, done, rounds);
}

void expire_on_full(DiskKind kind) {
    constexpr std::size_t size = 100'000;
    Printery there(kind);
    auto& host = there.host;
    myqsec_queue_fields fields = MYQSEC_QUEUE_FIELDS_INIT;
    fields.retention_held = 200 * minute;
    check(myqsec_queue_change(host.admin->get(), host.secure, &fields));
    const int rounds = test::rounds("MYQSEC_FULL_DISKS", 8);
    for (int i = 0; i < rounds; ++i) {
        there.submit(host.secure, size);
        host.now += minute;
        CHECK(there.ticks());
    }
    for (int i = rounds; i < 199; ++i) {
        host.now += minute;
        CHECK(there.ticks());
    }
    int done = 0;
    for (int i = 0; i < rounds; ++i) {
        CAPTURE(i);
        there.disk.fill();
        host.now += minute;
        const auto left = there.disk.left();
        const auto files = host.jobs().size();
        if (i % 4 == 0) there.reopens();
        bool well = there.ticks();
        CHECK(host.jobs().size() == files - 1);
        CHECK(there.disk.left() >= left + size);
        well = well && host.jobs().size() == files - 1 && there.disk.left() >= left + size;
        well = there.prints_nothing_and_leaves() && well;
        done += well ? 1 : 0;
        there.make_room();
    }
    CHECK(host.jobs().empty());
    report("retention", there.name, done, rounds);
}

void refuse_early(DiskKind kind) {
    Printery there(kind);
    int taken = 0;
    myqsec_status status = MYQSEC_OK;
    while (taken < 100 && status == MYQSEC_OK) {
        status = there.submission(1'000'000);
        taken += status == MYQSEC_OK ? 1 : 0;
    }
    CHECK(status == MYQSEC_ERR_NO_SPACE);
    CHECK_MESSAGE(there.said.find("spool.min_free") != std::string::npos, there.said);
    CHECK(taken >= 15);
    CHECK(there.disk.left() >= std::uint64_t{6} << 20);
    std::printf("a %s of 40 MiB took %d documents of 1 MB and left %llu bytes: %s\n", there.name, taken,
                static_cast<unsigned long long>(there.disk.left()), there.said.c_str());
    // The rest is somebody else's doing: whatever is there can be printed and deleted all the same.
    there.disk.fill();
    there.reopens();
    const auto held = there.host.admin->list(myqsec_job_list, nullptr, nullptr);
    CHECK(held.size() == static_cast<std::size_t>(taken));
    for (const auto job : held) {
        if (job.integer("id") % 2 == 0) {
            CHECK(myqsec_job_delete(there.host.admin->get(), job.integer("id")) == MYQSEC_OK);
        } else {
            Tray tray;
            CHECK(Host::release(*there.host.admin, job.integer("id"), tray) == MYQSEC_OK);
            CHECK(tray.printed.size() == 1'000'000);
        }
    }
}

/// Changes of a setting, until there is no room to record one.
void exhaust(Printery& there) {
    there.disk.fill();
    for (int i = 0; i < 100'000; ++i) {
        const auto* length = i % 2 == 0 ? "7" : "6";
        if (myqsec_setting_set(there.host.admin->get(), "pin.length", length) == MYQSEC_ERR_NO_SPACE) return;
    }
    FAIL("the disk is never full");
}

std::size_t entries(const filesystem::path& folder) {
    return filesystem::exists(folder) ? std::distance(filesystem::recursive_directory_iterator(folder), {})
                                      : 0;
}

/// A backup on the instance's own disk, while that has less and less room.
void back_up_on_full(DiskKind kind) {
    Printery there(kind);
    auto& host = there.host;
    const TemporaryFolder beside;  // on the same disk
    for (int i = 0; i < 10; ++i)
        there.submit(host.secure, 1'000'000);
    const auto back_up = [&](const std::string& name) {
        const auto status =
            myqsec_backup_create(host.admin->get(), (beside.path() + "/" + name).c_str(), nullptr, nullptr);
        there.said = myqsec_last_error();
        return status;
    };
    CHECK(back_up("first") == MYQSEC_OK);  // 20 MB of 40
    filesystem::remove_all(beside.path() + "/first");
    for (int i = 0; i < 10; ++i)
        there.submit(host.secure, 1'000'000);
    const auto left = there.disk.left();
    CHECK(back_up("second") == MYQSEC_ERR_NO_SPACE);
    CHECK_MESSAGE(there.said.find("stay free") != std::string::npos, there.said);
    CHECK(entries(beside.path()) == 0);
    CHECK(there.disk.left() + 500'000 >= left);
    // Into a folder that was there: that stays.
    filesystem::create_directory(beside.path() + "/third");
    CHECK(back_up("third") == MYQSEC_ERR_NO_SPACE);
    CHECK(entries(beside.path()) == 1);
    there.disk.fill();
    CHECK(back_up("third") == MYQSEC_ERR_NO_SPACE);
    CHECK(entries(beside.path()) == 1);
    CHECK(there.logs_in());
    CHECK(there.prints_nothing_and_leaves());
    CHECK(there.ticks());
    // Elsewhere there is room.
    ::setenv("TMPDIR", "/tmp", 1);
    const TemporaryFolder elsewhere;
    CHECK(myqsec_backup_create(host.admin->get(), (elsewhere.path() + "/backup").c_str(), nullptr, nullptr) ==
          MYQSEC_OK);
}

/// The last room is gone, and so is the reserve.
void log_out_on_full(DiskKind kind) {
    Printery there(kind);
    auto& host = there.host;
    const auto at_device = host.by_card();
    exhaust(there);
    CHECK(myqsec_logout(at_device.get()) == MYQSEC_ERR_NO_SPACE);
    CHECK(host.cleared == 1);
    myqsec_list* list = nullptr;
    CHECK(myqsec_session_info(at_device.get(), &list) == MYQSEC_ERR_SESSION_ENDED);
    CHECK(host.login_status("04ffffff") == MYQSEC_ERR_NO_SPACE);
    there.make_room();
    CHECK(host.cleared > 1);
    CHECK(there.logs_in());
    std::string reason;
    for (const auto event : host.admin->list(myqsec_audit_list, nullptr, &most_rows)) {
        if (event.text("action") == "session.logout" && event.text("object_kind") == "device")
            reason = event.text("changes");
    }
    CHECK(reason.find("\"logout\"") != std::string::npos);
    CHECK(there.prints_nothing_and_leaves());
}

}  // namespace

TEST_CASE("a backup leaves a full tmpfs what deletion needs, and no files" * doctest::skip(no_tmpfs)) {
    back_up_on_full(DiskKind::tmpfs);
}
TEST_CASE("a logout that a full tmpfs can't record still clears the memory" * doctest::skip(no_tmpfs)) {
    log_out_on_full(DiskKind::tmpfs);
}
TEST_CASE("on a full tmpfs an administrator's deletion frees room every time" * doctest::skip(no_tmpfs)) {
    delete_on_full(DiskKind::tmpfs);
}
TEST_CASE("on a full ext4 an administrator's deletion frees room every time" * doctest::skip(no_ext4)) {
    delete_on_full(DiskKind::ext4);
}
TEST_CASE("on a full tmpfs retention frees room every time" * doctest::skip(no_tmpfs)) {
    expire_on_full(DiskKind::tmpfs);
}
TEST_CASE("on a full ext4 retention frees room every time" * doctest::skip(no_ext4)) {
    expire_on_full(DiskKind::ext4);
}
TEST_CASE("a tmpfs takes no document that would leave less than spool.min_free" * doctest::skip(no_tmpfs)) {
    refuse_early(DiskKind::tmpfs);
}
TEST_CASE("an ext4 takes no document that would leave less than spool.min_free" * doctest::skip(no_ext4)) {
    refuse_early(DiskKind::ext4);
}
