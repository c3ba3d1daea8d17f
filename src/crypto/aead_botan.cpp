#include "crypto/in_place_aead.hpp"

#include <algorithm>
#include <string>

#include <botan/exceptn.h>
#include <botan/version.h>

#include "crypto/botan_errors.hpp"

namespace myqsec::crypto {

namespace {

#if BOTAN_VERSION_MAJOR >= 3
constexpr auto encryption = Botan::Cipher_Dir::Encryption;
constexpr auto decryption = Botan::Cipher_Dir::Decryption;
#else
constexpr auto encryption = Botan::ENCRYPTION;
constexpr auto decryption = Botan::DECRYPTION;
#endif

std::unique_ptr<Botan::AEAD_Mode> keyed(std::string_view algorithm, Botan::Cipher_Dir direction,
                                        ByteView key) {
    return guarded("setting up a cipher", [&] {
        auto mode = Botan::AEAD_Mode::create_or_throw(std::string(algorithm), direction);
        mode->set_key(key.data(), key.size());
        return mode;
    });
}

/// The part of a text that process() takes; the rest goes through finish(), which wants a vector of its own.
std::size_t bulk_size(const Botan::AEAD_Mode& mode, std::size_t size) {
    return size - size % mode.update_granularity();
}

}  // namespace

AeadSealer::AeadSealer(std::string_view algorithm, ByteView key) : mode_(keyed(algorithm, encryption, key)) {
    tail_.reserve(mode_->update_granularity() + aead_tag_size);
}

void AeadSealer::seal(ByteView nonce, ByteView associated, ByteSpan text, std::uint8_t* tag) {
    guarded("encryption", [&] {
        mode_->set_associated_data(associated.data(), associated.size());
        mode_->start(nonce.data(), nonce.size());
        const std::size_t bulk = bulk_size(*mode_, text.size());
        if (bulk > 0) mode_->process(text.data(), bulk);
        const ByteSpan rest = text.subspan(bulk);
        tail_.assign(rest.begin(), rest.end());
        mode_->finish(tail_);
        std::copy_n(tail_.begin(), rest.size(), rest.begin());
        std::copy_n(tail_.end() - aead_tag_size, aead_tag_size, tag);
    });
}

AeadOpener::AeadOpener(std::string_view algorithm, ByteView key) : mode_(keyed(algorithm, decryption, key)) {
    tail_.reserve(mode_->update_granularity() + aead_tag_size);
}

bool AeadOpener::open(ByteView nonce, ByteView associated, ByteSpan text, const std::uint8_t* tag) {
    return guarded("decryption", [&] {
        try {
            mode_->set_associated_data(associated.data(), associated.size());
            mode_->start(nonce.data(), nonce.size());
            const std::size_t bulk = bulk_size(*mode_, text.size());
            if (bulk > 0) mode_->process(text.data(), bulk);
            const ByteSpan rest = text.subspan(bulk);
            tail_.assign(rest.begin(), rest.end());
            tail_.insert(tail_.end(), tag, tag + aead_tag_size);
            mode_->finish(tail_);
            std::copy(tail_.begin(), tail_.end(), rest.begin());
            return true;
        } catch (const Botan::Invalid_Authentication_Tag&) {
            wipe(text);
            mode_->reset();
            return false;
        } catch (...) {
            wipe(text);
            throw;
        }
    });
}

}  // namespace myqsec::crypto
