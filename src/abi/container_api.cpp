// myqsec/container.h: sealing and opening streams, and certificates, without an engine.
#include "abi/machinery/arguments.hpp"
#include "abi/machinery/call.hpp"
#include "abi/machinery/streams.hpp"
#include "crypto/container/container.hpp"
#include "crypto/random.hpp"
#include "crypto/self_test/self_test.hpp"
#include "myqsec/container.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

crypto::ContainerSuite suite_of(std::uint32_t suite) {
    switch (suite) {
        case 0:
            return crypto::preferred_container_suite();
        case 1:
            return crypto::ContainerSuite::aes_256_gcm;
        case 2:
            return crypto::ContainerSuite::xchacha20_poly1305;
        default:
            fail(Status::ERR_INVALID_ARGUMENT, "keys.suite must be 0, 1 or 2");
    }
}

std::optional<crypto::Secret> wrapping_key_of(const myqsec_container_keys& keys) {
    if (!keys.wrapping_key) return std::nullopt;
    return crypto::Secret(ByteView(keys.wrapping_key, MYQSEC_CONTAINER_KEY_SIZE));
}

crypto::Recipients recipients_of(const myqsec_container_keys& keys) {
    if (keys.private_key || keys.passphrase) {
        fail(Status::ERR_INVALID_ARGUMENT, "a private key or passphrase is for opening, not for sealing");
    }
    crypto::Recipients out;
    out.wrapping_key = wrapping_key_of(keys);
    if (keys.certificates)
        out.certificates = crypto::Certificate::parse_all(pem(keys.certificates, "keys.certificates"));
    if (!out.wrapping_key && out.certificates.empty()) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "give a wrapping key or certificates, or nobody can open the container");
    }
    for (const auto& certificate : out.certificates)
        certificate.check_recipient(SystemClock().now());
    return out;
}

crypto::Identity identity_of(const myqsec_container_keys& keys) {
    crypto::Identity out;
    out.wrapping_key = wrapping_key_of(keys);
    if (keys.private_key) {
        out.private_key = crypto::PrivateKey::parse(pem(keys.private_key, "keys.private_key"),
                                                    text_or_empty(keys.passphrase, "keys.passphrase"));
    }
    if (keys.certificates) {
        const auto certificates = crypto::Certificate::parse_all(pem(keys.certificates, "keys.certificates"));
        if (certificates.size() != 1) {
            fail(Status::ERR_INVALID_ARGUMENT, "for opening, give the one certificate of the private key");
        }
        out.certificate = certificates.front();
    }
    if (!out.wrapping_key && !out.private_key) {
        fail(Status::ERR_INVALID_ARGUMENT, "give a wrapping key or a private key to open the container with");
    }
    return out;
}

crypto::LendThread lent_by(const myqsec_container_keys& keys) {
    if (!keys.run) return {};
    return [run = keys.run, context = keys.run_context](void (*task)(void*), void* task_context) {
        const CallbackScope scope;
        return scope.call(run, context, task, task_context) == 0;
    };
}

class HostOutput final : public ByteSink {
 public:
    HostOutput(myqsec_write_function function, void* context) : write_(writing(function, context)) {}
    void write(ByteView bytes) override { write_(bytes); }
    void finish() override {}

 private:
    std::function<void(ByteView)> write_;
};

void test_primitives(const myqsec_container_keys& keys) {
    if (keys.certificates || keys.private_key)
        crypto::self_test();
    else
        crypto::self_test_without_public_keys();
}

void require_functions(myqsec_read_function read, myqsec_write_function write) {
    if (!read) fail_null("read");
    if (!write) fail_null("write");
}

crypto::CertificateKey key_kind(std::uint32_t kind) {
    switch (kind) {
        case MYQSEC_KEY_ECDSA_P256:
            return crypto::CertificateKey::ecdsa_p256;
        case MYQSEC_KEY_ECDSA_P384:
            return crypto::CertificateKey::ecdsa_p384;
        case MYQSEC_KEY_RSA_3072:
            return crypto::CertificateKey::rsa_3072;
        default:
            fail(Status::ERR_INVALID_ARGUMENT, "kind {} is none of myqsec_key_kind", kind);
    }
}

}  // namespace

myqsec_status myqsec_container_seal(const myqsec_container_keys* keys, myqsec_read_function read,
                                    void* read_context, myqsec_write_function write, void* write_context) {
    return guard([&] {
        const auto given = read_struct(keys, "keys");
        require_functions(read, write);
        test_primitives(given);
        HostOutput output(write, write_context);
        const auto input = reading(read, read_context);
        crypto::ContainerWriter writer(recipients_of(given), crypto::random_array<16>(),
                                       suite_of(given.suite), output, lent_by(given));
        while (const auto size = input(writer.room()))
            writer.filled(size);
        writer.finish();
    });
}

myqsec_status myqsec_container_open(const myqsec_container_keys* keys, myqsec_read_function read,
                                    void* read_context, myqsec_write_function write, void* write_context) {
    return guard([&] {
        const auto given = read_struct(keys, "keys");
        require_functions(read, write);
        test_primitives(given);
        const auto identity = identity_of(given);
        HostOutput output(write, write_context);
        const auto input = reading(read, read_context);
        crypto::ContainerOpener opener(identity, output, lent_by(given));
        while (const auto size = input(opener.room()))
            opener.filled(size);
        opener.finish();
    });
}

myqsec_status myqsec_certificate_create(uint32_t kind, const char* common_name, int64_t not_before,
                                        int64_t not_after, const char* passphrase, char* certificate,
                                        size_t* certificate_length, char* key, size_t* key_length) {
    return guard([&] {
        const auto subject = text(common_name, "common_name");
        const auto protection = text_or_empty(passphrase, "passphrase");
        if (not_before < 0 || not_after <= not_before) {
            fail(Status::ERR_INVALID_ARGUMENT,
                 "not_after must be later than not_before, and neither before 1970");
        }
        auto& certificate_room = required(certificate_length, "certificate_length");
        auto& key_room = required(key_length, "key_length");
        const auto which = key_kind(kind);
        if (certificate_room > 0) required(certificate, "certificate");
        if (key_room > 0) required(key, "key");
        crypto::self_test();
        const auto pair = crypto::PrivateKey::generate(which);
        const auto made =
            pair.self_signed(subject, from_milliseconds(not_before), from_milliseconds(not_after)).pem();
        const auto key_pem = pair.pem(protection);
        const auto given = std::pair(certificate_room, key_room);
        certificate_room = made.size() + 1;
        key_room = key_pem.size() + 1;
        if (given.first < certificate_room || given.second < key_room) {
            fail(Status::ERR_BUFFER_TOO_SMALL, "the buffers for certificate and key need {} and {} bytes",
                 certificate_room, key_room);
        }
        write_text(made, certificate, certificate_length, "certificate");
        write_text(as_text(key_pem.view()), key, key_length, "key");
    });
}
