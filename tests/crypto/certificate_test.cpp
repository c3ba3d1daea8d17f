#include "crypto/public_key/certificate.hpp"

#include <doctest/doctest.h>

#include "crypto/certificate_fixture.hpp"
#include "crypto/memory_file.hpp"

using namespace myqsec;
using namespace myqsec::crypto;
using namespace myqsec::test;

TEST_CASE("a certificate survives PEM and DER, and its fingerprint is its DER form's hash") {
    for (const auto kind : all_kinds) {
        const Certificate& certificate = holder(kind).certificate;
        CHECK(Certificate::parse(as_bytes(certificate.pem())).der() == certificate.der());
        CHECK(Certificate::parse(certificate.der()).fingerprint() == sha256(certificate.der()));
        CHECK(certificate.subject_name().find("Holder of a test key") != std::string::npos);
        CHECK(certificate.not_before() == test_now() - std::chrono::hours(1));
        CHECK(certificate.not_after() == test_now() + std::chrono::hours(24));
    }
}

TEST_CASE("what is not exactly one certificate is INVALID_ARGUMENT") {
    const Certificate& certificate = holder(CertificateKey::ecdsa_p256).certificate;
    const std::string chain = certificate.pem() + certificate.pem();
    Bytes longer = certificate.der();
    longer.push_back(0);
    const auto parse = [](ByteView bytes) { return status_of([&] { Certificate::parse(bytes); }); };
    CHECK(parse({}) == Status::ERR_INVALID_ARGUMENT);
    CHECK(parse(as_bytes("no certificate")) == Status::ERR_INVALID_ARGUMENT);
    CHECK(parse(as_bytes(chain)) == Status::ERR_INVALID_ARGUMENT);
    CHECK(parse(longer) == Status::ERR_INVALID_ARGUMENT);
    for (std::size_t size = 0; size < certificate.der().size(); ++size) {
        CHECK(parse(ByteView(certificate.der()).first(size)) == Status::ERR_INVALID_ARGUMENT);
    }
}

TEST_CASE("documents are encrypted only to certificates that are valid now") {
    for (const auto kind : all_kinds) {
        const Certificate& certificate = holder(kind).certificate;
        const auto check = [&](Instant now) { return status_of([&] { certificate.check_recipient(now); }); };
        CHECK(check(test_now()) == Status::OK);
        CHECK(check(test_now() - std::chrono::hours(2)) == Status::ERR_INVALID_ARGUMENT);
        CHECK(check(test_now() + std::chrono::hours(25)) == Status::ERR_INVALID_ARGUMENT);
    }
}

TEST_CASE("a private key survives PEM, with and without a passphrase") {
    for (const auto kind : all_kinds) {
        const Holder& owner = holder(kind);
        CHECK(PrivateKey::parse(owner.key.pem("").view(), "").belongs_to(owner.certificate));
        CHECK(PrivateKey::parse(owner.key.pem("").view(), "not needed").belongs_to(owner.certificate));
        const Secret locked = owner.key.pem("correct horse");
        CHECK(PrivateKey::parse(locked.view(), "correct horse").belongs_to(owner.certificate));
        CHECK(status_of([&] { PrivateKey::parse(locked.view(), "wrong"); }) == Status::ERR_WRONG_KEY);
        CHECK(status_of([&] { PrivateKey::parse(locked.view(), ""); }) == Status::ERR_WRONG_KEY);
    }
    CHECK(status_of([] { PrivateKey::parse(as_bytes("no key"), ""); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(status_of([] { PrivateKey::parse({}, ""); }) == Status::ERR_INVALID_ARGUMENT);
}

TEST_CASE("a private key belongs to its own certificate only") {
    for (const auto a : all_kinds) {
        for (const auto b : all_kinds)
            CHECK(holder(a).key.belongs_to(holder(b).certificate) == (a == b));
    }
    CHECK_FALSE(make_holder(CertificateKey::ecdsa_p256)
                    .key.belongs_to(holder(CertificateKey::ecdsa_p256).certificate));
}
