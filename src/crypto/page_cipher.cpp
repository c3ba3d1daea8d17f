#include "crypto/page_cipher.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.hpp"
#include "crypto/in_place_aead.hpp"
#include "crypto/random.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::size_t prefix_size = 12;  ///< random per object; under XAES it selects the GCM key
constexpr std::size_t random_size = 8;   ///< random per page
constexpr std::size_t opener_cache_size = 16;
using Prefix = ByteArray<prefix_size>;
using Nonce = ByteArray<PageCipher::nonce_size>;

/// A keyed decryption object for one nonce prefix. Under XChaCha20 one serves all prefixes.
struct CachedOpener {
    Prefix prefix;
    std::uint64_t last_used;
    AeadOpener opener;
};

}  // namespace

struct PageCipher::State {
    PageSuite suite;
    Secret key;
    Nonce nonce{};
    std::uint64_t next_counter = 0;
    std::uint32_t generation = 0;
    std::optional<AeadSealer> sealer;
    std::vector<CachedOpener> openers;
    std::uint64_t uses = 0;
    Bytes all_associated;  ///< of a readable page

    [[nodiscard]] bool is_xaes() const {
        return suite == PageSuite::xaes_256_gcm || suite == PageSuite::xaes_256_gcm_readable;
    }
    [[nodiscard]] std::string_view algorithm() const { return is_xaes() ? aes_256_gcm : chacha20_poly1305; }
    [[nodiscard]] Secret cipher_key(std::span<const std::uint8_t, nonce_size> for_nonce) const {
        return is_xaes() ? xaes_256_gcm_subkey(key, for_nonce) : key.clone();
    }
    /// What the cipher itself takes as its nonce: XAES spends the prefix on the key.
    [[nodiscard]] ByteView cipher_nonce(std::span<const std::uint8_t, nonce_size> whole) const {
        return is_xaes() ? ByteView(whole).subspan(prefix_size) : ByteView(whole);
    }

    void draw_prefix();
    void advance_nonce();
    AeadOpener& opener_for(std::span<const std::uint8_t, nonce_size> whole);
    ByteView join(ByteView associated, ByteView text);
};

void PageCipher::State::draw_prefix() {
    generation = fork_generation();
    randomize(ByteSpan(nonce).first(prefix_size));
    sealer.emplace(algorithm(), cipher_key(nonce).view());
    next_counter = 0;
}

/// Within one prefix no counter is used twice, so that no nonce repeats. A forked child, which would continue
/// at its parent's counter, draws a prefix of its own, and so does whoever used them all.
void PageCipher::State::advance_nonce() {
    if (generation != fork_generation()) draw_prefix();
    if (next_counter > std::numeric_limits<std::uint32_t>::max()) draw_prefix();
    randomize(ByteSpan(nonce).subspan(prefix_size, random_size));
    store_be(nonce.data() + prefix_size + random_size, static_cast<std::uint32_t>(next_counter));
    ++next_counter;
}

AeadOpener& PageCipher::State::opener_for(std::span<const std::uint8_t, nonce_size> whole) {
    Prefix prefix{};
    if (is_xaes()) std::copy_n(whole.begin(), prefix_size, prefix.begin());
    ++uses;
    for (CachedOpener& cached : openers) {
        if (cached.prefix == prefix) {
            cached.last_used = uses;
            return cached.opener;
        }
    }
    if (openers.size() == opener_cache_size) {
        openers.erase(std::ranges::min_element(openers, {}, &CachedOpener::last_used));
    }
    openers.push_back({prefix, uses, AeadOpener(algorithm(), cipher_key(whole).view())});
    return openers.back().opener;
}

/// A readable page is authenticated like associated data, as GMAC does (NIST SP 800-38D).
ByteView PageCipher::State::join(ByteView associated, ByteView text) {
    all_associated.assign(associated.begin(), associated.end());
    all_associated.insert(all_associated.end(), text.begin(), text.end());
    return all_associated;
}

PageCipher::PageCipher(PageSuite suite, const Secret& key) {
    if (key.size() != 32) fail(Status::ERR_INTERNAL, "a page key has {} bytes instead of 32", key.size());
    state_ = std::make_unique<State>();
    state_->suite = suite;
    state_->key = key.clone();
    state_->openers.reserve(opener_cache_size);
    state_->draw_prefix();
}
PageCipher::~PageCipher() = default;
PageCipher::PageCipher(PageCipher&&) noexcept = default;
PageCipher& PageCipher::operator=(PageCipher&&) noexcept = default;

void PageCipher::seal(ByteView associated, ByteSpan text, std::span<std::uint8_t, trailer_size> trailer) {
    state_->advance_nonce();
    const ByteView nonce = state_->cipher_nonce(state_->nonce);
    if (is_encrypted(state_->suite)) {
        state_->sealer->seal(nonce, associated, text, trailer.data() + nonce_size);
    } else {
        state_->sealer->seal(nonce, state_->join(associated, text), {}, trailer.data() + nonce_size);
    }
    std::copy(state_->nonce.begin(), state_->nonce.end(), trailer.begin());
}

bool PageCipher::open(ByteView associated, ByteSpan text,
                      std::span<const std::uint8_t, trailer_size> trailer) {
    const auto nonce = trailer.first<nonce_size>();
    AeadOpener& opener = state_->opener_for(nonce);
    const std::uint8_t* tag = trailer.data() + nonce_size;
    if (is_encrypted(state_->suite)) return opener.open(state_->cipher_nonce(nonce), associated, text, tag);
    if (opener.open(state_->cipher_nonce(nonce), state_->join(associated, text), {}, tag)) return true;
    wipe(text);
    return false;
}

PageSuite preferred_page_suite(bool encrypted) noexcept {
    if (!encrypted)
        return cpu_has_fast_aes() ? PageSuite::xaes_256_gcm_readable : PageSuite::xchacha20_poly1305_readable;
    return cpu_has_fast_aes() ? PageSuite::xaes_256_gcm : PageSuite::xchacha20_poly1305;
}

}  // namespace myqsec::crypto
