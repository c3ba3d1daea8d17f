// Grants as the audit log names them, and those that go when what they hang on is deleted.
#pragma once

#include <string>
#include <vector>

#include "access/rights/authority.hpp"
#include "access/rights/roles_store.hpp"

namespace myqsec::access {

/// "user 4 over group 7 in queue 2".
[[nodiscard]] std::string text_of(const Grant& grant);
/// To whom it was given.
[[nodiscard]] audit::Object object_of(const Grant& grant);

/// Who has the grants, by themselves or through a group; by ascending id.
[[nodiscard]] std::vector<UserId> holders(storage::Database& main, const std::vector<GrantRow>& grants);

/// Whoever deletes a role, a group or a queue takes the grants that hang on it: refuses (audited,
/// ERR_ACCESS_DENIED) who may not take each of them. Not inside a transaction.
void authorise_taking(Authority& authority, const Principal& principal, const std::vector<GrantRow>& grants,
                      audit::Object from);
/// role.revoked for each; the caller deletes them, and ends the sessions of their holders.
void audit_taken(audit::AuditLog& audit, storage::Transaction& transaction, const Authorised& proof,
                 const std::vector<GrantRow>& grants);

}  // namespace myqsec::access
