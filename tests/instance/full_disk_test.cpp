// A disk filled to the last byte: what frees it works, and nothing else makes it worse.
#include <filesystem>

#include <doctest/doctest.h>

#include "base/quota_folder.hpp"
#include "instance/instance.hpp"
#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

std::uint64_t bytes_in(const std::string& folder) {
    std::uint64_t all = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        std::error_code gone;
        if (entry.is_regular_file(gone)) all += entry.file_size(gone);
    }
    return all;
}

/// A site on a disk of 40 MiB, with a whole instance's recovery and ticks.
class SmallDisk {
 public:
    SmallDisk() {
        quota_->size = std::uint64_t{40} << 20;
        quota_->used = [this] { return bytes_in(site_.path()); };
        open();
    }
    [[nodiscard]] Site& site() { return site_; }
    void open() {
        site_.close();
        site_.open([this](auto folder) { return std::make_unique<QuotaFolder>(std::move(folder), quota_); },
                   [](instance::Instance& opened) { opened.recover(instance::Birth::opened); });
        site_.log_in_everybody();
    }
    /// By somebody else: to the last byte.
    void fill() { quota_->taken += quota_->left(); }
    void empty() {
        quota_->taken = 0;
        tick();
    }
    void tick() { site_.instance().tick(site_.system); }
    [[nodiscard]] std::uint64_t left() const { return quota_->left(); }
    [[nodiscard]] bool is_spent() { return site_.vault().reserve().is_spent(); }

 private:
    Site site_;
    std::shared_ptr<Quota> quota_ = std::make_shared<Quota>();
};

}  // namespace

TEST_CASE("on a disk filled to the last byte an administrator deletes jobs, a hundred times of a hundred") {
    SmallDisk disk;
    auto& site = disk.site();
    std::vector<JobId> jobs;
    for (int i = 0; i < 100; ++i)
        jobs.push_back(
            site.submit(site.ada, i % 2 == 0 ? site.secure : site.private_queue, document(20'000)));
    for (const auto job : jobs) {
        disk.fill();
        site.log_in_everybody();
        CHECK_NOTHROW(site.jobs().remove(site.root, job));
        CHECK(disk.left() >= 20'000);
        CHECK_NOTHROW(disk.tick());
        disk.empty();
    }
    CHECK(site.jobs().list(site.root, {}).empty());
}

TEST_CASE("on a disk filled to the last byte retention frees space, a hundred times of a hundred") {
    SmallDisk disk;
    auto& site = disk.site();
    std::vector<JobId> jobs;
    for (int i = 0; i < 100; ++i) {
        jobs.push_back(site.submit(site.ada, site.secure, document(20'000)));
        site.pass(std::chrono::minutes(1));
    }
    site.log_in_everybody();
    site.pass(site.jobs().get(site.root, jobs.front()).expires - site.clock.now() - std::chrono::minutes(1));
    for (const auto job : jobs) {
        disk.fill();
        site.clock.advance(std::chrono::minutes(1));
        CHECK_NOTHROW(disk.tick());
        disk.empty();
        site.log_in_everybody();
        CHECK(status_of([&] { (void)site.jobs().get(site.root, job); }) == Status::ERR_NOT_FOUND);
    }
}

TEST_CASE("a full disk refuses documents early, and lets in who cancels, logs in and opens") {
    SmallDisk disk;
    auto& site = disk.site();
    const auto first = site.submit(site.ada, site.secure, document(2'000'000));
    const auto second = site.submit(site.ada, site.secure, document(2'000'000));
    Status refused = Status::OK;
    for (int i = 0; i < 40 && refused == Status::OK; ++i)
        refused = status_of([&] { site.submit(site.ada, site.secure, document(2'000'000)); });
    CHECK(refused == Status::ERR_NO_SPACE);
    CHECK(disk.left() >= std::uint64_t{6} << 20);  // while a document comes in, it is looked at each MiB
    CHECK_FALSE(disk.is_spent());

    disk.fill();
    disk.open();
    CHECK(status_of([&] { site.submit(site.ada, site.secure, "no room"); }) == Status::ERR_NO_SPACE);
    CHECK_NOTHROW(site.jobs().cancel(site.ada, first));
    CHECK_NOTHROW(site.jobs().remove(site.ada, second));
    CHECK_NOTHROW(disk.tick());
    disk.open();
    CHECK(site.jobs().get(site.ada, first).state == spool::JobState::canceled);
}

TEST_CASE("the reserve is taken again once there is room, and documents with it") {
    SmallDisk disk;
    auto& site = disk.site();
    std::vector<JobId> jobs;
    for (int i = 0; i < 14; ++i)
        jobs.push_back(site.submit(site.ada, site.secure, document(2'000'000)));
    disk.fill();
    site.set("pin.length", "7");
    while (!disk.is_spent())
        site.set("pin.length", site.count(audit::Action::settings_changed) % 2 == 0 ? "7" : "8");
    for (const auto job : jobs)
        site.jobs().remove(site.ada, job);
    disk.tick();
    CHECK_FALSE(disk.is_spent());
    CHECK_NOTHROW(site.submit(site.ada, site.secure, "room again"));
}
