// After a rotation of the look-up keys: what is known as a hash only is hashed under the present key when it
// is presented, and until then found under the one before.
#pragma once

#include <string>
#include <string_view>

#include "access/identity/names.hpp"
#include "access/identity/users_store.hpp"
#include "storage/vault.hpp"

namespace myqsec::access {

/// Where a card's label is sealed. Named by the hash and not the row: the hash exists first.
[[nodiscard]] std::string card_label_place(const LookupHash& card);

/// Hashes anew what the user has just proved to have, as far as that is kept under an earlier key. Empty: not
/// presented. In the transaction that lets the user in.
void renew_hashes(storage::Vault& vault, const store::UserRecord& user, std::string_view card,
                  std::string_view pin);

}  // namespace myqsec::access
