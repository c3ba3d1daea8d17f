// Wraps a container's file key for each recipient, and finds the way back for an identity.
#pragma once

#include <optional>
#include <vector>

#include "crypto/container/container.hpp"
#include "crypto/container/container_header.hpp"

namespace myqsec::crypto {

/// One stanza a recipient. Throws ERR_INVALID_ARGUMENT for no recipient at all or for unusable keys.
[[nodiscard]] std::vector<Stanza> wrap_file_key(const Recipients& recipients, ByteView salt,
                                                const Secret& file_key);

/// The file key of the first stanza that `identity` opens; empty if none does. Only a candidate: a stanza
/// copied from another container opens too, so the caller compares the commitment.
[[nodiscard]] std::optional<Secret> unwrap_file_key(const std::vector<Stanza>& stanzas,
                                                    const Identity& identity, ByteView salt);

}  // namespace myqsec::crypto
