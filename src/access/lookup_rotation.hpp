// Rotation of the keys under which names, cards and PINs are hashed to be found: afterwards nobody can tell
// by trying names whose an old copy of the files was.
#pragma once

#include <optional>

#include "access/rights/authority.hpp"
#include "settings/settings.hpp"

namespace myqsec::access {

class LookupRotation {
 public:
    /// Each login at a device tries every one of them.
    static constexpr std::size_t most_retired = 32;

    LookupRotation(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
                   Authority& authority)
        : vault_(vault), audit_(audit), settings_(settings), authority_(authority) {}

    /// key.manage. All names are hashed anew, and the key that they had is destroyed, for older copies of the
    /// files as well. Cards and PINs are known as hashes only: each is hashed anew when it is presented.
    /// ERR_NOT_POSSIBLE while `most_retired` earlier keys serve those that were not. ERR_INCOMPLETE: done,
    /// but for the older copies; a later tick makes up for it.
    void rotate(const Principal& principal);

    /// Cards and PINs that were not presented since a rotation, and since when those of the oldest key wait.
    struct Waiting {
        std::int64_t credentials = 0;
        std::optional<Instant> since;
    };
    [[nodiscard]] Waiting waiting();

    /// Once cards and PINs have had lookup.retention, and `lag` more, takes some of those that were not
    /// presented since, and, when none is left, destroys the key that they had. Returns when it is next due.
    Instant end_retired(Duration lag);

 private:
    void hash_names_anew(storage::Transaction& transaction);
    /// True if no more are left.
    bool end_some(storage::Transaction& transaction, std::uint32_t key_version);
    void append(storage::Transaction& transaction, audit::Action action, const audit::Actor& actor,
                std::string from, std::string to);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
    Authority& authority_;
};

}  // namespace myqsec::access
