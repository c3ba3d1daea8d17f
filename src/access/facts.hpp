// What happens to users, groups and cards, each fact with its event. Written in the caller's transaction;
// what the principal must have for it, the caller has checked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/identity/names.hpp"
#include "access/identity/user.hpp"
#include "access/identity/users_store.hpp"
#include "audit/audit_log.hpp"
#include "storage/keys/leaf_keys.hpp"

namespace myqsec::access {

class Facts {
 public:
    /// All of them are outlived by what they refer to.
    Facts(storage::Vault& vault, audit::AuditLog& audit, storage::Transaction& transaction,
          const audit::Actor& actor)
        : vault_(vault), audit_(audit), transaction_(transaction), actor_(actor) {}

    /// Fields as prepared_fields() gives them. Throws ERR_EXISTS if the name is taken.
    UserId add_user(const UserFields& fields, const storage::LeafKeys::FreshKey& person);

    struct Changed {
        bool anything = false;
        bool state = false;
    };
    /// Nothing is written, and no event, if nothing differs. Throws ERR_EXISTS.
    Changed change_user(store::UserRecord& record, const UserFields& fields);

    /// Throws ERR_EXISTS if the name is taken.
    GroupId add_group(const std::string& name, GroupId parent);
    /// False if that was so already.
    bool add_member(GroupId group, UserId user);
    bool remove_member(GroupId group, UserId user);

    struct NewCard {
        UserId user;
        LookupHash hash;
        std::string label;
        std::optional<Instant> expires;
    };
    /// Throws ERR_EXISTS if the card is somebody's.
    CardId add_card(const NewCard& card, const crypto::Secret& person_key);
    void remove_card(CardId card, UserId owner);

 private:
    void append(audit::Action action, audit::Object object, std::vector<audit::Change> changes);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    storage::Transaction& transaction_;
    audit::Actor actor_;
};

}  // namespace myqsec::access
