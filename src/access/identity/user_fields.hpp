// Between a user as people see it and a row as stored: checking, sealing, opening.
#pragma once

#include <string>

#include "access/identity/user.hpp"
#include "access/identity/users_store.hpp"
#include "crypto/secret.hpp"

namespace myqsec::access {

/// The fields in their one spelling. Throws ERR_INVALID_ARGUMENT for one that is too long or malformed.
[[nodiscard]] UserFields prepared_fields(const UserFields& given);

/// Opens the sealed fields of a row.
[[nodiscard]] User open_user(const store::UserRecord& record, const crypto::Secret& person_key);
/// Only the user name.
[[nodiscard]] std::string open_user_name(const store::UserRecord& record, const crypto::Secret& person_key);

/// What apply_fields changed, for the audit log.
struct FieldChanges {
    std::vector<audit::Change> changes;          ///< the state
    std::vector<audit::PersonalValue> personal;  ///< all others; the earlier value as "old.…"
};

/// Seals into the row the fields that are given and differ.
FieldChanges apply_fields(store::UserRecord& record, const UserFields& fields, storage::Vault& vault,
                          const crypto::Secret& person_key);

}  // namespace myqsec::access
