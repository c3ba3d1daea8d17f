// container: seal and open files without an instance; make keys and certificates.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <vector>

#include "instance.hpp"
#include "new_file.hpp"
#include "progress.hpp"

namespace cli {

namespace {

int read_input(void* progress, void* data, std::size_t* size) {
    *size = std::fread(data, 1, *size, stdin);
    static_cast<Progress*>(progress)->add(*size);
    return std::ferror(stdin);
}

int write_output(void*, const void* data, std::size_t size) {
    return std::fwrite(data, 1, size, stdout) == size ? 0 : 1;
}

struct ContainerOptions {
    std::string key_file, identity, name = "myqsec", prefix;
    std::vector<std::string> recipients;
    std::uint32_t days = 365;
    SecretOption passphrase{"key-passphrase"};
};

void run(const ContainerOptions& options, bool seal) {
    myqsec_container_keys keys = MYQSEC_CONTAINER_KEYS_INIT;
    const Secret wrapping = options.key_file.empty() ? Secret() : read_key_file(options.key_file);
    if (!wrapping.empty() && wrapping.text().size() != MYQSEC_CONTAINER_KEY_SIZE) {
        throw std::runtime_error("'" + options.key_file + "' must hold exactly 32 bytes");
    }
    if (!wrapping.empty()) keys.wrapping_key = reinterpret_cast<const std::uint8_t*>(wrapping.text().data());
    std::string certificates;
    for (const std::string& path : options.recipients)
        certificates += read_key_file(path).text() + "\n";
    keys.certificates = or_null(certificates);
    const Secret identity = options.identity.empty() ? Secret() : read_key_file(options.identity);
    keys.private_key = or_null(identity.text());
    const Secret passphrase = options.passphrase.read_if_given();
    keys.passphrase = or_null(passphrase.text());
    Progress progress(seal ? "sealing" : "opening", size_of(0));
    check((seal ? myqsec_container_seal : myqsec_container_open)(&keys, read_input, &progress, write_output,
                                                                 nullptr));
}

void make_certificate(const ContainerOptions& options) {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    const Secret passphrase = options.passphrase.read_if_given();
    std::vector<char> certificate(16384), key(16384);
    std::size_t certificate_size = certificate.size(), key_size = key.size();
    check(myqsec_certificate_create(MYQSEC_KEY_ECDSA_P256, options.name.c_str(), now,
                                    now + static_cast<std::int64_t>(options.days) * 86'400'000,
                                    or_null(passphrase.text()), certificate.data(), &certificate_size,
                                    key.data(), &key_size));
    const std::string path = options.prefix + ".crt";
    NewFile file(path);
    if (!file.write(certificate.data(), std::strlen(certificate.data())) || !file.keep())
        fail(errno, "cannot write '" + path + "'");
    std::cout << key.data();
    ::explicit_bzero(key.data(), key.size());
}

}  // namespace

void add_container_commands(CLI::App& app, Instance&) {
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
        command->callback([options, seal] { run(*options, seal); });
    }
    auto* certificate =
        container->add_subcommand("certificate", "Make PREFIX.crt; its private key goes to standard output");
    certificate->add_option("PREFIX", options->prefix)->required();
    certificate->add_option("--name", options->name, "Common name");
    certificate->add_option("--days", options->days, "Validity");
    options->passphrase.add_to(*certificate, "passphrase for the private key");
    certificate->callback([options] { make_certificate(*options); });
}

}  // namespace cli
