// One key pair and certificate a kind, generated once a test program: RSA keys take their time.
#pragma once

#include "base/manual_clock.hpp"
#include "crypto/public_key/certificate.hpp"

namespace myqsec::test {

struct Holder {
    crypto::PrivateKey key;
    crypto::Certificate certificate;
};

inline constexpr crypto::CertificateKey all_kinds[] = {
    crypto::CertificateKey::rsa_3072, crypto::CertificateKey::ecdsa_p256, crypto::CertificateKey::ecdsa_p384};

inline Instant test_now() {
    return ManualClock().now();
}

inline Holder make_holder(crypto::CertificateKey kind) {
    auto key = crypto::PrivateKey::generate(kind);
    auto certificate = key.self_signed("Holder of a test key", test_now() - std::chrono::hours(1),
                                       test_now() + std::chrono::hours(24));
    return {std::move(key), std::move(certificate)};
}

inline const Holder& holder(crypto::CertificateKey kind) {
    static const Holder holders[] = {make_holder(all_kinds[0]), make_holder(all_kinds[1]),
                                     make_holder(all_kinds[2])};
    return holders[static_cast<std::size_t>(kind)];
}

}  // namespace myqsec::test
