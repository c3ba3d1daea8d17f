// XAES-256-GCM's key derivation (C2SP XAES-256-GCM): SP 800-108r1 KDF in counter mode with CMAC-AES-256, of
// which the two blocks needed are written out.
#include <algorithm>

#include <botan/block_cipher.h>

#include "base/error.hpp"
#include "crypto/botan_errors.hpp"
#include "crypto/page_cipher.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::size_t block_size = 16;

/// CMAC's first subkey: the block times x in GF(2^128) (SP 800-38B §6.1), without a branch on secret bits.
void times_x(ByteSpan block) {
    const auto carry_out = static_cast<std::uint8_t>(block[0] >> 7);
    for (std::size_t i = 0; i < block_size; ++i) {
        const std::uint8_t next = i + 1 < block_size ? block[i + 1] : 0;
        block[i] = static_cast<std::uint8_t>(block[i] << 1 | next >> 7);
    }
    block[block_size - 1] = static_cast<std::uint8_t>(block[block_size - 1] ^ (carry_out * 0x87U));
}

}  // namespace

Secret xaes_256_gcm_subkey(const Secret& key, std::span<const std::uint8_t, 24> nonce) {
    if (key.size() != 32)
        fail(Status::ERR_INTERNAL, "an XAES-256-GCM key has {} bytes instead of 32", key.size());
    return guarded("XAES-256-GCM key derivation", [&] {
        const auto aes = Botan::BlockCipher::create_or_throw("AES-256");
        aes->set_key(key.view().data(), key.size());
        Secret mask(block_size);
        aes->encrypt(mask.span().data());
        times_x(mask.span());

        Secret out(2 * block_size);
        for (std::uint8_t counter = 1; counter <= 2; ++counter) {
            const ByteSpan block = out.span().subspan((counter - 1U) * block_size, block_size);
            block[1] = counter;
            block[2] = 'X';
            std::copy_n(nonce.begin(), 12, block.begin() + 4);
            for (std::size_t i = 0; i < block_size; ++i)
                block[i] ^= mask.view()[i];
        }
        aes->encrypt_n(out.view().data(), out.span().data(), 2);
        return out;
    });
}

}  // namespace myqsec::crypto
