// Who is asking. Every operation names its principal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "access/rights/rights.hpp"
#include "audit/event/event.hpp"
#include "base/id.hpp"

namespace myqsec::access {

enum class PrincipalKind : std::uint8_t {
    system,  ///< the host process itself
    user,    ///< a user's session away from any device
    device,  ///< a user's session at a device
};

struct Principal {
    PrincipalKind kind = PrincipalKind::system;
    UserId user;
    SessionId session;
    DeviceId device;
    audit::Actor actor;
    std::optional<RightSet> only{};  ///< what a session may use of its user's rights; none: all

    static Principal system() { return {PrincipalKind::system, {}, {}, {}, audit::Actor::system()}; }
    /// True if `who` is the person asking.
    [[nodiscard]] bool is(UserId who) const { return user && user == who; }
};

/// Where a principal has a right: what a list of its objects shows. Found once for a list, not once a row.
struct Reach {
    /// Over the users in a group, and in the groups inside it, as far as what is theirs lies in a queue.
    struct Both {
        GroupId group;
        QueueId queue;
    };

    bool everywhere = false;
    std::vector<GroupId> groups;  ///< over the users in these, and in the groups inside them
    std::vector<QueueId> queues;  ///< in these
    std::vector<Both> both{};

    [[nodiscard]] bool nowhere() const {
        return !everywhere && groups.empty() && queues.empty() && both.empty();
    }
    [[nodiscard]] bool has(QueueId queue) const {
        return everywhere || std::find(queues.begin(), queues.end(), queue) != queues.end();
    }
};

/// What an operation is about, as far as a grant may be limited to it.
struct Target {
    UserId user;
    QueueId queue;
    DeviceId device;
};

}  // namespace myqsec::access
