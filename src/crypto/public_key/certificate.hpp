// X.509 certificates (RFC 5280): parsing, checking for use as a recipient, making self-signed ones.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "crypto/hash.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

enum class CertificateKey : std::uint8_t { rsa_3072 = 0, ecdsa_p256 = 1, ecdsa_p384 = 2 };

/// A parsed certificate; immutable, cheap to copy.
class Certificate {
 public:
    /// PEM or DER, one certificate. ERR_INVALID_ARGUMENT with the reason for anything else.
    static Certificate parse(ByteView pem_or_der);
    /// PEM, any number of them and nothing else, but at least one.
    static std::vector<Certificate> parse_all(ByteView pem);

    [[nodiscard]] Digest fingerprint() const;  ///< SHA-256 of the DER form
    [[nodiscard]] const Bytes& der() const;
    [[nodiscard]] std::string pem() const;
    [[nodiscard]] const std::string& subject_name() const;
    [[nodiscard]] Instant not_before() const;
    [[nodiscard]] Instant not_after() const;
    /// Throws ERR_INVALID_ARGUMENT with the reason unless documents may be encrypted to it now: valid in
    /// time, RSA of 2048 to 8192 bits with a sound exponent or EC P-256/P-384, key usage (if any) allows key
    /// encipherment or agreement, no unknown critical extension, and its own signature right if it made it.
    void check_recipient(Instant now) const;

    struct State;
    [[nodiscard]] const State& state() const { return *state_; }

 private:
    explicit Certificate(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

/// A private key (PKCS#8); never printed, never logged.
class PrivateKey {
 public:
    /// PEM or DER PKCS#8, encrypted if `passphrase` is not empty. Throws ERR_INVALID_ARGUMENT, ERR_WRONG_KEY.
    static PrivateKey parse(ByteView pem_or_der, std::string_view passphrase);
    static PrivateKey generate(CertificateKey kind);

    /// PKCS#8 PEM, encrypted (PBES2) if `passphrase` is not empty.
    [[nodiscard]] Secret pem(std::string_view passphrase) const;
    [[nodiscard]] Certificate self_signed(std::string_view common_name, Instant not_before,
                                          Instant not_after) const;
    [[nodiscard]] bool belongs_to(const Certificate& certificate) const;

    struct State;
    [[nodiscard]] const State& state() const { return *state_; }

 private:
    explicit PrivateKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

}  // namespace myqsec::crypto
