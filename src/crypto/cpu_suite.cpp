#include "crypto/cpu_suite.hpp"

#include <botan/block_cipher.h>

#include "crypto/page_cipher.hpp"

namespace myqsec::crypto {

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

PageSuite preferred_page_suite(bool encrypted) noexcept {
    if (!encrypted)
        return cpu_has_fast_aes() ? PageSuite::xaes_256_gcm_readable : PageSuite::xchacha20_poly1305_readable;
    return cpu_has_fast_aes() ? PageSuite::xaes_256_gcm : PageSuite::xchacha20_poly1305;
}

}  // namespace myqsec::crypto
