// Verifies a bundle: from the first epoch's public key alone, without an instance and without a secret.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "audit/bundle/archive.hpp"
#include "audit/signing/checkpoint.hpp"

namespace myqsec::audit {

struct Verdict {
    bool valid = false;
    /// Not valid: the first event that is wrong, missing, or vouched for by no signature; and why.
    std::int64_t wrong_event = 0;
    std::string reason;

    std::int64_t first = 0;   ///< the first event in the bundle; those before were pruned
    std::int64_t size = 0;    ///< events of the log, as the bundle says
    std::int64_t proven = 0;  ///< events that a valid signature covers
    std::uint32_t epoch = 0;  ///< of the newest valid signature
    crypto::Digest root{};    ///< over the proven events
    std::int64_t sealed_values = 0;
    std::int64_t erased_values = 0;
};

/// The checkpoints in a text, one behind the other, as an auditor keeps them: also with what editors add, a
/// BOM, CRLF, empty lines between them or a last line that is not ended. Throws ERR_INVALID_ARGUMENT if there
/// is none, or anything else.
[[nodiscard]] std::vector<Checkpoint> parse_checkpoints(std::string_view text);

/// `known` are checkpoints that the verifier has from before, in any order: the log must go on from each of
/// them. Whatever becomes of a bundle, the result is a verdict; what `read` itself throws passes through.
/// Memory is bounded by one segment of 256 events. Throws ERR_INVALID_ARGUMENT for a known checkpoint of
/// another log, and for a file that never was a bundle.
[[nodiscard]] Verdict verify_bundle(const Read& read, const NoteKey& first_key,
                                    std::vector<Checkpoint> known);

/// The same over bytes in memory.
[[nodiscard]] Verdict verify_bundle(ByteView bundle, const NoteKey& first_key, std::vector<Checkpoint> known);

}  // namespace myqsec::audit
