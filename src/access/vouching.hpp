// Sessions for people whom somebody else has authenticated: a directory, an identity provider, Kerberos.
#pragma once

#include <optional>
#include <string_view>

#include "access/rights/authority.hpp"

namespace myqsec::access {

/// What the voucher answers for.
struct VouchedLogin {
    UserId user;
    std::string_view method;  ///< how the person showed who they are: 1 to 64 of a-z, 0-9, '-', '.', '_'
    std::string_view issuer;  ///< who says so; 1 to 255 bytes
    std::string_view source;  ///< where from; "" for the host itself
    std::optional<RightSet> rights;  ///< what it may use; none: vouched_session_rights()
};

class Vouching {
 public:
    Vouching(storage::Vault& vault, Authority& authority, Sessions& sessions)
        : vault_(vault), authority_(authority), sessions_(sessions) {}

    /// session.vouch over the user. The session may use what is in `rights` of the user's own, of which the
    /// voucher has all that not everybody has; if that lets it set credentials, which outlast the session,
    /// the voucher has every right of the user. Audits session.vouched. Locks that wrong entries began stop
    /// nobody here: nothing is guessed. Throws ERR_NOT_FOUND (also disabled), ERR_ACCESS_DENIED,
    /// ERR_NOT_POSSIBLE (oneself), ERR_INVALID_ARGUMENT, ERR_LIMIT.
    Principal vouch(const Principal& voucher, const VouchedLogin& login);

 private:
    storage::Vault& vault_;
    Authority& authority_;
    Sessions& sessions_;
};

}  // namespace myqsec::access
