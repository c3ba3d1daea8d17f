// AES-256-GCM through libcrypto's EVP, in builds that have it; else no algorithm at all. The only file that
// knows OpenSSL.
#include "crypto/in_place_aead.hpp"

#ifndef MYQSEC_WITH_OPENSSL

namespace myqsec::crypto {

std::unique_ptr<AeadSealing> openssl_sealing(std::string_view, ByteView) {
    return nullptr;
}

std::unique_ptr<AeadOpening> openssl_opening(std::string_view, ByteView) {
    return nullptr;
}

}  // namespace myqsec::crypto

#else

#include <algorithm>
#include <new>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/error.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::size_t gcm_key_size = 32;
constexpr std::size_t gcm_nonce_size = 12;
constexpr std::size_t largest_update = std::size_t{1} << 30;  // EVP counts in int; a multiple of the block

/// The thread's queue of errors is the host's: what a call leaves there is taken away again.
class QuietErrors {
 public:
    QuietErrors() { ERR_set_mark(); }
    QuietErrors(const QuietErrors&) = delete;
    QuietErrors& operator=(const QuietErrors&) = delete;
    ~QuietErrors() { ERR_pop_to_mark(); }
};

/// Fetched once, which takes longer than sealing many pages, from a library context of our own: the host's
/// openssl.cnf, providers and properties don't choose our cipher, and ours does not appear in its.
/// Never freed: a host's exit handlers may run after static objects have gone.
const EVP_CIPHER* fetched_gcm() {
    static const EVP_CIPHER* const cipher = [] {
        const QuietErrors quiet;
        OSSL_LIB_CTX* library = OSSL_LIB_CTX_new();
        if (library == nullptr) throw std::bad_alloc();
        if (const EVP_CIPHER* found = EVP_CIPHER_fetch(library, "AES-256-GCM", nullptr)) return found;
        const bool memory = ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
        OSSL_LIB_CTX_free(library);
        if (memory) throw std::bad_alloc();
        fail(Status::ERR_INTERNAL, "libcrypto gives no AES-256-GCM");
    }();
    return cipher;
}

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }  // wipes the key
};

/// One key in one direction. It allocates when it gets its key and never again, so that from then on only a
/// broken libcrypto could make a call fail, except the last of opening.
class GcmContext {
 public:
    GcmContext(ByteView key, bool sealing) {
        if (key.size() != gcm_key_size)
            fail(Status::ERR_INTERNAL, "an AES-256 key has {} bytes instead of {}", key.size(), gcm_key_size);
        const EVP_CIPHER* cipher = fetched_gcm();
        const QuietErrors quiet;
        context_.reset(EVP_CIPHER_CTX_new());
        const int direction = sealing ? 1 : 0;
        if (!context_ ||
            EVP_CipherInit_ex2(context_.get(), cipher, key.data(), nullptr, direction, nullptr) != 1)
            throw std::bad_alloc();
    }

    /// All but the tag.
    void run(ByteView nonce, ByteView associated, ByteSpan text) {
        if (nonce.size() != gcm_nonce_size)
            fail(Status::ERR_INTERNAL, "a nonce has {} bytes instead of {}", nonce.size(), gcm_nonce_size);
        need(EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce.data(), -1, nullptr));
        while (!associated.empty()) {
            const std::size_t size = std::min(associated.size(), largest_update);
            update(nullptr, associated.data(), size);
            associated = associated.subspan(size);
        }
        while (!text.empty()) {
            const std::size_t size = std::min(text.size(), largest_update);
            update(text.data(), text.data(), size);
            text = text.subspan(size);
        }
    }

    void tag(int control, std::uint8_t* tag) {
        need(EVP_CIPHER_CTX_ctrl(context_.get(), control, aead_tag_size, tag));
    }

    [[nodiscard]] bool finish() {
        int size = 0;
        std::uint8_t nothing[EVP_MAX_BLOCK_LENGTH];
        return EVP_CipherFinal_ex(context_.get(), nothing, &size) == 1;
    }

    static void need(int good) {
        if (good != 1) fail(Status::ERR_INTERNAL, "libcrypto's AES-256-GCM failed");
    }

 private:
    void update(std::uint8_t* to, const std::uint8_t* from, std::size_t size) {
        int done = 0;
        need(EVP_CipherUpdate(context_.get(), to, &done, from, static_cast<int>(size)));
    }

    std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context_;
};

class OpensslSealing final : public AeadSealing {
 public:
    explicit OpensslSealing(ByteView key) : context_(key, true) {}

    void seal(ByteView nonce, ByteView associated, ByteSpan text, std::uint8_t* tag) override {
        context_.run(nonce, associated, text);
        GcmContext::need(context_.finish() ? 1 : 0);
        context_.tag(EVP_CTRL_AEAD_GET_TAG, tag);
    }

 private:
    GcmContext context_;
};

class OpensslOpening final : public AeadOpening {
 public:
    explicit OpensslOpening(ByteView key) : context_(key, false) {}

    bool open(ByteView nonce, ByteView associated, ByteSpan text, const std::uint8_t* tag) override {
        ByteArray<aead_tag_size> expected;
        std::copy_n(tag, expected.size(), expected.begin());
        try {
            context_.run(nonce, associated, text);
            context_.tag(EVP_CTRL_AEAD_SET_TAG, expected.data());
        } catch (...) {
            wipe(text);
            throw;
        }
        if (context_.finish()) return true;
        wipe(text);
        return false;
    }

 private:
    GcmContext context_;
};

}  // namespace

std::unique_ptr<AeadSealing> openssl_sealing(std::string_view algorithm, ByteView key) {
    if (algorithm != aes_256_gcm) return nullptr;
    return std::make_unique<OpensslSealing>(key);
}

std::unique_ptr<AeadOpening> openssl_opening(std::string_view algorithm, ByteView key) {
    if (algorithm != aes_256_gcm) return nullptr;
    return std::make_unique<OpensslOpening>(key);
}

}  // namespace myqsec::crypto

#endif
