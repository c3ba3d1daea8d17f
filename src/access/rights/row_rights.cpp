#include "access/rights/row_rights.hpp"

namespace myqsec::access {

namespace {

RowRights::Refusal lacks(Right right, std::string_view where = "") {
    return {right, fmt::format("this needs the right {}{}", right_name(right), where)};
}

}  // namespace

RowRights::RowRights(Authority& authority, const Principal& principal)
    : authority_(authority), principal_(principal), held_(authority.rights(principal)) {}

RowRights::Verdict RowRights::everywhere(Right right) {
    const auto [found, is_new] = everywhere_.try_emplace(right, false);
    if (is_new) found->second = authority_.may(principal_, right);
    return found->second ? Verdict() : lacks(right);
}

RowRights::Verdict RowRights::over(Right right, UserId user) {
    auto refusal = everywhere(right);
    if (!refusal || !user) return refusal;
    if (authority_.may(principal_, right, {.user = user, .queue = {}, .device = {}})) return std::nullopt;
    return lacks(right, " over the user");
}

RowRights::Verdict RowRights::to_act_on(UserId user) {
    return lacking(authority_.rights_of(user), "the user has");
}

RowRights::Verdict RowRights::to_create_inside(GroupId group) {
    if (auto refusal = everywhere(Right::group_manage)) return refusal;
    return group ? power(group).to_hold : std::nullopt;
}

RowRights::Verdict RowRights::to_group(GroupId group, UserId user) {
    if (auto refusal = to_create_inside(group)) return refusal;
    if (!group) return std::nullopt;
    for (const auto& one : all_rights()) {
        if (!power(group).not_of_all.has(one.right)) continue;
        if (!user || !authority_.may(principal_, one.right, {.user = user, .queue = {}, .device = {}}))
            return lacks(one.right, " over whoever enters or leaves the group");
    }
    return std::nullopt;
}

RowRights::Verdict RowRights::lacking(RightSet needed, const std::string& held) {
    const auto missing = needed.without(user_rights()).without(held_);
    for (const auto& one : all_rights()) {
        if (missing.has(one.right))
            return Refusal{one.right, fmt::format("{} the right {}, which you lack", held, one.name)};
    }
    return std::nullopt;
}

const RowRights::Power& RowRights::power(GroupId group) {
    const auto [found, is_new] = powers_.try_emplace(group);
    if (is_new) {
        auto& to_hold = found->second.to_hold;
        to_hold = lacking(authority_.rights_through(group), "the group gives");
        for (const auto queue : authority_.queues_open_to(group)) {
            if (!to_hold &&
                !authority_.may(principal_, Right::queue_manage, {.user = {}, .queue = queue, .device = {}}))
                to_hold = lacks(Right::queue_manage, " in a restricted queue that is open to the group");
        }
        const auto over = authority_.rights_over(group);
        for (const auto& one : all_rights()) {
            if (over.has(one.right) && everywhere(one.right)) found->second.not_of_all |= RightSet{one.right};
        }
    }
    return found->second;
}

}  // namespace myqsec::access
