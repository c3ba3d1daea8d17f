#include "crypto/hash.hpp"

#include <botan/hash.h>
#include <botan/kdf.h>
#include <botan/mac.h>
#include <botan/version.h>

#include "crypto/botan_errors.hpp"

namespace myqsec::crypto {

namespace {

/// Finding an implementation by name takes longer than hashing a short message.
std::unique_ptr<Botan::HashFunction> new_sha256() {
    static const std::unique_ptr<const Botan::HashFunction> prototype =
        Botan::HashFunction::create_or_throw("SHA-256");
#if BOTAN_VERSION_MAJOR >= 3
    return prototype->new_object();
#else
    return std::unique_ptr<Botan::HashFunction>(prototype->clone());
#endif
}

}  // namespace

struct Sha256::State {
    std::unique_ptr<Botan::HashFunction> hash = new_sha256();
};

Sha256::Sha256() : state_(guarded("SHA-256", [] { return std::make_unique<State>(); })) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(ByteView bytes) {
    guarded("SHA-256", [&] { state_->hash->update(bytes.data(), bytes.size()); });
    return *this;
}

Digest Sha256::final() {
    Digest out;
    guarded("SHA-256", [&] { state_->hash->final(out.data()); });
    return out;
}

Digest sha256(ByteView bytes) {
    return Sha256().update(bytes).final();
}

Digest hmac_sha256(ByteView key, ByteView message) {
    return hmac_sha256(key, {message});
}

Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
    return guarded("HMAC-SHA-256", [&] {
        const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
        mac->set_key(key.data(), key.size());
        for (const ByteView part : parts)
            mac->update(part.data(), part.size());
        Digest out;
        mac->final(out.data());
        return out;
    });
}

Secret hkdf_sha256(ByteView key, ByteView salt, ByteView info, std::size_t size) {
    return guarded("HKDF-SHA-256", [&] {
        const auto kdf = Botan::KDF::create_or_throw("HKDF(SHA-256)");
#if BOTAN_VERSION_MAJOR >= 3
        const auto derived = kdf->derive_key(size, key, salt, info);
#else
        const auto derived = kdf->derive_key(size, key.data(), key.size(), salt.data(), salt.size(),
                                             info.data(), info.size());
#endif
        return Secret(ByteView(derived.data(), derived.size()));
    });
}

}  // namespace myqsec::crypto
