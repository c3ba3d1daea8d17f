// The one authorisation point.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "access/rights/principal.hpp"
#include "access/rights/refusals.hpp"
#include "access/rights/rights.hpp"
#include "access/rights/sessions.hpp"
#include "audit/event/authorised.hpp"

namespace myqsec::access {

namespace store {
struct EffectiveGrant;
}

class Authority {
 public:
    Authority(storage::Vault& vault, const settings::Settings& settings, Refusals& refusals,
              Sessions& sessions);

    /// Checks that the session is alive (and marks activity), the user active, and the right granted for the
    /// target: a grant limited to a group or a queue counts only for a target in it. A session whose password
    /// must be changed has no right but credential.own: ERR_PASSWORD_CHANGE_REQUIRED. A denial is audited
    /// (session.denied) in a transaction of its own, so call this before opening one. Throws
    /// ERR_ACCESS_DENIED, ERR_SESSION_ENDED. The denial names `object`, where one is given, and not the
    /// target.
    Authorised authorise(const Principal& principal, Right right, const Target& target = {},
                         audit::Object object = {});

    /// For what `others` allows for anybody, and `own` for oneself: proof of the one that applies.
    Authorised authorise_for(const Principal& principal, UserId user, Right own, Right others);
    /// session.host, and no session of anybody who was given it: what the host alone may do.
    Authorised authorise_host(const Principal& principal);

    /// The same answer without audit, without an exception, and without marking activity.
    [[nodiscard]] bool may(const Principal& principal, Right right, const Target& target = {});
    /// The targets for which may() says yes.
    [[nodiscard]] Reach reach(const Principal& principal, Right right);
    /// The same for a list: marks activity, and refuses as authorise() does whoever has the right nowhere.
    [[nodiscard]] Reach authorise_list(const Principal& principal, Right right);

    /// What the principal holds without limit of group or queue.
    [[nodiscard]] RightSet rights(const Principal& principal);
    /// What a user holds, limited grants included.
    [[nodiscard]] RightSet rights_of(UserId user);
    /// What members of a group hold through it and the groups around it.
    [[nodiscard]] RightSet rights_through(GroupId group);
    /// What others hold over members of a group by roles limited to it and to the groups around it.
    [[nodiscard]] RightSet rights_over(GroupId group);

    /// Restricted queues that members of the group may use through it and the groups around it. Which those
    /// are is the spool's to say; until it does, there is none.
    [[nodiscard]] std::vector<QueueId> queues_open_to(GroupId group);
    using QueuesOpenTo = std::function<std::vector<QueueId>(const std::vector<GroupId>&)>;
    void know_queues(QueuesOpenTo open_to) { queues_open_to_ = std::move(open_to); }

    /// Whoever may act on another's account or membership could act as that person: refuses (audited,
    /// ERR_ACCESS_DENIED) unless the principal holds everything in `rights`.
    void require_covers(const Principal& principal, RightSet rights, audit::Object object);
    /// Everything that the user has, or that the group gives.
    void require_covers(const Principal& principal, UserId user);
    void require_covers(const Principal& principal, GroupId group);
    /// Whoever puts people within the reach of others' rights could be one of these others: refuses (audited,
    /// ERR_ACCESS_DENIED) unless the principal has everything in `rights` over each of the people, who come
    /// by ascending id.
    void require_over(const Principal& principal, RightSet rights, const std::vector<UserId>& people,
                      audit::Object object);

    /// The same over a group as such, so over whoever will be in it: without limit, or limited to it or to
    /// one around it.
    void require_over(const Principal& principal, RightSet rights, GroupId group);

    /// As Sessions::require_unlimited and lift_limit, for who changes passwords.
    void require_unlimited(const Principal& principal) const { sessions_.require_unlimited(principal); }
    void lift_limit(const Principal& principal) { sessions_.lift_limit(principal.session); }

    /// As Sessions::revoke.
    [[nodiscard]] Sessions::Revocation end_sessions(storage::Transaction& transaction,
                                                    std::vector<UserId> users, SessionId spared = {}) {
        return sessions_.revoke(transaction, std::move(users), spared);
    }

    /// Audits the refusal (session.denied, counted by session and right) and throws ERR_ACCESS_DENIED. For
    /// rules that a right alone does not express, with a `sentence` of their own where the principal may have
    /// the right. Not inside a transaction.
    [[noreturn]] void deny(const Principal& principal, Right right, audit::Object object = {},
                           std::string_view sentence = {});
    /// The first half of that, for whoever gives another answer.
    void record_denial(const Principal& principal, Right right, audit::Object object);

 private:
    enum class Answer : std::uint8_t { granted, denied, ended };
    [[nodiscard]] bool is_active(const Principal& principal);
    /// In force, directly or through groups.
    [[nodiscard]] std::vector<store::EffectiveGrant> grants_of(UserId user);
    /// The system principal's.
    [[nodiscard]] RightSet rights_of_host() const;
    [[nodiscard]] Answer decide(const Principal& principal, Right right, const Target& target);
    /// `held` says who has rights that the principal must have, too; "" if the right itself is needed.
    void require_all(const Principal& principal, RightSet needed, audit::Object object,
                     const std::string& held);
    [[nodiscard]] std::string sentence_without(const Principal& principal, Right right, audit::Object object);

    storage::Vault& vault_;
    const settings::Settings& settings_;
    Refusals& refusals_;
    Sessions& sessions_;
    QueuesOpenTo queues_open_to_ = [](const std::vector<GroupId>&) { return std::vector<QueueId>(); };
};

}  // namespace myqsec::access
