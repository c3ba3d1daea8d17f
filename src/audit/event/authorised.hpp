// Proof that a principal may do something. Declared down here, so that layers below access/ can demand it.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "audit/event/event.hpp"
#include "base/error.hpp"
#include "base/id.hpp"

namespace myqsec::access {
class Authority;
}

namespace myqsec {

/// Only access::Authority makes one, after it has checked session, user and right. Good for the operation at
/// hand; never stored.
class Authorised {
 public:
    /// Who acts, for the audit log.
    [[nodiscard]] const audit::Actor& actor() const { return actor_; }
    /// 0 for the system principal.
    [[nodiscard]] UserId user() const { return user_; }
    /// The name of the right that was checked; proof of one right is no proof of another.
    [[nodiscard]] std::string_view right() const { return right_; }
    /// Throws ERR_INTERNAL unless this proves `right`.
    void require(std::string_view right) const {
        if (right_ != right)
            fail(Status::ERR_INTERNAL, "proof of the right {} was offered where {} is needed", right_, right);
    }

 private:
    friend class access::Authority;
    Authorised(const audit::Actor& actor, UserId user, std::string_view right)
        : actor_(actor), user_(user), right_(right) {}

    audit::Actor actor_;
    UserId user_;
    std::string_view right_;
};

/// What its principal changed of an object.
[[nodiscard]] inline audit::Event change_event(audit::Action action, const Authorised& proof,
                                               audit::Object object, std::vector<audit::Change> changes) {
    return {action, proof.actor(), object, audit::Result::ok, std::move(changes), {}};
}

}  // namespace myqsec
