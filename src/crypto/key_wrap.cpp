#include "crypto/key_wrap.hpp"

#include <botan/block_cipher.h>
#include <botan/exceptn.h>
#include <botan/nist_keywrap.h>

#include "base/error.hpp"
#include "crypto/botan_errors.hpp"

namespace myqsec::crypto {

namespace {

std::unique_ptr<Botan::BlockCipher> keyed_aes(const Secret& key) {
    if (key.size() != 32)
        fail(Status::ERR_INVALID_ARGUMENT, "a wrapping key has {} bytes instead of 32", key.size());
    auto aes = Botan::BlockCipher::create_or_throw("AES-256");
    aes->set_key(key.view().data(), key.size());
    return aes;
}

}  // namespace

Bytes wrap_key(const Secret& wrapping_key, const Secret& key) {
    return guarded("wrapping a key", [&] {
        return Bytes(Botan::nist_key_wrap_padded(key.view().data(), key.size(), *keyed_aes(wrapping_key)));
    });
}

std::optional<Secret> unwrap_key(const Secret& wrapping_key, ByteView wrapped) {
    return guarded("unwrapping a key", [&]() -> std::optional<Secret> {
        const auto aes = keyed_aes(wrapping_key);
        if (wrapped.size() < 16 || wrapped.size() % 8 != 0) return {};
        try {
            const auto key = Botan::nist_key_unwrap_padded(wrapped.data(), wrapped.size(), *aes);
            return Secret(ByteView(key.data(), key.size()));
        } catch (const Botan::Exception&) {
            return {};
        }
    });
}

}  // namespace myqsec::crypto
