// Wraps a container's file key for each recipient, and finds the way back for an identity.
#pragma once

#include <optional>
#include <vector>

#include "crypto/container/container.hpp"
#include "crypto/container/container_header.hpp"
#include "crypto/public_key/certificate.hpp"

namespace myqsec::crypto {

/// One stanza a recipient. Throws ERR_INVALID_ARGUMENT for no recipient at all or for unusable keys.
[[nodiscard]] std::vector<Stanza> wrap_file_key(const Recipients& recipients, ByteView salt,
                                                const Secret& file_key);

/// The file key of the first stanza that `identity` opens; empty if none does. Only a candidate: a stanza
/// copied from another container opens too, so the caller compares the commitment.
[[nodiscard]] std::optional<Secret> unwrap_file_key(const std::vector<Stanza>& stanzas,
                                                    const Identity& identity, ByteView salt);

/// For the holder of a certificate's private key: RSA-OAEP (RFC 8017 §7.1) or ephemeral-static ECDH
/// (SP 800-56A §6.2.2.2) with HKDF and KWP.
[[nodiscard]] Stanza wrap_for_certificate(const Certificate& certificate, ByteView salt,
                                          const Secret& file_key);

/// Empty if the stanza is another certificate's or does not open. Without `certificate`, every stanza that
/// fits the key's kind is tried.
[[nodiscard]] std::optional<Secret> unwrap_with_private_key(const Stanza& stanza, const PrivateKey& key,
                                                            const std::optional<Certificate>& certificate,
                                                            ByteView salt);

}  // namespace myqsec::crypto
