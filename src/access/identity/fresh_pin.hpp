// A PIN that logs in alone, made for a person: with them, when they come in from elsewhere, or later.
#pragma once

#include "access/identity/credentials_store.hpp"
#include "audit/audit_log.hpp"
#include "crypto/secret.hpp"
#include "settings/settings.hpp"
#include "storage/vault.hpp"

namespace myqsec::access {

struct FreshPin {
    crypto::Secret pin;  ///< shown once
    store::PinRecord record;
};

/// Random, and nobody else's. In the transaction that stores it. ERR_LIMIT if the site is too large for PINs
/// alone.
[[nodiscard]] FreshPin fresh_pin(storage::Vault& vault, const settings::Settings& settings, UserId user);

/// The same, stored and audited (credential.added) for a user who is made in this transaction, by whom the
/// caller has seen to have credential.manage.
[[nodiscard]] crypto::Secret give_fresh_pin(storage::Transaction& transaction, storage::Vault& vault,
                                            const settings::Settings& settings, audit::AuditLog& audit,
                                            const audit::Actor& actor, UserId user);

}  // namespace myqsec::access
