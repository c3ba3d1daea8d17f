// The SQL of users.
#pragma once

#include <optional>
#include <vector>

#include "access/identity/names.hpp"
#include "access/identity/user.hpp"
#include "base/page.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::access::store {

/// A row as stored: personal fields sealed.
struct UserRecord {
    UserId id;
    LookupHash name;
    Bytes user_name;
    Bytes full_name;
    Bytes email;
    Bytes language;
    Bytes notes;
    UserState state = UserState::active;
    Instant created;
    LeafId person;
    audit::Pseudonym pseudonym{};
    std::optional<PasswordUse> password;
    std::optional<PinUse> pin;
    std::int64_t cards = 0;
    std::optional<Instant> password_changed{};
    bool must_change_password = false;
};

/// Throws ERR_EXISTS if the name is taken.
UserId insert_user(storage::Database& main, const UserRecord& record);
void update_user(storage::Database& main, const UserRecord& record);
/// The same name under another look-up key.
void rehash_name(storage::Database& main, UserId user, const LookupHash& name);
/// With credentials, memberships, and grants to the user.
void delete_user(storage::Database& main, UserId user);
[[nodiscard]] std::int64_t count_users(storage::Database& main);

std::optional<UserRecord> find_user(storage::Database& main, UserId user);
std::optional<UserRecord> find_user(storage::Database& main, const LookupHash& name);
std::optional<UserId> find_user(storage::Database& main, const audit::Pseudonym& pseudonym);

/// Which users to list; what is absent means any.
struct UserQuery {
    std::optional<UserState> state;
    GroupId group;                               ///< in it, or in a group inside it
    std::optional<std::vector<GroupId>> within;  ///< the same of one of these
    UserId user;
};
Paged<UserRecord> list_users(storage::Database& main, const UserQuery& query, const Page& page);
/// Every statement that list_users may run, for the test that looks at their plans.
std::vector<std::string_view> user_list_statements();

/// Throws ERR_NOT_FOUND.
UserRecord get_user(storage::Database& main, UserId user);

}  // namespace myqsec::access::store
