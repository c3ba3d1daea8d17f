// Authenticated encryption of small records (keys, fields, keystore slots): XChaCha20-Poly1305 with a random
// nonce (draft-irtf-cfrg-xchacha-03). Callers never see a nonce.
#pragma once

#include <memory>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto {

class AeadOpener;

/// nonce 24 ‖ ciphertext ‖ tag 16.
inline constexpr std::size_t record_overhead = 40;

/// IND-CCA2 under a 32-byte key for up to 2^64 records: nonces are 192 random bits. `context` is
/// authenticated, not stored: it says what the record is and where it belongs, so that records cannot be
/// swapped.
[[nodiscard]] Bytes seal_record(const Secret& key, ByteView context, ByteView plaintext);

/// Opens records under one key: several at less cost each.
class RecordOpener {
 public:
    explicit RecordOpener(const Secret& key);
    ~RecordOpener();
    /// Throws ERR_CORRUPT if key, context or record do not belong together.
    [[nodiscard]] Secret open(ByteView context, ByteView record);

 private:
    std::unique_ptr<AeadOpener> opener_;
};

/// One of them.
[[nodiscard]] Secret open_record(const Secret& key, ByteView context, ByteView record);

}  // namespace myqsec::crypto
