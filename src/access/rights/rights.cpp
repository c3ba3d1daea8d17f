#include "access/rights/rights.hpp"

#include <algorithm>
#include <vector>

#include "base/error.hpp"

namespace myqsec::access {

namespace {

constexpr RightDefinition rights_table[] = {
#define MYQSEC_RIGHT(enumerator, name, limit, meaning) {Right::enumerator, name, Limit::limit, meaning},
#include "access/rights/rights.def"
#undef MYQSEC_RIGHT
};
static_assert(std::size(rights_table) <= 64, "a RightSet is one 64-bit mask");

constexpr RightSet all_of_them = [] {
    RightSet set;
    for (const auto& one : rights_table)
        set |= RightSet{one.right};
    return set;
}();

constexpr RightSet own_rights{Right::job_submit,       Right::job_release_own,       Right::job_manage_own,
                              Right::job_preview_own,  Right::device_login,          Right::profile_own,
                              Right::job_delegate_own, Right::job_release_delegated, Right::credential_own};

constexpr RightSet system_rights{
    Right::job_submit_for_others, Right::instance_tick,       Right::session_host,
    Right::host_event_record,     Right::host_secret_read,    Right::host_secret_change,
    Right::host_setting_read,     Right::host_setting_change, Right::notification_read,
    Right::notification_manage,   Right::health_read};

// Stored grants refer to the ids: append only. Ids from 1000 on are those of custom roles.
constexpr BuiltInRole roles_table[] = {
    {administrator_role, "administrator", all_of_them, true},
    {RoleId(2),
     "user-administrator",
     {Right::user_manage, Right::group_manage, Right::credential_manage},
     true},
    {RoleId(3), "device-administrator", {Right::device_manage, Right::settings_read_devices}, true},
    {RoleId(4),
     "queue-administrator",
     {Right::queue_manage, Right::job_manage_all, Right::job_release_all},
     true},
    {RoleId(5),
     "auditor",
     {Right::audit_read, Right::settings_read_login, Right::settings_read_devices, Right::settings_read_jobs,
      Right::settings_read_storage, Right::settings_read_audit, Right::health_read},
     true},
    {RoleId(6), "user", own_rights, false},
    {RoleId(7), "host", system_rights, false},
};

}  // namespace

std::span<const RightDefinition> all_rights() {
    return rights_table;
}

std::string_view right_name(Right right) {
    return rights_table[static_cast<std::size_t>(right)].name;
}

namespace {

/// The rights to the areas stand in their order.
Right of_area(Right first, settings::Area area) {
    return static_cast<Right>(static_cast<std::size_t>(first) + static_cast<std::size_t>(area));
}

/// What was given for a right may be anything, also what belongs in no message.
bool may_be_repeated(std::string_view word) {
    constexpr std::size_t longest_shown = 40;
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_'; };
    return word.size() <= longest_shown && std::ranges::all_of(word, plain);
}

}  // namespace

Right right_to_change(settings::Area area) {
    return of_area(Right::settings_change_login, area);
}

Right right_to_read(settings::Area area) {
    return of_area(Right::settings_read_login, area);
}

RightSet rights_within(Limit limit) {
    RightSet set;
    for (const auto& one : rights_table) {
        if ((static_cast<unsigned>(one.limit) & static_cast<unsigned>(limit)) != 0)
            set |= RightSet{one.right};
    }
    return set;
}

RightSet rights_within_both() {
    return rights_within(Limit::group) & rights_within(Limit::queue);
}

RightSet RightSet::all() {
    return all_of_them;
}

RightSet RightSet::parse(std::string_view names) {
    RightSet set;
    while (!names.empty()) {
        const auto word = names.substr(0, names.find(' '));
        names.remove_prefix(std::min(word.size() + 1, names.size()));
        if (word.empty()) continue;
        const auto found = std::ranges::find(rights_table, word, &RightDefinition::name);
        if (found == std::end(rights_table)) {
            if (!may_be_repeated(word))
                fail(Status::ERR_INVALID_ARGUMENT, "what is given is no right; list the rights to see all");
            fail(Status::ERR_INVALID_ARGUMENT, "there is no right '{}'; list the rights to see all", word);
        }
        set |= RightSet{found->right};
    }
    return set;
}

std::string RightSet::names() const {
    std::string text;
    for (const auto& one : rights_table) {
        if (!has(one.right)) continue;
        if (!text.empty()) text += ' ';
        text += one.name;
    }
    return text;
}

std::span<const BuiltInRole> built_in_roles() {
    return roles_table;
}
RightSet user_rights() {
    return own_rights;
}
RightSet host_rights() {
    return system_rights;
}

RightSet device_session_rights() {
    return {Right::job_submit,      Right::job_release_own, Right::job_release_delegated,
            Right::job_manage_own,  Right::job_preview_own, Right::device_login,
            Right::job_release_all, Right::job_manage_all,  Right::profile_own};
}

RightSet vouched_session_rights() {
    return own_rights.without({Right::credential_own, Right::job_delegate_own, Right::device_login});
}

}  // namespace myqsec::access
