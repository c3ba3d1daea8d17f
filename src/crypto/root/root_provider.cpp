#include "crypto/root/root_provider.hpp"

#include "base/error.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

namespace myqsec::crypto {

namespace {

constexpr std::string_view key_file_label = "myqsec root key from key file v1";

class PassphraseProvider final : public RootProvider {
 public:
    PassphraseProvider(Secret passphrase, Argon2Parameters parameters)
        : passphrase_(std::move(passphrase)), parameters_(parameters) {}

    [[nodiscard]] std::uint8_t kind() const override { return 1; }

    [[nodiscard]] Created create() override {
        const auto salt = random_array<16>();
        Bytes blob = ByteWriter()
                         .integer(root_blob_version)
                         .integer(parameters_.memory_kib)
                         .integer(parameters_.iterations)
                         .integer(parameters_.lanes)
                         .raw(salt)
                         .take();
        return {std::move(blob), derive(salt, parameters_)};
    }

    [[nodiscard]] Secret unlock(ByteView blob) override {
        ByteReader reader = read_root_blob(blob);
        Argon2Parameters parameters;
        parameters.memory_kib = reader.integer<std::uint32_t>();
        parameters.iterations = reader.integer<std::uint32_t>();
        parameters.lanes = reader.integer<std::uint32_t>();
        const auto salt = reader.array<16>();
        reader.expect_end();
        if (!parameters.fit_a_keystore()) {
            fail(Status::ERR_CORRUPT,
                 "the keystore asks for {} passes over {} KiB of memory to open it, more than any that this "
                 "library wrote: it was altered; put it back from a copy",
                 parameters.iterations, parameters.memory_kib);
        }
        return derive(salt, parameters);
    }

 private:
    [[nodiscard]] Secret derive(ByteView salt, const Argon2Parameters& parameters) const {
        return argon2id(passphrase_.view(), salt, parameters, root_key_size);
    }

    Secret passphrase_;
    Argon2Parameters parameters_;
};

class KeyFileProvider final : public RootProvider {
 public:
    explicit KeyFileProvider(Secret contents) : contents_(std::move(contents)) {}

    [[nodiscard]] std::uint8_t kind() const override { return 2; }

    [[nodiscard]] Created create() override {
        const auto salt = random_array<32>();
        return {ByteWriter().integer(root_blob_version).raw(salt).take(), derive(salt)};
    }

    [[nodiscard]] Secret unlock(ByteView blob) override {
        ByteReader reader = read_root_blob(blob);
        const auto salt = reader.array<32>();
        reader.expect_end();
        return derive(salt);
    }

 private:
    [[nodiscard]] Secret derive(ByteView salt) const {
        return hkdf_sha256(contents_.view(), salt, as_bytes(key_file_label), root_key_size);
    }

    Secret contents_;
};

template <typename Callback>
auto call_host(Callback&& callback) {
    try {
        return callback();
    } catch (const Error&) {
        throw;
    } catch (const std::exception&) {
        fail(Status::ERR_CALLBACK, "the host's root key callback failed");
    }
}

/// The host's code may throw anything and return anything; only an Error and a key of 32 bytes get through.
class CallbackProvider final : public RootProvider {
 public:
    explicit CallbackProvider(RootCallbacks callbacks) : callbacks_(std::move(callbacks)) {}

    [[nodiscard]] std::uint8_t kind() const override { return 3; }

    [[nodiscard]] Created create() override {
        Created created = call_host([&] { return callbacks_.create(); });
        if (created.blob.size() > max_blob) {
            fail(Status::ERR_CALLBACK, "the host's root key callback returned {} bytes of data, more than {}",
                 created.blob.size(), max_blob);
        }
        check_key(created.key);
        return created;
    }

    [[nodiscard]] Secret unlock(ByteView blob) override {
        Secret key = call_host([&] { return callbacks_.unlock(blob); });
        check_key(key);
        return key;
    }

 private:
    static void check_key(const Secret& key) {
        if (key.size() != root_key_size) {
            fail(Status::ERR_CALLBACK,
                 "the host's root key callback returned a key of {} bytes instead of {}", key.size(),
                 root_key_size);
        }
    }

    RootCallbacks callbacks_;
};

}  // namespace

std::unique_ptr<RootProvider> passphrase_provider(Secret passphrase, Argon2Parameters parameters) {
    if (passphrase.empty()) fail(Status::ERR_INVALID_ARGUMENT, "the passphrase is empty");
    if (!parameters.fit_a_keystore()) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "a passphrase may be stretched over at most 1048576 KiB of memory, and so often that the two "
             "multiply to at most 4194304");
    }
    return std::make_unique<PassphraseProvider>(std::move(passphrase), parameters);
}

std::unique_ptr<RootProvider> key_file_provider(Secret contents) {
    constexpr std::size_t smallest = 32;
    constexpr std::size_t largest = 65536;
    if (contents.size() < smallest || contents.size() > largest) {
        fail(Status::ERR_INVALID_ARGUMENT, "the key file has {} bytes; it must have {} to {}",
             contents.size(), smallest, largest);
    }
    return std::make_unique<KeyFileProvider>(std::move(contents));
}

std::unique_ptr<RootProvider> callback_provider(RootCallbacks callbacks) {
    if (!callbacks.create || !callbacks.unlock) {
        fail(Status::ERR_INVALID_ARGUMENT, "a root key callback is missing");
    }
    return std::make_unique<CallbackProvider>(std::move(callbacks));
}

}  // namespace myqsec::crypto
