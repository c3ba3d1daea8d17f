// Break-glass: whoever holds the root key gives an administrator a new password, loudly, and not at once
// unless with a recovery code that an administrator has kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/rights/authority.hpp"
#include "crypto/root/root_provider.hpp"
#include "settings/settings.hpp"

namespace myqsec::access {

class Recovery {
 public:
    Recovery(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
             Authority& authority, Sessions& sessions)
        : vault_(vault), audit_(audit), settings_(settings), authority_(authority), sessions_(sessions) {}

    /// A new recovery code, for paper in a safe; an earlier one ends. Whoever has all rights; the system
    /// principal as long as none was made and nobody has logged in.
    std::string make_code(const Principal& principal);

    struct Recovered {
        std::string password;  ///< random; this is the only time it is known
        Instant from;          ///< when it begins to work
    };
    /// The system principal, with the root secret once more. The user must be an administrator already, and
    /// stays the same one: when the password begins to work, the earlier one ends, and so do sessions and
    /// locks; it does not if the user is no active administrator any more by then. Until then whoever sets
    /// that user's password undoes it. Without code after recovery.delay. ERR_WRONG_KEY, ERR_NOT_FOUND,
    /// ERR_NOT_POSSIBLE (no active administrator), ERR_AUTHENTICATION (the code).
    Recovered recover(const Principal& system, crypto::RootProvider& root, std::string_view user_name,
                      std::optional<std::string_view> code);

    /// Lets passwords begin to work that are due. Returns when the next one is, Instant::max() for none.
    Instant finish_due();

 private:
    /// ERR_WRONG_KEY, audited.
    void require_root(const Authorised& proof, crypto::RootProvider& root);
    /// That nothing began, for what was given was wrong; commits.
    void append_failure(storage::Transaction& transaction, const Authorised& proof, audit::Object object,
                        std::string_view wrong);
    [[nodiscard]] UserId administrator(std::string_view user_name);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
    Authority& authority_;
    Sessions& sessions_;
};

}  // namespace myqsec::access
