#include "crypto/password.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::uint8_t verifier_version = 1;
constexpr std::size_t salt_size = 16;
constexpr std::size_t proof_size = 32;

Digest proof_of(std::string_view password, const Secret& pepper, ByteView salt,
                const Argon2Parameters& parameters) {
    const Secret stretched = argon2id(as_bytes(password), salt, parameters, proof_size);
    return hmac_sha256(pepper.view(), stretched.view());
}

struct Verifier {
    Argon2Parameters parameters;
    ByteArray<salt_size> salt{};
    Digest proof{};
};

Bytes encode(const Verifier& verifier) {
    return ByteWriter()
        .integer(verifier_version)
        .integer(verifier.parameters.memory_kib)
        .integer(verifier.parameters.iterations)
        .integer(verifier.parameters.lanes)
        .raw(verifier.salt)
        .raw(verifier.proof)
        .take();
}

Verifier parse(ByteView bytes) {
    ByteReader reader(bytes, "a password verifier");
    const auto version = reader.integer<std::uint8_t>();
    if (version > verifier_version) {
        fail(Status::ERR_NEWER_VERSION, "a password verifier has the unknown version {}", version);
    }
    if (version != verifier_version) fail(Status::ERR_CORRUPT, "a password verifier has no valid version");
    Verifier out;
    out.parameters.memory_kib = reader.integer<std::uint32_t>();
    out.parameters.iterations = reader.integer<std::uint32_t>();
    out.parameters.lanes = reader.integer<std::uint32_t>();
    out.salt = reader.array<salt_size>();
    out.proof = reader.array<proof_size>();
    reader.expect_end();
    return out;
}

}  // namespace

Bytes make_password_verifier(std::string_view password, const Secret& pepper,
                             const Argon2Parameters& parameters) {
    Verifier verifier{parameters, random_array<salt_size>(), {}};
    verifier.proof = proof_of(password, pepper, verifier.salt, parameters);
    return encode(verifier);
}

bool check_password(std::string_view password, const Secret& pepper, ByteView verifier,
                    const Argon2Parameters& decoy) {
    const bool exists = !verifier.empty();
    const Verifier expected = exists ? parse(verifier) : Verifier{decoy, {}, {}};
    const Digest proof = proof_of(password, pepper, expected.salt, expected.parameters);
    const bool equal = equal_constant_time(proof, expected.proof);
    return equal && exists;
}

}  // namespace myqsec::crypto
