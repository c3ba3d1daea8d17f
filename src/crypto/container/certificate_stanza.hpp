// Wraps a file key for the holder of a certificate's private key: RSA-OAEP (RFC 8017 §7.1) or
// ephemeral-static ECDH (SP 800-56A §6.2.2.2) with HKDF and KWP.
#pragma once

#include <optional>

#include "crypto/container/container_header.hpp"
#include "crypto/public_key/certificate.hpp"

namespace myqsec::crypto {

[[nodiscard]] Stanza wrap_for_certificate(const Certificate& certificate, ByteView salt,
                                          const Secret& file_key);

/// Empty if the stanza is another certificate's or does not open. Without `certificate`, every stanza that
/// fits the key's kind is tried.
[[nodiscard]] std::optional<Secret> unwrap_with_private_key(const Stanza& stanza, const PrivateKey& key,
                                                            const std::optional<Certificate>& certificate,
                                                            ByteView salt);

}  // namespace myqsec::crypto
