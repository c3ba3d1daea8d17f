// Where a command gets the root key from: passphrase, key file, PKCS #11 token, TPM.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <myqsec/myqsec.h>

#include "secret.hpp"

namespace cli {

class RootOptions {
 public:
    /// `prefix` tells a second root from the first: "new-" adds --new-root-key-file and so on.
    explicit RootOptions(std::string prefix = {}) : prefix_(std::move(prefix)) {}
    void add_to(CLI::App& app);

    struct Costs {
        std::uint32_t memory_kib = 0;  ///< of Argon2id, in what is new; 0 is the library's default
        std::uint32_t iterations = 0;
        bool weak = false;  ///< a new passphrase or key file may be one that can be guessed
        /// --weak-root, on a command that takes a new root.
        void add_weak_to(CLI::App& command);
    };
    enum class Purpose : std::uint8_t { existing, fresh };
    /// Reads or asks for the secrets, which live until `use` returns. A new passphrase is asked for twice.
    void with(Costs costs, Purpose purpose, const std::function<void(const myqsec_root&)>& use);

 private:
    std::string prefix_;
    std::string key_file_;
    std::string module_, token_, token_key_;
    bool pin_pad_ = false;
    std::string tcti_;
    std::vector<unsigned> pcrs_;
    SecretOption passphrase_{prefix_ + "passphrase"};
    SecretOption pin_{prefix_ + "root-pin"};
};

}  // namespace cli
