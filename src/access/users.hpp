// Users. All personal fields are sealed under the user's person key; names are found through a keyed hash.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/identity/user.hpp"
#include "access/rights/authority.hpp"
#include "base/page.hpp"
#include "crypto/secret.hpp"
#include "settings/settings.hpp"
#include "storage/keys/leaf_keys.hpp"

namespace myqsec::access {

/// Which users to list; what is absent means any.
struct UserFilter {
    std::optional<UserState> state;
    GroupId group;                           ///< in it, or in a group inside it
    std::optional<std::string> user_name{};  ///< whole: it is found by its keyed hash
};

struct FirstAdministrator {
    UserId user;
    std::string password;  ///< random; this is the only time it is known
};

/// To whom something is told.
struct Addressee {
    std::string user_name;
    std::string full_name;
    std::string email;
    std::string language;
};

struct NamedKey {
    crypto::Secret key;  ///< the person's
    std::string name;    ///< the user's
};

struct UserWithPin {
    UserId user;
    crypto::Secret pin;  ///< logs in alone; this is the only time it is known
};

class Users {
 public:
    Users(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
          Authority& authority);

    /// The system principal's alone. Replaces one who never logged in, while there is no other user. Throws
    /// ERR_EXISTS once there is an administrator.
    FirstAdministrator create_first_administrator(const Principal& system, const UserFields& fields);

    /// user.manage. Throws ERR_EXISTS, ERR_INVALID_ARGUMENT, ERR_LIMIT.
    UserId create(const Principal& principal, const UserFields& fields);
    /// The same, with a PIN that logs in alone, in one transaction: credential.manage, too. ERR_LIMIT if the
    /// site is too large for PINs alone.
    UserWithPin create_with_pin(const Principal& principal, const UserFields& fields);
    /// user.manage over the user and every right that the user has. Throws ERR_NOT_POSSIBLE for the last
    /// administrator. Disabling a user ends their sessions.
    void change(const Principal& principal, UserId user, const UserFields& fields);
    /// As change(). Destroys the person key; credentials, memberships, grants and sessions go with the user.
    void remove(const Principal& principal, UserId user);
    /// Lifts all locks of the account. As change().
    void unlock(const Principal& principal, UserId user);

    /// user.manage, or oneself.
    [[nodiscard]] User get(const Principal& principal, UserId user);
    /// user.manage or session.host.
    [[nodiscard]] UserId find(const Principal& principal, std::string_view user_name);
    /// Those whom the principal may manage. By id: names are sealed, no database can sort by them.
    [[nodiscard]] Paged<User> list(const Principal& principal, const UserFilter& filter = {},
                                   const Page& page = {});

    /// Called inside remove()'s transaction, before anything is gone: the spool deletes the user's jobs
    /// there.
    using RemovalHook = std::function<void(storage::Transaction&, UserId)>;
    void before_removal(RemovalHook hook);

    // For upper layers, without principal: nothing personal is returned. All else throws ERR_NOT_FOUND.
    [[nodiscard]] bool exists(UserId user);
    [[nodiscard]] std::optional<UserId> named(std::string_view user_name);
    [[nodiscard]] LeafId person(UserId user);  ///< the leaf of the key that seals the person's fields
    [[nodiscard]] crypto::Secret person_key(UserId user);
    [[nodiscard]] audit::Actor actor(UserId user);
    [[nodiscard]] bool is_active(UserId user);  ///< false also for nobody
    /// Whose pseudonym an audit event shows; none once erased.
    [[nodiscard]] std::optional<UserId> with_pseudonym(const audit::Pseudonym& pseudonym);
    /// The user's name as the person's own documents show it (banner, watermark).
    [[nodiscard]] std::string user_name(UserId user);
    /// The same with the key, for lists.
    [[nodiscard]] NamedKey named_key(UserId user, storage::LeafKeys::Reading& keys);
    /// For what the host tells the person.
    [[nodiscard]] Addressee addressee(UserId user);

 private:
    UserId insert(storage::Transaction& transaction, const audit::Actor& actor, const UserFields& fields);
    void erase(storage::Transaction& transaction, const audit::Actor& actor, UserId user);
    void require_authority_over(const Principal& principal, UserId user);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
    Authority& authority_;
    std::vector<RemovalHook> hooks_;
};

}  // namespace myqsec::access
