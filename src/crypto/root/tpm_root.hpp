// The root key sealed to a TPM 2.0, so that it opens on this machine only. An optional component: see
// MYQSEC_WITH_TPM.
#pragma once

#include <memory>
#include <string>

#include "crypto/root/root_provider.hpp"

namespace myqsec::crypto {

struct TpmRoot {
    std::string tcti;  ///< how tpm2-tss reaches the TPM, such as "device:/dev/tpmrm0"; empty: its default
    std::uint32_t pcrs = 0;  ///< for a new root key: bit n binds it to PCR n of the SHA-256 bank
    Secret authorisation;    ///< empty: none
};

/// A root key is random and sealed (TCG TPM 2.0 Library part 1, §29.3) under the storage primary of the owner
/// hierarchy. Its blob is version ‖ PCRs 4 ‖ authorisation 1 ‖ primary's name ‖ TPM2B_PUBLIC ‖ TPM2B_PRIVATE,
/// the last three as fields. Each call connects anew and leaves nothing loaded. Throws ERR_NOT_BUILT_IN where
/// the component is missing.
std::unique_ptr<RootProvider> tpm_provider(TpmRoot options);

}  // namespace myqsec::crypto
