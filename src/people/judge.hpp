// What a row of a file would change, and why it may not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "access/identity/names.hpp"
#include "access/identity/users_store.hpp"
#include "access/rights/row_rights.hpp"
#include "people/columns.hpp"
#include "people/group_tree.hpp"

namespace myqsec::people {

/// A row that its principal lacks a right for.
struct RowRefused : RowError {
    RowRefused(access::Right missing, UserId over, std::string_view of, const std::string& sentence)
        : RowError(Status::ERR_ACCESS_DENIED, of, sentence), right(missing), user(over) {}
    access::Right right;
    UserId user;
};

/// What is to be done for one row. Nothing, if that is so already.
struct Plan {
    std::uint64_t line = 0;
    bool names_nobody = false;
    std::optional<access::store::UserRecord> user;  ///< none: to be created
    LeafId person;                                  ///< of `user`
    access::UserFields fields;                      ///< those that differ
    access::LookupHash name;                        ///< of the name that the row gives, if it gives one
    std::vector<GroupTree::Place> to_enter;
    std::vector<GroupId> to_leave;
    bool loses_rights = false;  ///< by leaving
    std::vector<access::LookupHash> new_cards;
    std::vector<CardId> old_cards;

    [[nodiscard]] bool changes_user() const;
    [[nodiscard]] bool changes_anything() const;
    /// It takes something away on which an administrator's rights may rest.
    [[nodiscard]] bool takes_rights() const;
};

/// Good for the caller's transaction or snapshot.
class Judge {
 public:
    Judge(access::Access& access, storage::Vault& vault, const access::Principal& principal,
          GroupTree& groups);

    /// Throws RowError.
    [[nodiscard]] Plan judge(const PersonRow& row);

 private:
    /// The name that the row gives, in its one spelling.
    std::string find_user(const PersonRow& row, Plan& plan);
    void compare_fields(const PersonRow& row, const std::string& name, Plan& plan);
    void compare_groups(const PersonRow& row, Plan& plan);
    void compare_cards(const PersonRow& row, Plan& plan);
    void check_rights(const PersonRow& row, const Plan& plan);
    void require(const access::RowRights::Verdict& verdict, const Plan& plan, Column column) const;

    access::Access& access_;
    storage::Vault& vault_;
    storage::Database& main_;
    GroupTree& groups_;
    access::RowRights rights_;
    storage::LookupKey name_key_;
    std::vector<storage::LookupKey> card_keys_;
    storage::LeafKeys::Reading keys_;
};

}  // namespace myqsec::people
