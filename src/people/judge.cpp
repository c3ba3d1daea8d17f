#include "people/judge.hpp"

#include <algorithm>
#include <charconv>

#include "access/identity/credentials_store.hpp"
#include "access/identity/profiles.hpp"
#include "access/identity/user_fields.hpp"

namespace myqsec::people {

using access::Right;
using access::UserFields;
using access::UserState;

namespace {

namespace store = access::store;

[[noreturn]] void refuse(Column column, const std::string& sentence,
                         Status status = Status::ERR_INVALID_ARGUMENT) {
    throw RowError(status, column_name(column), sentence);
}

UserId parse_id(const std::string& text) {
    std::int64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [behind, failure] = std::from_chars(text.data(), end, number);
    if (failure != std::errc() || behind != end || number <= 0)
        refuse(Column::id, "it must be a user's number");
    return UserId(number);
}

/// The field in its one spelling.
std::string prepared(Column column, std::optional<std::string> UserFields::*field, const std::string& text) {
    UserFields one;
    one.*field = text;
    try {
        return *(access::prepared_fields(one).*field);
    } catch (const Error& error) {
        refuse(column, error.what(), error.status());
    }
}

UserState parse_state(const std::string& text) {
    if (text == access::user_state_name(UserState::active)) return UserState::active;
    if (text == access::user_state_name(UserState::disabled)) return UserState::disabled;
    refuse(Column::state, "it must be active or disabled");
}

struct TextField {
    Column column;
    std::optional<std::string> PersonRow::*given;
    std::optional<std::string> UserFields::*field;
    std::string access::User::*present;
};
constexpr TextField text_fields[] = {
    {Column::full_name, &PersonRow::full_name, &UserFields::full_name, &access::User::full_name},
    {Column::email, &PersonRow::email, &UserFields::email, &access::User::email},
    {Column::language, &PersonRow::language, &UserFields::language, &access::User::language},
    {Column::notes, &PersonRow::notes, &UserFields::notes, &access::User::notes},
};

}  // namespace

bool Plan::changes_user() const {
    return !user || fields.user_name || fields.full_name || fields.email || fields.language || fields.notes ||
           fields.state;
}

bool Plan::changes_anything() const {
    const bool groups_or_cards =
        !to_enter.empty() || !to_leave.empty() || !new_cards.empty() || !old_cards.empty();
    return groups_or_cards || (!names_nobody && changes_user());
}

bool Plan::takes_rights() const {
    return user && (fields.state == UserState::disabled || loses_rights);
}

Judge::Judge(access::Access& access, storage::Vault& vault, const access::Principal& principal,
             GroupTree& groups)
    : access_(access),
      vault_(vault),
      main_(vault.main()),
      groups_(groups),
      rights_(access.authority, principal),
      name_key_(vault.lookup_keys().newest(access::lookup_domain::user_name.kind)),
      card_keys_(vault.lookup_keys().all(access::lookup_domain::card.kind)),
      keys_(vault.leaf_keys()) {}

Plan Judge::judge(const PersonRow& row) {
    Plan plan;
    plan.line = row.line;
    plan.names_nobody = row.names_nobody();
    if (plan.names_nobody &&
        (!row.groups || row.full_name || row.email || row.language || row.notes || row.state || row.cards))
        refuse(Column::user_name, "it may not be empty");
    if (!plan.names_nobody) {
        const auto name = find_user(row, plan);
        compare_fields(row, name, plan);
    }
    compare_groups(row, plan);
    compare_cards(row, plan);
    check_rights(row, plan);
    return plan;
}

std::string Judge::find_user(const PersonRow& row, Plan& plan) {
    std::string name;
    if (!row.user_name.empty()) {
        name = prepared(Column::user_name, &UserFields::user_name, row.user_name);
        plan.name =
            access::lookup_hash(name_key_, access::lookup_domain::user_name, access::fold_user_name(name));
        plan.user = store::find_user(main_, plan.name);
    }
    if (row.id.empty()) {
        if (!plan.user) plan.fields.user_name = name;
    } else {
        const auto id = parse_id(row.id);
        // First, so that whoever is not there and whoever is not theirs to know of look the same.
        require(rights_.over(Right::user_manage, id), plan, Column::id);
        if (plan.user && plan.user->id != id)
            refuse(Column::user_name, "another user has that name", Status::ERR_EXISTS);
        if (!plan.user) {
            plan.user = store::find_user(main_, id);
            if (!plan.user) refuse(Column::id, "there is no user of that number", Status::ERR_NOT_FOUND);
        }
    }
    if (plan.user) {
        plan.person = plan.user->person;
        require(rights_.over(Right::user_manage, plan.user->id), plan, Column::user_name);
    }
    return name;
}

void Judge::compare_fields(const PersonRow& row, const std::string& name, Plan& plan) {
    const auto present = plan.user ? access::open_user(*plan.user, keys_.get(plan.person)) : access::User();
    // By another spelling the same person is found; only who is named by number is given that spelling.
    if (plan.user && !row.id.empty() && !name.empty() && present.user_name != name)
        plan.fields.user_name = name;
    for (const auto& one : text_fields) {
        if (!(row.*one.given)) continue;
        auto text = prepared(one.column, one.field, *(row.*one.given));
        if (text != present.*one.present) plan.fields.*one.field = std::move(text);
    }
    if (row.state) {
        const auto state = parse_state(*row.state);
        if (state != present.state) plan.fields.state = state;
    }
}

void Judge::compare_groups(const PersonRow& row, Plan& plan) {
    if (!row.groups) return;
    const auto present = plan.user ? store::memberships_of(main_, plan.user->id) : std::vector<GroupId>();
    std::vector<GroupId> wanted;
    for (const auto& path : *row.groups) {
        auto place = groups_.find(path);
        const bool is_in = std::ranges::find(present, place.group) != present.end();
        const bool is_there = plan.names_nobody && place.group;
        const bool is_said = std::ranges::find(plan.to_enter, place) != plan.to_enter.end();
        wanted.push_back(place.group);
        if (!is_in && !is_there && !is_said) plan.to_enter.push_back(std::move(place));
    }
    for (const auto group : present) {
        if (std::ranges::find(wanted, group) != wanted.end()) continue;
        plan.to_leave.push_back(group);
        plan.loses_rights = plan.loses_rights || !access_.authority.rights_through(group).empty();
    }
}

void Judge::compare_cards(const PersonRow& row, Plan& plan) {
    if (!row.cards) return;
    std::vector<CardId> kept;
    for (const auto& card : *row.cards) {
        std::string number;
        try {
            number = access::normalise_card(card);
        } catch (const Error& error) {
            refuse(Column::cards, error.what(), error.status());
        }
        std::vector<access::LookupHash> hashes;
        for (const auto& key : card_keys_)
            hashes.push_back(access::lookup_hash(key, access::lookup_domain::card, number));
        const auto found = store::find_card(main_, hashes);
        if (found && (!plan.user || found->user != plan.user->id)) {
            refuse(Column::cards, "a card is registered for somebody else; remove it there first",
                   Status::ERR_EXISTS);
        }
        if (found) {
            kept.push_back(found->id);
        } else if (std::ranges::find(plan.new_cards, hashes.front()) == plan.new_cards.end()) {
            plan.new_cards.push_back(hashes.front());
        }
    }
    if (!plan.user || plan.user->cards == 0) return;
    Page page;
    do {
        const auto cards = store::cards_of(main_, plan.user->id, page);
        for (const auto& card : cards) {
            if (std::ranges::find(kept, card.id) == kept.end()) plan.old_cards.push_back(card.id);
        }
        page.after = cards.more;
    } while (page.after != 0);
}

void Judge::require(const access::RowRights::Verdict& verdict, const Plan& plan, Column column) const {
    if (!verdict) return;
    throw RowRefused(verdict->right, plan.user ? plan.user->id : UserId(), column_name(column),
                     verdict->sentence);
}

void Judge::check_rights(const PersonRow& row, const Plan& plan) {
    const auto user = plan.user ? plan.user->id : UserId();
    if (!plan.names_nobody && !user) require(rights_.over(Right::user_manage, user), plan, Column::user_name);
    if (row.cards) require(rights_.over(Right::credential_manage, user), plan, Column::cards);
    const bool acts = plan.changes_user() || !plan.new_cards.empty() || !plan.old_cards.empty();
    if (user && acts) require(rights_.to_act_on(user), plan, Column::user_name);
    for (const auto& place : plan.to_enter) {
        require(
            plan.names_nobody ? rights_.to_create_inside(place.around) : rights_.to_group(place.around, user),
            plan, Column::groups);
    }
    for (const auto group : plan.to_leave)
        require(rights_.to_group(group, user), plan, Column::groups);
}

}  // namespace myqsec::people
