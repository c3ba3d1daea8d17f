// The origins of the root key, from their C form.
#include <optional>

#include "abi/machinery/arguments.hpp"
#include "abi/machinery/call.hpp"
#include "abi/machinery/engine.hpp"
#include "base/unicode.hpp"
#include "crypto/root/root_provider.hpp"

namespace myqsec::abi {

namespace {

constexpr std::size_t longest_passphrase = 65536;
constexpr std::size_t smallest_key_file = 32;
constexpr std::size_t largest_key_file = 65536;
constexpr std::size_t longest_pin = 255;

crypto::Argon2Parameters argon2_parameters(const myqsec_root& root) {
    auto out = crypto::Argon2Parameters::server();
    if (root.argon2_memory_kib != 0) out.memory_kib = root.argon2_memory_kib;
    if (root.argon2_iterations != 0) out.iterations = root.argon2_iterations;
    if (out.memory_kib < 1024 || out.memory_kib > (1U << 20)) {
        fail(Status::ERR_INVALID_ARGUMENT, "argon2_memory_kib must be 1024 to 1048576");
    }
    if (out.iterations > 1000) fail(Status::ERR_INVALID_ARGUMENT, "argon2_iterations must be 1 to 1000");
    return out;
}

ByteView secret_of(const myqsec_root& root, std::size_t smallest, std::size_t largest) {
    const auto secret = bytes(&required(root.secret, "root.secret"), root.secret_length, "root.secret");
    if (secret.size() < smallest || secret.size() > largest) {
        fail(Status::ERR_INVALID_ARGUMENT, "root.secret must have {} to {} bytes", smallest, largest);
    }
    return secret;
}

/// In NFC, because the same keys give accents composed or not, as the machine has it.
crypto::Secret passphrase_of(const myqsec_root& root) {
    const auto given = as_text(secret_of(root, 1, longest_passphrase));
    if (!is_utf8(given)) fail(Status::ERR_INVALID_ARGUMENT, "the passphrase is not valid UTF-8");
    return crypto::take_secret(to_nfc(given));
}

/// The PIN of a token, which may be left out.
crypto::Secret pin_of(const myqsec_root& root) {
    const auto pin = bytes(root.secret, root.secret_length, "root.secret");
    if (pin.size() > longest_pin)
        fail(Status::ERR_INVALID_ARGUMENT, "root.secret must have at most {} bytes", longest_pin);
    return crypto::Secret(pin);
}

std::unique_ptr<crypto::RootProvider> token_provider(const myqsec_root& root) {
    const auto token = read_struct(root.pkcs11, "root.pkcs11");
    check_reserved(token.reserved == 0, "root.pkcs11");
    crypto::Pkcs11Root options;
    options.module = text(token.module, "root.pkcs11->module");
    options.token = text_or_empty(token.token, "root.pkcs11->token");
    options.key = text_or_empty(token.key, "root.pkcs11->key");
    options.pin = pin_of(root);
    return crypto::pkcs11_provider(std::move(options));
}

std::unique_ptr<crypto::RootProvider> sealed_provider(const myqsec_root& root) {
    const auto tpm = read_struct(root.tpm, "root.tpm");
    crypto::TpmRoot options;
    options.tcti = text_or_empty(tpm.tcti, "root.tpm->tcti");
    options.pcrs = tpm.pcrs;
    options.authorisation = pin_of(root);
    return crypto::tpm_provider(std::move(options));
}

crypto::RootProvider::Created create_by_host(const myqsec_root& root) {
    crypto::RootProvider::Created created{Bytes(MYQSEC_ROOT_BLOB_MAX), crypto::Secret(MYQSEC_ROOT_KEY_SIZE)};
    std::size_t size = created.blob.size();
    const CallbackScope scope;
    const int failed =
        scope.call(root.create, root.context, created.key.span().data(), created.blob.data(), &size);
    if (failed != 0)
        fail(Status::ERR_CALLBACK, "the host's function for a new root key failed with {}", failed);
    if (size > created.blob.size()) {
        fail(Status::ERR_CALLBACK, "the host's root key blob has {} bytes; at most {} fit", size,
             created.blob.size());
    }
    created.blob.resize(size);
    return created;
}

crypto::Secret unlock_by_host(const myqsec_root& root, ByteView blob) {
    crypto::Secret key(MYQSEC_ROOT_KEY_SIZE);
    const CallbackScope scope;
    const int failed = scope.call(root.unlock, root.context, blob.data(), blob.size(), key.span().data());
    if (failed != 0)
        fail(Status::ERR_CALLBACK, "the host's function for the root key failed with {}", failed);
    return key;
}

}  // namespace

std::optional<crypto::Argon2Parameters> password_costs(const myqsec_root* given) {
    const auto root = read_struct(given, "root");
    if (root.argon2_memory_kib == 0 && root.argon2_iterations == 0) return std::nullopt;
    return argon2_parameters(root);
}

std::unique_ptr<crypto::RootProvider> root_provider(const myqsec_root* given, Engine::Birth birth) {
    const auto root = read_struct(given, "root");
    switch (root.kind) {
        case MYQSEC_ROOT_PASSPHRASE: {
            return crypto::passphrase_provider(passphrase_of(root), argon2_parameters(root));
        }
        case MYQSEC_ROOT_KEY_FILE:
            return crypto::key_file_provider(
                crypto::Secret(secret_of(root, smallest_key_file, largest_key_file)));
        case MYQSEC_ROOT_CALLBACK:
            if (!root.unlock) fail(Status::ERR_INVALID_ARGUMENT, "root.unlock is NULL");
            if (birth == Engine::Birth::created && !root.create) {
                fail(Status::ERR_INVALID_ARGUMENT, "root.create is NULL");
            }
            return crypto::callback_provider({[root] { return create_by_host(root); },
                                              [root](ByteView blob) { return unlock_by_host(root, blob); }});
        case MYQSEC_ROOT_PKCS11:
            return token_provider(root);
        case MYQSEC_ROOT_TPM:
            return sealed_provider(root);
        default:
            fail(Status::ERR_INVALID_ARGUMENT, "root.kind {} is none of myqsec_root_kind", root.kind);
    }
}

}  // namespace myqsec::abi
