// Botan's ciphers: every algorithm, on every CPU.
#include <algorithm>
#include <array>
#include <mutex>
#include <string>

#include <botan/aead.h>
#include <botan/exceptn.h>
#include <botan/version.h>

#include "crypto/botan_errors.hpp"
#include "crypto/in_place_aead.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

namespace {

#if BOTAN_VERSION_MAJOR >= 3
constexpr auto encryption = Botan::Cipher_Dir::Encryption;
constexpr auto decryption = Botan::Cipher_Dir::Decryption;
#else
constexpr auto encryption = Botan::ENCRYPTION;
constexpr auto decryption = Botan::DECRYPTION;
#endif

struct Machine {
    std::unique_ptr<Botan::AEAD_Mode> mode;
    Botan::secure_vector<std::uint8_t> tail{};  ///< what finish() takes: less than a granule, and the tag
};

/// Machines without a key. To make one takes longer than to seal a record with it: Botan looks its parts up
/// by name and allocates each.
class SpareMachines {
 public:
    explicit SpareMachines(std::string_view algorithm) : algorithm_(algorithm) {}

    [[nodiscard]] bool serves(std::string_view algorithm) const { return algorithm_ == algorithm; }

    std::unique_ptr<Machine> take() {
        // Whoever finds the lock taken does without: so a forked child never waits for its parent's thread.
        const std::unique_lock guard(lock_, std::try_to_lock);
        if (!guard || count_ == 0) return nullptr;
        return std::move(spare_[--count_]);
    }

    void give(std::unique_ptr<Machine> machine) {
        const std::unique_lock guard(lock_, std::try_to_lock);
        if (guard && count_ < spare_.size()) spare_[count_++] = std::move(machine);
    }

 private:
    std::string_view algorithm_;
    std::mutex lock_;
    std::array<std::unique_ptr<Machine>, 8> spare_;
    std::size_t count_ = 0;
};

/// Null for algorithms that the library itself does not use. Never destroyed: a host's exit handlers may run
/// after static objects have gone.
SpareMachines* spare_machines(std::string_view algorithm, Botan::Cipher_Dir direction) {
    static auto& sealing = *new std::array{SpareMachines(aes_256_gcm), SpareMachines(chacha20_poly1305)};
    static auto& opening = *new std::array{SpareMachines(aes_256_gcm), SpareMachines(chacha20_poly1305)};
    for (SpareMachines& spare : direction == encryption ? sealing : opening)
        if (spare.serves(algorithm)) return &spare;
    return nullptr;
}

/// A machine for the time that it has a key.
class KeyedMachine {
 public:
    KeyedMachine(std::string_view algorithm, Botan::Cipher_Dir direction, ByteView key)
        : home_(spare_machines(algorithm, direction)) {
        guarded("setting up a cipher", [&] {
            if (home_ != nullptr) machine_ = home_->take();
            if (!machine_) {
                machine_ = std::make_unique<Machine>(
                    Machine{Botan::AEAD_Mode::create_or_throw(std::string(algorithm), direction)});
                machine_->tail.reserve(mode().update_granularity() + aead_tag_size);
            }
            mode().set_key(key.data(), key.size());
        });
    }
    KeyedMachine(const KeyedMachine&) = delete;
    KeyedMachine& operator=(const KeyedMachine&) = delete;
    ~KeyedMachine() {
        if (home_ == nullptr) return;
        try {
            mode().clear();
            tail().resize(tail().capacity());
            wipe(tail());
            home_->give(std::move(machine_));
        } catch (const std::exception&) {  // it is destroyed then, which wipes it too
        }
    }

    [[nodiscard]] Botan::AEAD_Mode& mode() { return *machine_->mode; }
    [[nodiscard]] Botan::secure_vector<std::uint8_t>& tail() { return machine_->tail; }

    /// Takes all of `text` but what is left to finish(), which wants a vector of its own.
    ByteSpan process_bulk(ByteView nonce, ByteView associated, ByteSpan text) {
        mode().set_associated_data(associated.data(), associated.size());
        mode().start(nonce.data(), nonce.size());
        const std::size_t bulk = text.size() - text.size() % mode().update_granularity();
        if (bulk > 0) mode().process(text.data(), bulk);
        return text.subspan(bulk);
    }

 private:
    SpareMachines* home_;
    std::unique_ptr<Machine> machine_;
};

class BotanSealing final : public AeadSealing {
 public:
    BotanSealing(std::string_view algorithm, ByteView key) : machine_(algorithm, encryption, key) {}

    void seal(ByteView nonce, ByteView associated, ByteSpan text, std::uint8_t* tag) override {
        guarded("encryption", [&] {
            const ByteSpan rest = machine_.process_bulk(nonce, associated, text);
            auto& tail = machine_.tail();
            tail.assign(rest.begin(), rest.end());
            machine_.mode().finish(tail);
            std::copy_n(tail.begin(), rest.size(), rest.begin());
            std::copy_n(tail.end() - aead_tag_size, aead_tag_size, tag);
        });
    }

 private:
    KeyedMachine machine_;
};

class BotanOpening final : public AeadOpening {
 public:
    BotanOpening(std::string_view algorithm, ByteView key) : machine_(algorithm, decryption, key) {}

    bool open(ByteView nonce, ByteView associated, ByteSpan text, const std::uint8_t* tag) override {
        return guarded("decryption", [&] {
            try {
                const ByteSpan rest = machine_.process_bulk(nonce, associated, text);
                auto& tail = machine_.tail();
                tail.assign(rest.begin(), rest.end());
                tail.insert(tail.end(), tag, tag + aead_tag_size);
                machine_.mode().finish(tail);
                std::copy(tail.begin(), tail.end(), rest.begin());
                return true;
            } catch (const Botan::Invalid_Authentication_Tag&) {
                wipe(text);
                machine_.mode().reset();
                return false;
            } catch (...) {
                wipe(text);
                throw;
            }
        });
    }

 private:
    KeyedMachine machine_;
};

}  // namespace

std::unique_ptr<AeadSealing> botan_sealing(std::string_view algorithm, ByteView key) {
    return std::make_unique<BotanSealing>(algorithm, key);
}

std::unique_ptr<AeadOpening> botan_opening(std::string_view algorithm, ByteView key) {
    return std::make_unique<BotanOpening>(algorithm, key);
}

}  // namespace myqsec::crypto
