#include "crypto/page_digest.hpp"

#include <botan/block_cipher.h>

#include "crypto/botan_errors.hpp"
#include "crypto/hash.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t block_size = sizeof(PageSum);
/// What a processor's instructions for AES are kept busy with.
constexpr std::size_t blocks_at_once = 64;

}  // namespace

struct PageDigest::State {
    std::unique_ptr<Botan::BlockCipher> cipher;
    Secret proof_key;
};

PageDigest::PageDigest(const Secret& database_key) : state_(std::make_unique<State>()) {
    const Secret sum_key = hkdf_sha256(database_key.view(), {}, as_bytes("libmyqsec page sum"), key_size);
    state_->proof_key = hkdf_sha256(database_key.view(), {}, as_bytes("libmyqsec page proof"), key_size);
    guarded("setting up a page digest", [&] {
        state_->cipher = Botan::BlockCipher::create_or_throw("AES-256");
        state_->cipher->set_key(sum_key.view().data(), sum_key.size());
    });
}
PageDigest::~PageDigest() = default;
PageDigest::PageDigest(PageDigest&&) noexcept = default;
PageDigest& PageDigest::operator=(PageDigest&&) noexcept = default;

void PageDigest::toggle(PageSum& sum, std::uint32_t page, PageMark mark) const {
    if (mark == 0) return;
    ByteArray<16> block{};
    store_be(block.data(), page);
    store_be(block.data() + 8, mark);
    state_->cipher->encrypt(block.data());
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] ^= block[i];
}

void PageDigest::toggle(PageSum& sum, std::uint32_t first, std::span<const PageMark> marks) const {
    ByteArray<block_size * blocks_at_once> blocks{};
    std::size_t filled = 0;
    PageSum added{};
    const auto add = [&] {
        state_->cipher->encrypt_n(blocks.data(), blocks.data(), filled);
        for (const std::uint8_t* block = blocks.data(); filled > 0; --filled, block += block_size) {
            for (std::size_t i = 0; i < block_size; ++i)
                added[i] ^= block[i];
        }
    };
    for (std::size_t i = 0; i < marks.size(); ++i) {
        if (marks[i] == 0) continue;
        std::uint8_t* block = blocks.data() + filled * block_size;
        store_be(block, std::uint64_t{first + static_cast<std::uint32_t>(i)} << 32);
        store_be(block + 8, marks[i]);
        if (++filled == blocks_at_once) add();
    }
    add();
    for (std::size_t i = 0; i < block_size; ++i)
        sum[i] ^= added[i];
    wipe(blocks);
}

PageDigest::Proof PageDigest::prove(const PageSum& sum, ByteView context) const {
    Bytes message(sum.begin(), sum.end());
    message.insert(message.end(), context.begin(), context.end());
    const auto digest = hmac_sha256(state_->proof_key.view(), message);
    wipe(message);
    Proof proof;
    std::copy_n(digest.begin(), proof.size(), proof.begin());
    return proof;
}

}  // namespace myqsec::crypto
