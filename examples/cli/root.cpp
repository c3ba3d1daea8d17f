#include "root.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "call.hpp"

namespace cli {

namespace {

/// "new-" and "root-tpm" make MYQSEC_NEW_ROOT_TPM.
std::string variable(const std::string& option) {
    std::string name = "MYQSEC_" + option;
    for (char& c : name)
        c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

/// Whoever has the files tries secrets for as long as they like. A passphrase that stands alone has 15
/// characters (NIST SP 800-63B-4 §3.1.1.2), not all of them a few; of 32 random bytes, nearly all are
/// different.
void refuse_weak(std::string_view secret, bool is_passphrase) {
    std::array<bool, 256> seen{};
    for (const char byte : secret)
        seen[static_cast<unsigned char>(byte)] = true;
    const auto different = std::ranges::count(seen, true);
    const auto characters = std::ranges::count_if(secret, [](char c) { return (c & 0xC0) != 0x80; });
    if (is_passphrase && (characters < 15 || different < 6))
        throw Failure(MYQSEC_ERR_INVALID_ARGUMENT,
                      "this passphrase can be guessed by whoever gets the instance's files: take at least 15 "
                      "characters, such as four random words, or give --weak-root to have it all the same");
    if (!is_passphrase && different < 16)
        throw Failure(MYQSEC_ERR_INVALID_ARGUMENT,
                      "this key file holds no random bytes: make one with 'myqsec new-root-key', or give "
                      "--weak-root to have it all the same");
}

std::uint32_t pcr_bits(const std::vector<unsigned>& pcrs) {
    std::uint32_t bits = 0;
    for (const unsigned pcr : pcrs)
        bits |= 1U << pcr;
    return bits;
}

}  // namespace

void RootOptions::add_to(CLI::App& app) {
    const auto option = [&](const std::string& name, auto& into, const std::string& meaning) {
        return app.add_option("--" + prefix_ + name, into, meaning);
    };
    const std::string which = prefix_.empty() ? "root " : prefix_.substr(0, prefix_.size() - 1) + " root ";
    auto* key_file = option("root-key-file", key_file_, "File with the root key (32 bytes to 64 KiB)");
    key_file->envname(variable(prefix_ + "root-key-file"));
    passphrase_.add_to(app, which + "passphrase", "--" + prefix_ + "root-key-file");
    auto* module = option("root-pkcs11", module_, "The PKCS #11 module of the token that keeps the root key");
    module->envname(variable(prefix_ + "root-pkcs11"))->excludes(key_file);
    option("root-token", token_, "Label or serial number of the token; otherwise the only one there is")
        ->envname(variable(prefix_ + "root-token"))
        ->needs(module);
    option("root-token-object", token_key_, "Label of the token's AES key, made if missing")->needs(module);
    app.add_flag("--" + prefix_ + "root-own-pad", pin_pad_, "Enter the PIN at the token's own pad")
        ->needs(module);
    auto* tpm =
        option("root-tpm", tcti_, "The TPM that keeps the root key: 'default', or how tpm2-tss reaches it");
    tpm->envname(variable(prefix_ + "root-tpm"))->excludes(key_file)->excludes(module);
    option("root-tpm-pcrs", pcrs_, "Bind a new root key to these PCRs as they are now, such as 0,7")
        ->delimiter(',')
        ->check(CLI::Range(0U, 23U))
        ->needs(tpm);
    pin_.add_to(app, which + "PIN");
    for (auto* other : {key_file, module, tpm})  // or one of two secrets would be ignored
        passphrase_.excludes(other);
}

void RootOptions::Costs::add_weak_to(CLI::App& command) {
    command.add_flag("--weak-root", weak, "Take a passphrase or key file that can be guessed");
}

void RootOptions::with(Costs costs, Purpose purpose, const std::function<void(const myqsec_root&)>& use) {
    myqsec_root root = MYQSEC_ROOT_INIT;
    myqsec_root_pkcs11 token = MYQSEC_ROOT_PKCS11_INIT;
    myqsec_root_tpm tpm = MYQSEC_ROOT_TPM_INIT;
    root.argon2_memory_kib = costs.memory_kib;
    root.argon2_iterations = costs.iterations;
    Secret secret;
    if (!key_file_.empty()) {
        root.kind = MYQSEC_ROOT_KEY_FILE;
        secret = read_secret_key_file(key_file_);
        if (purpose == Purpose::fresh && !costs.weak) refuse_weak(secret.text(), false);
    } else if (!module_.empty()) {
        root.kind = MYQSEC_ROOT_PKCS11;
        token.module = module_.c_str();
        token.token = or_null(token_);
        token.key = or_null(token_key_);
        root.pkcs11 = &token;
        if (!pin_pad_) secret = pin_.read();
    } else if (!tcti_.empty()) {
        root.kind = MYQSEC_ROOT_TPM;
        tpm.pcrs = pcr_bits(pcrs_);
        if (tcti_ != "default") tpm.tcti = tcti_.c_str();
        root.tpm = &tpm;
        secret = pin_.read_if_given();
    } else {
        root.kind = MYQSEC_ROOT_PASSPHRASE;
        secret = passphrase_.read(purpose == Purpose::fresh);
        if (purpose == Purpose::fresh && !costs.weak) refuse_weak(secret.text(), true);
    }
    root.secret = reinterpret_cast<const std::uint8_t*>(secret.text().data());
    root.secret_length = secret.text().size();
    use(root);
}

}  // namespace cli
