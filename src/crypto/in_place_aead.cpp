#include "crypto/in_place_aead.hpp"

#include <botan/block_cipher.h>

namespace myqsec::crypto {

namespace {

std::unique_ptr<AeadSealing> fastest_sealing(std::string_view algorithm, ByteView key) {
    auto sealing = openssl_sealing(algorithm, key);
    return sealing ? std::move(sealing) : botan_sealing(algorithm, key);
}

std::unique_ptr<AeadOpening> fastest_opening(std::string_view algorithm, ByteView key) {
    auto opening = openssl_opening(algorithm, key);
    return opening ? std::move(opening) : botan_opening(algorithm, key);
}

}  // namespace

AeadSealer::AeadSealer(std::string_view algorithm, ByteView key) : by_(fastest_sealing(algorithm, key)) {}

AeadOpener::AeadOpener(std::string_view algorithm, ByteView key) : by_(fastest_opening(algorithm, key)) {}

bool cpu_has_fast_aes() noexcept {
    // Botan names the implementation it would run: "base" and "vperm" are its software ones.
    static const bool fast = []() noexcept {
        try {
            const auto provider = Botan::BlockCipher::create_or_throw("AES-256")->provider();
            return provider != "base" && provider != "vperm";
        } catch (const std::exception&) {
            return false;
        }
    }();
    return fast;
}

}  // namespace myqsec::crypto
