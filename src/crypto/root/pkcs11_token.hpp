// A token of a PKCS #11 module: found, logged in to, and its keys.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/root/pkcs11_module.hpp"
#include "crypto/secret.hpp"

namespace myqsec::crypto::pkcs11 {

/// Logged in while it lives.
class Token {
 public:
    /// `name` is the token's label or serial number; empty takes the only one there is. A wrong PIN is tried
    /// once: tokens lock themselves after a few. An empty PIN is entered at the token's own pad.
    Token(const Module& module, const std::string& name, const Secret& pin);
    ~Token();
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;

    using Key = CK_ULONG;
    /// The AES keys on the token with this CKA_ID or, if that is empty, with this label.
    [[nodiscard]] std::vector<Key> find(ByteView id, const std::string& label) const;
    /// A new AES-256 key that never leaves the token.
    [[nodiscard]] Key generate(ByteView id, const std::string& label) const;
    [[nodiscard]] Bytes id(Key key) const;
    /// Whether the token would give the key away.
    [[nodiscard]] bool can_leave(Key key) const;

    /// AES-256-GCM. A token that makes the nonce itself replaces the one given.
    [[nodiscard]] Bytes seal(Key key, ByteArray<12>& nonce, ByteView context, const Secret& plaintext) const;
    /// Empty if it was not sealed under this key and context.
    [[nodiscard]] Secret open(Key key, ByteArray<12> nonce, ByteView context, ByteView sealed) const;

 private:
    void choose(const std::string& name);
    void require_aes_gcm() const;
    void log_in(const Secret& pin);
    [[nodiscard]] bool flag(Key key, CK_ULONG attribute, bool if_unknown) const;

    const Module& module_;
    CK_ULONG slot_ = 0;
    CK_TOKEN_INFO info_{};
    CK_ULONG session_ = 0;
    bool logged_in_ = false;
};

}  // namespace myqsec::crypto::pkcs11
