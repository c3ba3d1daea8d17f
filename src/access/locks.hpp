// Locks as administrators see them: which are in force, and lifting one.
#pragma once

#include <string>

#include "access/identity/lockout.hpp"
#include "access/rights/authority.hpp"
#include "base/page.hpp"

namespace myqsec::access {

struct Lock {
    std::int64_t id = 0;
    LockScope scope{};
    UserId user;         ///< of an account; 0: a name or card that nobody has
    DeviceId device;     ///< the device, or where the account is locked although it is known there
    std::string source;  ///< likewise
    std::string method;  ///< "name-pin", …; of a device or source "typed" or "card"
    std::int64_t entries = 0;
    Instant until;
};

/// user.manage over the user; device.manage or user.manage for devices; user.manage everywhere for sources,
/// the site, and names that nobody has.
class Locks {
 public:
    Locks(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
          Authority& authority)
        : vault_(vault), audit_(audit), settings_(settings), authority_(authority) {}

    /// Those in force that the principal may lift, by id.
    [[nodiscard]] Paged<Lock> list(const Principal& principal, const Page& page = {});
    /// Ends it and forgets the entries that led to it. ERR_NOT_FOUND also once it is over, or where it is not
    /// in the principal's list.
    void lift(const Principal& principal, std::int64_t lock);
    /// How many there are, of the first thousand: without principal, for it names nobody.
    [[nodiscard]] std::int64_t in_force();
    /// At each opening, as Lockout::keep_time().
    void keep_time();

 private:
    /// Refuses whoever may lift none.
    void require_listing(const Principal& principal);
    [[nodiscard]] bool may_lift(const Principal& principal, const store::LockRow& lock);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
    Authority& authority_;
};

}  // namespace myqsec::access
