// What a principal may do to many people, one after the other: the answers of Authority, found once.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "access/rights/authority.hpp"

namespace myqsec::access {

/// Good for the transaction or snapshot that the caller has, in which nobody's rights change. Tells, and
/// audits nothing: the caller does, where it is outside of both.
class RowRights {
 public:
    struct Refusal {
        Right right;
        std::string sentence;
    };
    using Verdict = std::optional<Refusal>;  ///< none: allowed

    RowRights(Authority& authority, const Principal& principal);

    /// Over the user, for what it is about; of somebody who is not there yet, without limit.
    [[nodiscard]] Verdict over(Right right, UserId user);
    /// To act on the user's account, beside a right over it: as Authority::require_covers asks.
    [[nodiscard]] Verdict to_act_on(UserId user);
    /// As Groups::create asks for a group inside this one; at the top: none.
    [[nodiscard]] Verdict to_create_inside(GroupId group);
    /// As Groups::add and Groups::remove_member ask; of somebody who is not there yet: none.
    [[nodiscard]] Verdict to_group(GroupId group, UserId user);

 private:
    struct Power {
        Verdict to_hold;      ///< what the group gives
        RightSet not_of_all;  ///< what roles give over its people, and the principal has not over everybody
    };
    [[nodiscard]] Verdict everywhere(Right right);
    [[nodiscard]] Verdict lacking(RightSet needed, const std::string& held);
    [[nodiscard]] const Power& power(GroupId group);

    Authority& authority_;
    const Principal& principal_;
    RightSet held_;
    std::map<Right, bool> everywhere_;
    std::map<GroupId, Power> powers_;
};

}  // namespace myqsec::access
