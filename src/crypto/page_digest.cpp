#include "crypto/page_digest.hpp"

#include <botan/block_cipher.h>

#include "crypto/botan_errors.hpp"
#include "crypto/hash.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::size_t key_size = 32;

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
