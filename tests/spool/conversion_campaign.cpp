// A queue's jobs while they are converted: killed at any instant, and with every call of the file system
// failed once, each is there whole, and the conversion comes to its end. MYQSEC_KILLS sets the number of
// kills.
#include <chrono>
#include <random>
#include <thread>

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rounds.hpp"
#include "crypto/public_key/certificate.hpp"
#include "instance_files.hpp"
#include "site.hpp"

using namespace myqsec;
using namespace myqsec::test;

namespace {

struct ConvertedSite : Site {
    std::vector<std::pair<JobId, std::string>> held;
    CertificateId certificate;

    explicit ConvertedSite(int jobs) {
        for (int i = 0; i < jobs; ++i) {
            const auto text = document(static_cast<std::size_t>(i) * 9001 % 200'000, std::to_string(i));
            held.emplace_back(submit(ada, secure, text), text);
        }
        const auto key = crypto::PrivateKey::generate(crypto::CertificateKey::ecdsa_p256);
        const auto pem =
            key.self_signed("outsider", clock.now(), clock.now() + std::chrono::hours(24 * 365)).pem();
        certificate = spool().certificates.add(root, "outsider", as_bytes(pem));
    }

    /// Encrypted, in the clear, encrypted to somebody else too.
    void change(unsigned step) {
        QueueFields fields;
        fields.encrypted = step % 3 != 1;
        fields.certificates.emplace();
        if (step % 3 == 2) fields.certificates->push_back(certificate);
        change_queue(secure, fields);
    }
    bool converting() { return spool().queues.list(root).front().converting; }
    void convert() {
        for (int i = 0; i < 1000 && converting(); ++i)
            jobs().tick(system);
        CHECK_FALSE(converting());
    }
    void check_all() {
        for (const auto& [job, text] : held)
            REQUIRE(release(ada, job, true) == text);
        CHECK(files().size() == held.size());
    }
};

[[noreturn]] void convert_for_ever(ConvertedSite& site, unsigned step) {
    try {
        site.open(without_syncs);
        site.log_in_everybody();
        for (;; ++step) {
            site.change(step);
            while (site.converting())
                site.jobs().tick(site.system);
        }
    } catch (...) {
    }
    ::_exit(1);
}

void kill_conversion(ConvertedSite& site, std::mt19937& random) {
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) convert_for_ever(site, static_cast<unsigned>(random()));
    std::this_thread::sleep_for(std::chrono::microseconds(8000 + random() % 60'000));
    REQUIRE(::kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("kill -9 in a conversion leaves every job whole, and the next opening carries on") {
    const int wanted = rounds("MYQSEC_KILLS", 100);
    std::mt19937 random(20250301);
    ConvertedSite site(12);
    int interrupted = 0;
    for (int kills = 0; kills < wanted; ++kills) {
        CAPTURE(kills);
        site.close();
        kill_conversion(site, random);
        site.open(without_syncs);
        site.log_in_everybody();
        interrupted += site.converting() ? 1 : 0;
        site.check_all();
        site.convert();
        site.check_all();
    }
    CHECK(site.count(audit::Action::job_conversion_failed) == 0);
    if (wanted >= 30) CHECK(interrupted > 0);
    MESSAGE("kills: " << wanted << ", conversions interrupted: " << interrupted);
}

TEST_CASE("each call of the file system failed once in a conversion loses no document") {
    int points = 0;
    for (const auto fault : {Fault::io_error, Fault::no_space, Fault::short_write, Fault::sync_failure}) {
        for (const unsigned step : {1U, 2U}) {
            ConvertedSite site(3);
            for (std::uint64_t at = 1;; ++at) {
                CAPTURE(at);
                site.change(0);
                site.convert();
                site.close();
                auto plan = std::make_shared<FaultPlan>();
                plan->fault = fault;
                site.open(
                    [&](auto folder) { return std::make_unique<FaultFolder>(std::move(folder), plan); });
                site.log_in_everybody();
                site.change(step);
                plan->calls = 0;
                plan->fail_at = at;
                (void)status_of([&] {
                    for (int i = 0; i < 3; ++i)
                        site.jobs().tick(site.system);
                });
                const bool struck = plan->struck();
                plan->fail_at = UINT64_MAX;
                for (const auto& held : site.held) {
                    const auto job = held.first;
                    const auto& text = held.second;
                    // After a failed commit the database may want to be opened anew; a document is never a
                    // wrong one.
                    std::string printed = text;
                    (void)status_of([&] { printed = site.release(site.ada, job, true); });
                    REQUIRE(printed == text);
                }
                (void)status_of([&] { site.close(); });
                site.open(without_syncs);
                site.log_in_everybody();
                site.check_all();
                site.convert();
                site.check_all();
                if (!struck) break;
                ++points;
            }
            CHECK(site.count(audit::Action::job_conversion_failed) == 0);
        }
    }
    MESSAGE("points of failure: " << points);
    CHECK(points > 100);
}
