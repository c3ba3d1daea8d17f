// Encryption of a queue's jobs, switched on and off, and certificates that can open them beside the instance.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>

#include <doctest/doctest.h>

#include "crypto/certificate_fixture.hpp"
#include "crypto/container/container.hpp"
#include "crypto/memory_file.hpp"
#include "site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;
using spool::JobState;
using std::chrono::hours;

namespace {

/// A recipient outside: what it can open is what a copy of the file gives to the holder of the private key.
struct Outsider {
    crypto::PrivateKey key;
    crypto::Certificate certificate;

    Outsider(crypto::CertificateKey kind, Instant from, Duration valid)
        : key(crypto::PrivateKey::generate(kind)),
          certificate(key.self_signed("outsider", from, from + valid)) {}

    [[nodiscard]] std::string open(const Bytes& file) const {
        crypto::Identity identity;
        identity.private_key = key;
        identity.certificate = certificate;
        CollectingSink out;
        crypto::ContainerOpener opener(identity, out);
        opener.write(file);
        opener.finish();
        return std::string(as_text(out.bytes));
    }
};

struct ProtectedSite : Site {
    Outsider ec{crypto::CertificateKey::ecdsa_p256, clock.now() - hours(1), hours(24 * 30)};
    Outsider rsa{crypto::CertificateKey::rsa_3072, clock.now() - hours(1), hours(24 * 60)};

    CertificateId import(const Outsider& outsider, const std::string& name) {
        return spool().certificates.add(root, name, as_bytes(outsider.certificate.pem()));
    }
    void protect(QueueId queue, std::optional<bool> encrypted,
                 std::optional<std::vector<CertificateId>> certificates = std::nullopt) {
        QueueFields fields;
        fields.encrypted = encrypted;
        fields.certificates = std::move(certificates);
        change_queue(queue, fields);
    }
    spool::Queue queue(QueueId id) {
        const auto all = spool().queues.list(root);
        return *std::ranges::find(all, id, &spool::Queue::id);
    }
    /// Ticks until nothing is left to convert.
    void convert(QueueId id) {
        for (int i = 0; i < 1000 && queue(id).converting; ++i)
            jobs().tick(system);
        CHECK_FALSE(queue(id).converting);
    }
    std::vector<Bytes> job_files() {
        std::vector<Bytes> out;
        for (const auto& name : files()) {
            std::ifstream file(path() + "/jobs/" + name, std::ios::binary);
            out.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        }
        return out;
    }
    Bytes only_file() {
        auto all = job_files();
        REQUIRE(all.size() == 1);
        return all.front();
    }
    bool on_disk(std::string_view text) {
        return std::ranges::any_of(job_files(), [&](const Bytes& file) {
            return as_text(file).find(text) != std::string_view::npos;
        });
    }
};

}  // namespace

TEST_CASE(
    "whoever holds a certificate's private key opens a copy of the job's file, and nobody else outside "
    "does") {
    ProtectedSite site;
    const auto ec = site.import(site.ec, "records office");
    const auto rsa = site.import(site.rsa, "auditor");
    site.protect(site.secure, std::nullopt, {{rsa, ec}});
    CHECK(site.queue(site.secure).certificates == std::vector{ec, rsa});
    const auto text = document(200'000);
    const auto job = site.submit(site.ada, site.secure, text);
    const auto file = site.only_file();
    CHECK(site.ec.open(file) == text);
    CHECK(site.rsa.open(file) == text);
    const Outsider stranger(crypto::CertificateKey::ecdsa_p256, site.clock.now(), hours(1));
    CHECK(status_of([&] { (void)stranger.open(file); }) == Status::ERR_WRONG_KEY);
    CHECK(site.release(site.ada, job) == text);
    CHECK(site.count(Action::certificate_imported) == 2);
}

TEST_CASE("a certificate is refused at import if nothing may be encrypted to it") {
    ProtectedSite site;
    const auto import = [&](ByteView bytes, const std::string& name = "x") {
        return status_of([&] { (void)site.spool().certificates.add(site.root, name, bytes); });
    };
    const Outsider expired(crypto::CertificateKey::ecdsa_p256, site.clock.now() - hours(48), hours(24));
    const Outsider early(crypto::CertificateKey::ecdsa_p256, site.clock.now() + hours(1), hours(24));
    CHECK(import(expired.certificate.der()) == Status::ERR_INVALID_ARGUMENT);
    CHECK(import(early.certificate.der()) == Status::ERR_INVALID_ARGUMENT);
    CHECK(import(as_bytes("no certificate")) == Status::ERR_INVALID_ARGUMENT);
    CHECK(import(as_bytes(site.ec.certificate.pem() + site.rsa.certificate.pem())) ==
          Status::ERR_INVALID_ARGUMENT);
    CHECK(import(site.ec.certificate.der(), "") == Status::ERR_INVALID_ARGUMENT);
    CHECK(import(site.ec.certificate.der()) == Status::OK);
    CHECK(import(site.ec.certificate.der(), "the same again") == Status::ERR_EXISTS);
    CHECK(import(site.rsa.certificate.der()) == Status::ERR_EXISTS);
    CHECK(site.spool().certificates.list(site.root).size() == 1);
    CHECK(status_of([&] {
              (void)site.spool().certificates.add(site.ada, "y", site.rsa.certificate.der());
          }) == Status::ERR_ACCESS_DENIED);
}

TEST_CASE("a certificate that a queue uses cannot be removed") {
    ProtectedSite site;
    auto& certificates = site.spool().certificates;
    const auto id = site.import(site.ec, "records office");
    site.protect(site.secure, std::nullopt, {{id}});
    CHECK(certificates.list(site.root).front().queues == 1);
    CHECK(status_of([&] { certificates.remove(site.root, id); }) == Status::ERR_NOT_POSSIBLE);
    site.protect(site.secure, std::nullopt, std::vector<CertificateId>());
    certificates.remove(site.root, id);
    CHECK(certificates.list(site.root).empty());
    CHECK(status_of([&] { certificates.remove(site.root, id); }) == Status::ERR_NOT_FOUND);
    CHECK(site.count(Action::certificate_removed) == 1);
}

TEST_CASE("once a certificate has expired its queue takes in nothing, and says why") {
    ProtectedSite site;
    const auto id = site.import(site.ec, "records office");
    site.protect(site.secure, std::nullopt, {{id}});
    site.pass(hours(24 * 31));
    CHECK_FALSE(site.spool().certificates.list(site.root).front().usable);
    try {
        (void)site.submit(site.ada, site.secure, "late");
        FAIL("taken in");
    } catch (const Error& error) {
        CHECK(error.status() == Status::ERR_NOT_POSSIBLE);
        CHECK(std::string(error.what()).find("expired") != std::string::npos);
    }
    CHECK(status_of([&] { site.protect(site.direct, std::nullopt, {{id}}); }) == Status::ERR_NOT_POSSIBLE);
    const auto successor = site.import(site.rsa, "records office 2");
    site.protect(site.secure, std::nullopt, {{successor}});
    (void)site.submit(site.ada, site.secure, "in time");
}

TEST_CASE(
    "with encryption off a document stands on the disk as it came, and still no altered byte is output") {
    ProtectedSite site;
    site.protect(site.secure, false);
    const auto text = document(100'000, "PLAINLY");
    const auto job = site.submit(site.ada, site.secure, text);
    CHECK(site.on_disk("PLAINLY"));
    CHECK(site.release(site.ada, job) == text);
    const auto name = site.path() + "/jobs/" + site.files().front();
    {
        std::fstream file(name, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(16384 + 70'000);
        file.put('?');
    }
    CHECK(status_of([&] { (void)site.release(site.ada, job); }) == Status::ERR_CORRUPT);
}

TEST_CASE("held jobs follow their queue: off, on, and to other certificates, with the same documents") {
    ProtectedSite site;
    std::vector<std::pair<JobId, std::string>> jobs;
    for (int i = 0; i < 70; ++i) {  // more than one tick converts
        const auto text = document(static_cast<std::size_t>(i) * 3000, "MARKER" + std::to_string(i));
        jobs.emplace_back(site.submit(site.ada, site.secure, text), text);
    }
    const auto check_all = [&] {
        CHECK(site.files().size() == jobs.size());
        for (const auto& [job, text] : jobs)
            REQUIRE(site.release(site.ada, job, true) == text);
    };
    CHECK_FALSE(site.on_disk("MARKER"));
    site.protect(site.secure, false);
    CHECK(site.queue(site.secure).converting);
    site.jobs().tick(site.system);
    CHECK(site.on_disk("MARKER"));
    SUBCASE("also if it changes its mind half-way") {
        site.reopen();
        site.protect(site.secure, true);
        site.convert(site.secure);
        CHECK_FALSE(site.on_disk("MARKER"));
        check_all();
    }
    SUBCASE("to the end, and back") {
        site.convert(site.secure);
        CHECK(site.count(Action::queue_converted) == 1);
        check_all();
        const auto id = site.import(site.ec, "records office");
        site.protect(site.secure, true, {{id}});
        site.convert(site.secure);
        CHECK_FALSE(site.on_disk("MARKER"));
        check_all();
        for (const auto& file : site.job_files())
            CHECK_NOTHROW((void)site.ec.open(file));
        site.protect(site.secure, std::nullopt, std::vector<CertificateId>());
        site.convert(site.secure);
        for (const auto& file : site.job_files())
            CHECK(status_of([&] { (void)site.ec.open(file); }) == Status::ERR_WRONG_KEY);
        check_all();
        CHECK(site.count(Action::job_conversion_failed) == 0);
    }
}

TEST_CASE("a job that came in while its queue was changed is converted too") {
    ProtectedSite site;
    const auto writer = site.jobs().submit(site.ada, site.fields(site.secure));
    writer->write(as_bytes("HALF"));
    site.protect(site.secure, false);
    site.convert(site.secure);
    writer->write(as_bytes("WAY"));
    const auto job = writer->finish();
    CHECK_FALSE(site.on_disk("HALFWAY"));
    CHECK(site.queue(site.secure).converting);
    site.convert(site.secure);
    CHECK(site.on_disk("HALFWAY"));
    CHECK(site.release(site.ada, job) == "HALFWAY");
}

TEST_CASE("what is being output or read goes on through a conversion") {
    ProtectedSite site;
    const auto text = document(300'000);
    const auto printing = site.submit(site.ada, site.secure, text);
    const auto other = site.submit(site.ada, site.secure, text);
    const auto reader = site.jobs().open_document(site.ada, other);
    TraySink tray;
    bool changed = false;
    tray.before_write = [&] {
        if (std::exchange(changed, true)) return;
        site.protect(site.secure, false);
        site.jobs().tick(site.system);
        site.jobs().tick(site.system);
        CHECK(site.queue(site.secure).converting);  // the job being output waits
    };
    site.jobs().release(site.ada, printing, {}, tray);
    CHECK(tray.printed == text);
    Bytes read(text.size());
    CHECK(reader->read_at(0, read) == text.size());
    CHECK(as_text(read) == text);
    site.convert(site.secure);
    CHECK(site.release(site.ada, printing) == text);
    CHECK(site.release(site.ada, other) == text);
    CHECK(site.files().size() == 2);
}

TEST_CASE("threads that release while documents get other headers meet no damage") {
    ProtectedSite site;
    const auto id = site.import(site.ec, "records office");
    std::vector<JobId> jobs;
    for (int i = 0; i < 20; ++i)
        jobs.push_back(site.submit(site.ada, site.secure, document(5000)));
    std::jthread printing([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            for (const auto job : jobs)
                CHECK(site.release(site.ada, job, true) == document(5000));
        }
    });
    for (int round = 0; round < 10; ++round) {
        site.protect(site.secure, std::nullopt,
                     round % 2 == 0 ? std::vector{id} : std::vector<CertificateId>());
        for (int i = 0; i < 3; ++i)
            site.jobs().tick(site.system);
    }
    printing.request_stop();
    printing.join();
    CHECK(site.count(Action::instance_damage_found) == 0);
    CHECK(site.count(Action::job_release_failed) == 0);
    site.convert(site.secure);
}

TEST_CASE("a damaged job is named in the audit log once and holds up no other") {
    ProtectedSite site;
    (void)site.submit(site.ada, site.secure, document(1000));
    const auto name = site.path() + "/jobs/" + site.files().front();
    const auto good = site.submit(site.ada, site.secure, "good");
    {
        std::fstream file(name, std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(16384 + 500);
        file.put('?');
    }
    site.protect(site.secure, false);
    site.convert(site.secure);
    CHECK(site.count(Action::job_conversion_failed) == 1);
    CHECK(site.release(site.ada, good) == "good");
    CHECK(site.files().size() == 2);
}

TEST_CASE("who manages queues alone cannot decide who reads documents") {
    ProtectedSite site;
    access::Grant grant;
    grant.user = site.bob_user;
    site.access().roles.give(site.root, "queue-administrator", grant);
    site.bob = site.log_in(site.bob_user);
    QueueFields fields;
    fields.max_job_size = 1'000'000;
    site.spool().queues.change(site.bob, site.secure, fields);
    fields.encrypted = false;
    CHECK(status_of([&] { site.spool().queues.change(site.bob, site.secure, fields); }) ==
          Status::ERR_ACCESS_DENIED);
    fields.encrypted = std::nullopt;
    fields.certificates.emplace();
    CHECK(status_of([&] { site.spool().queues.change(site.bob, site.secure, fields); }) ==
          Status::ERR_ACCESS_DENIED);
    CHECK(site.queue(site.secure).encrypted);
}

TEST_CASE(
    "contradictions are refused: a private queue in the clear, certificates without encryption, one twice") {
    ProtectedSite site;
    const auto id = site.import(site.ec, "records office");
    const auto protect = [&](QueueId queue, bool encrypted, std::vector<CertificateId> certificates) {
        return status_of([&] { site.protect(queue, encrypted, std::move(certificates)); });
    };
    CHECK(protect(site.private_queue, false, {}) == Status::ERR_INVALID_ARGUMENT);
    CHECK(protect(site.private_queue, true, {id}) == Status::OK);
    CHECK(protect(site.secure, false, {id}) == Status::ERR_INVALID_ARGUMENT);
    CHECK(protect(site.secure, true, {id, id}) == Status::ERR_INVALID_ARGUMENT);
    CHECK(protect(site.secure, true, {CertificateId(77)}) == Status::ERR_NOT_FOUND);
    CHECK(site.queue(site.secure).protection == 1);
}

TEST_CASE("a document that was missing while its queue was converted is converted when it is back") {
    ProtectedSite site;
    const auto job = site.submit(site.ada, site.secure, "away");
    const auto name = site.path() + "/jobs/" + site.files().front();
    std::filesystem::rename(name, site.path() + "/away");
    site.reopen();
    CHECK(site.jobs().get(site.ada, job).state == spool::JobState::aborted);
    site.protect(site.secure, false);
    site.convert(site.secure);
    std::filesystem::rename(site.path() + "/away", name);
    site.reopen();
    CHECK(site.queue(site.secure).converting);
    site.convert(site.secure);
    CHECK(site.release(site.ada, job) == "away");
}
