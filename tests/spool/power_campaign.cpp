// A power cut at any write of a whole instance, keystore, both databases and documents: writes and names that
// were not synced are lost, reordered and torn. What was acknowledged is there, the audit log tells the same
// story, and no cut is taken for tampering. MYQSEC_POWER_CUTS sets the number of cuts.
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "base/campaign.hpp"
#include "base/power_cut_folder.hpp"
#include "instance_files.hpp"
#include "traffic.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

using Disk = std::shared_ptr<PowerCutDisk>;

Site::Wrap on(const Disk& disk) {
    return [disk](auto) { return std::make_unique<PowerCutFolder>(disk); };
}

/// The instance's files on a disk that can lose power.
Disk disk_of(const InstanceFiles& files, unsigned seed) {
    auto disk = std::make_shared<PowerCutDisk>(seed);
    for (const auto& [path, contents] : files)
        disk->place(path, as_bytes(contents));
    return disk;
}

access::LoginAttempt by_card(std::string_view card) {
    access::LoginAttempt attempt;
    attempt.card = card;
    attempt.place.device = DeviceId(7);
    return attempt;
}
access::LoginAttempt by_pin(std::string_view pin) {
    access::LoginAttempt attempt;
    attempt.pin = pin;
    attempt.place.device = DeviceId(7);
    return attempt;
}

/// Opens what a cut has left, now and then with another cut while recovery is at work.
class Survivor {
 public:
    Survivor() { site_.close(); }

    void check(const Disk& disk, const Shared& shared) {
        ++cuts_;
        const bool again = disk->random() % 4 == 0;
        const Disk before_recovery = again ? disk->cut() : nullptr;
        if (again) {
            Disk second;
            disk->at_every_write([&] {
                if (!second || disk->random() % 3 == 0) second = disk->cut();
            });
            site_.open(on(disk));
            site_.close();
            disk->at_every_write(nullptr);
            check_opened(second ? second : before_recovery, shared);
        } else {
            check_opened(disk, shared);
        }
    }
    [[nodiscard]] int cuts() const { return cuts_; }

 private:
    void check_opened(const Disk& disk, const Shared& shared) {
        site_.open(on(disk));
        site_.log_in_everybody();
        Replay replay;
        check_round(site_, shared, replay);
        site_.close();
    }

    Site site_;
    int cuts_ = 0;
};

}  // namespace

TEST_CASE("a power cut at any write loses no acknowledged job and is never taken for tampering") {
    const Rounds wanted("MYQSEC_POWER_CUTS", 300);
    Site site;
    site.audit().drain();
    site.close();
    const auto files = copy_instance(site.path());
    Survivor survivor;
    for (unsigned seed = 1; wanted.more(survivor.cuts()); ++seed) {
        CAPTURE(seed);
        const auto disk = disk_of(files, seed);
        const auto shared = std::make_unique<Shared>();
        site.open(on(disk));
        site.log_in_everybody();
        disk->at_every_write([&] {
            if (disk->random() % 8 != 0 || !wanted.more(survivor.cuts())) return;
            std::jthread([&] {  // which holds none of the locks under which the write is made
                try {
                    survivor.check(disk->cut(), *shared);
                } catch (const std::exception& error) {  // SQLite's frames are above the write
                    FAIL_CHECK(error.what());
                }
            })
                .join();
        });
        while (shared->used < 20)
            one_job(site, *shared, shared->used++);
        disk->at_every_write(nullptr);
        site.close();
    }
    MESSAGE("power cuts: " << survivor.cuts());
}

TEST_CASE("a power cut at any write of a rotation of the look-up keys keeps nobody out") {
    Site site;
    const std::string card = "04A2B3";
    site.access().credentials.add_card(site.root, site.bob_user, card, "badge", std::nullopt);
    const auto pin = std::string(
        as_text(site.access().credentials.generate_pin(site.root, site.ada_user, std::nullopt).view()));
    site.audit().drain();
    site.close();
    const auto disk = disk_of(copy_instance(site.path()), 7);
    std::vector<Disk> cuts;
    site.open(on(disk));
    site.log_in_everybody();
    disk->at_every_write([&] {
        for (int i = 0; i < 2; ++i)  // each loses something else
            cuts.push_back(disk->cut());
    });
    for (int i = 0; i < 2; ++i) {
        site.access().lookup_rotation.rotate(site.root);
        site.access().login.authenticate(site.system, by_card(card), access::all_methods);
    }
    disk->at_every_write(nullptr);
    site.close();

    for (const auto& cut : cuts) {
        site.open(on(cut));
        site.log_in_everybody();
        CHECK(site.access().users.find(site.root, "ada") == site.ada_user);
        const auto log_in = [&](const access::LoginAttempt& attempt) {
            return site.access().login.authenticate(site.system, attempt, access::all_methods);
        };
        CHECK(log_in(by_card(card)) == site.bob_user);
        CHECK(log_in(by_pin(pin)) == site.ada_user);
        site.access().lookup_rotation.rotate(site.root);
        CHECK(log_in(by_card(card)) == site.bob_user);
        site.close();
    }
    CHECK(cuts.size() > 20);
    MESSAGE("power cuts: " << cuts.size());
}
