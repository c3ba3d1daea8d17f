// container: seal and open files without an instance; make keys and certificates.
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <vector>

#include <unistd.h>

#include "instance.hpp"
#include "new_file.hpp"
#include "progress.hpp"

namespace cli {

namespace {

/// Without the buffers of stdio, which would keep a copy of the document.
int read_input(void* progress, void* data, std::size_t* size) {
    ssize_t got = 0;
    do {
        got = ::read(STDIN_FILENO, data, *size);
    } while (got < 0 && errno == EINTR);
    *size = got < 0 ? 0 : static_cast<std::size_t>(got);
    static_cast<Progress*>(progress)->add(*size);
    return got < 0 ? 1 : 0;
}

int write_output(void*, const void* data, std::size_t size) {
    return write_all(STDOUT_FILENO, data, size) ? 0 : 1;
}

struct ContainerOptions {
    std::string key_file, identity, name = "myqsec", prefix;
    std::vector<std::string> recipients;
    std::uint32_t days = 365;
    SecretOption passphrase{"key-passphrase"};
};

/// A PEM file: what is binary would end, as C sees it, at its first zero.
Secret read_pem_file(const std::string& path) {
    Secret out = read_key_file(path);
    if (out.text().find('\0') != std::string_view::npos)
        throw Failure(MYQSEC_ERR_INVALID_ARGUMENT,
                      "'" + path +
                          "' is no PEM file: give a certificate, or a private key in the PKCS #8 form, as "
                          "PEM; 'openssl pkcs12' takes them out of PKCS #12");
    return out;
}

void run(const ContainerOptions& options, bool seal) {
    myqsec_container_keys keys = MYQSEC_CONTAINER_KEYS_INIT;
    const Secret wrapping = options.key_file.empty() ? Secret() : read_key_file(options.key_file);
    if (!wrapping.empty() && wrapping.text().size() != MYQSEC_CONTAINER_KEY_SIZE) {
        throw std::runtime_error("'" + options.key_file + "' must hold exactly 32 bytes");
    }
    if (!wrapping.empty()) keys.wrapping_key = reinterpret_cast<const std::uint8_t*>(wrapping.text().data());
    std::string certificates;
    for (const std::string& path : options.recipients)
        certificates.append(read_pem_file(path).text()).append("\n");
    keys.certificates = or_null(certificates);
    const Secret identity = options.identity.empty() ? Secret() : read_pem_file(options.identity);
    keys.private_key = or_null(identity);
    const Secret passphrase = options.passphrase.read_if_given();
    keys.passphrase = or_null(passphrase);
    Progress progress(seal ? "sealing" : "opening", size_of(0));
    check((seal ? myqsec_container_seal : myqsec_container_open)(&keys, read_input, &progress, write_output,
                                                                 nullptr));
}

void make_certificate(const ContainerOptions& options) {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    const Secret passphrase = options.passphrase.read_if_given();
    std::vector<char> certificate(16384);
    const ProtectedMemory key(16384);
    std::size_t certificate_size = certificate.size(), key_size = key.size();
    check(myqsec_certificate_create(MYQSEC_KEY_ECDSA_P256, options.name.c_str(), now,
                                    now + static_cast<std::int64_t>(options.days) * 86'400'000,
                                    or_null(passphrase), certificate.data(), &certificate_size, key.data(),
                                    &key_size));
    const std::string path = options.prefix + ".crt";
    NewFile file(path);
    if (!file.write(certificate.data(), std::strlen(certificate.data())) || !file.keep())
        fail(errno, "cannot write '" + path + "'");
    if (!write_all(STDOUT_FILENO, key.data(), std::strlen(key.data())))
        fail(errno, "the private key was not written");
}

}  // namespace

void add_container_commands(CLI::App& app, Instance& instance) {
    auto options = std::make_shared<ContainerOptions>();
    auto* container = app.add_subcommand("container", "Seal and open single files, without an instance");
    container->require_subcommand(1);
    for (const bool seal : {true, false}) {
        auto* command =
            container->add_subcommand(seal ? "seal" : "open", "From standard input to standard output");
        command->add_option("--key-file", options->key_file, "32 bytes that open it");
        command->add_option("--certificate", options->recipients,
                            seal ? "PEM of a recipient; any number" : "PEM of the private key");
        if (!seal) {
            command->add_option("--identity", options->identity, "PKCS#8 PEM of a recipient's private key");
            options->passphrase.add_to(*command, "passphrase of the private key");
        }
        command->callback([&instance, options, seal] {
            instance.refuse_user();
            run(*options, seal);
        });
    }
    auto* certificate =
        container->add_subcommand("certificate", "Make PREFIX.crt; its private key goes to standard output");
    certificate->add_option("PREFIX", options->prefix)->required();
    certificate->add_option("--name", options->name, "Common name");
    certificate->add_option("--days", options->days, "Validity");
    options->passphrase.add_to(*certificate, "passphrase for the private key");
    certificate->callback([&instance, options] {
        instance.refuse_user();
        make_certificate(*options);
    });
}

}  // namespace cli
