// What is wrong with an instance, above all with one that does not open, and what can be done about it.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "crypto/root/root_provider.hpp"
#include "storage/vault.hpp"

namespace myqsec::instance {

struct Diagnosis {
    std::string code;      ///< a status without its prefix, or a finding's code
    std::string sentence;  ///< what is wrong
    std::string advice;    ///< what can be done
};

/// Opens the instance as ever, but what that writes stays in memory: nothing on the disk changes, and no
/// outside counter advances. Empty if all is well. Without a root key it says only what can be seen without
/// one. Throws ERR_NOT_FOUND, ERR_FILE_ACCESS for the folder itself.
[[nodiscard]] std::vector<Diagnosis> diagnose(const std::string& directory, crypto::RootProvider* root,
                                              const Clock& clock, const storage::VaultOptions& options);

}  // namespace myqsec::instance
