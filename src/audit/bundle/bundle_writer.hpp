// Writes the log as a bundle that can be verified without an instance and without a secret.
#pragma once

#include "audit/bundle/archive.hpp"
#include "audit/log/signer.hpp"
#include "storage/vault.hpp"

namespace myqsec::audit {

/// All events from `first`, the first that is kept, to the size of `newest`, a checkpoint of the log; one
/// segment is in memory at a time, and no lock is held while `write` runs. Throws ERR_NOT_POSSIBLE if events
/// are pruned meanwhile.
void write_bundle(storage::Vault& vault, const Signer& signer, const SignedCheckpoint& newest,
                  std::int64_t first, const Write& write);

}  // namespace myqsec::audit
