// What an instance does for itself in a tick, where no layer alone knows enough to do it.
#pragma once

#include <atomic>

#include "access/access.hpp"
#include "audit/audit_log.hpp"
#include "instance/domain.hpp"
#include "settings/settings.hpp"
#include "spool/jobs.hpp"

namespace myqsec::instance {

class SessionExpiry final : public Domain {
 public:
    SessionExpiry(storage::Vault& vault, const settings::Settings& settings, access::Sessions& sessions)
        : vault_(vault), settings_(settings), sessions_(sessions) {}
    Instant tick(const access::Principal& principal) override;
    [[nodiscard]] Duration soonest() override;

 private:
    storage::Vault& vault_;
    const settings::Settings& settings_;
    access::Sessions& sessions_;
};

/// Looks for pages that were put back, and audits those that were found since, here or by who read them.
class PageAlarms final : public Domain {
 public:
    PageAlarms(storage::Vault& vault, audit::AuditLog& audit) : vault_(vault), audit_(audit) {}
    Instant tick(const access::Principal& principal) override;
    /// Whether a tick has found nothing left to compare.
    [[nodiscard]] bool has_compared() const { return compared_; }

 private:
    storage::Vault& vault_;
    audit::AuditLog& audit_;
    std::atomic<bool> compared_ = false;
};

/// Moves what the databases' logs hold into their files, so that no commit has to.
class Checkpoints final : public Domain {
 public:
    explicit Checkpoints(storage::Vault& vault) : vault_(vault) {}
    Instant tick(const access::Principal& principal) override;

 private:
    storage::Vault& vault_;
};

/// The log's signing epochs and retention.
class AuditUpkeep final : public Domain {
 public:
    AuditUpkeep(audit::AuditLog& audit, const settings::Settings& settings, access::Access& access,
                const spool::Jobs& jobs)
        : audit_(audit), settings_(settings), authority_(access.authority), jobs_(jobs) {}
    Instant tick(const access::Principal& principal) override;

 private:
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
    access::Authority& authority_;
    const spool::Jobs& jobs_;
};

/// The end of look-up keys that a rotation has retired.
class LookupKeyUpkeep final : public Domain {
 public:
    LookupKeyUpkeep(access::Access& access, const spool::Jobs& jobs)
        : rotation_(access.lookup_rotation), jobs_(jobs) {}
    Instant tick(const access::Principal& principal) override;

 private:
    access::LookupRotation& rotation_;
    const spool::Jobs& jobs_;
};

/// The end of grants that have one. They are out of force from that instant on, whether or not this was
/// called.
class GrantUpkeep final : public Domain {
 public:
    GrantUpkeep(access::Access& access, const spool::Jobs& jobs) : roles_(access.roles), jobs_(jobs) {}
    Instant tick(const access::Principal& principal) override;

 private:
    access::Roles& roles_;
    const spool::Jobs& jobs_;
};

/// The turns of the key tree that complete erasures, what the main database knows of the keystore in the end,
/// and whether another root key opened the instance.
class KeyTreeUpkeep final : public Domain {
 public:
    KeyTreeUpkeep(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings)
        : vault_(vault), audit_(audit), settings_(settings) {}
    Findings recover() override;
    Instant tick(const access::Principal& principal) override;
    [[nodiscard]] Duration soonest() override;

 private:
    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
};

/// Keeps the room that a full disk leaves to deletion, and takes it again when there is some.
class DiskReserve final : public Domain {
 public:
    DiskReserve(storage::Vault& vault, const settings::Settings& settings)
        : vault_(vault), settings_(settings) {}
    Findings recover() override;
    Instant tick(const access::Principal& principal) override;

 private:
    bool keep();

    storage::Vault& vault_;
    const settings::Settings& settings_;
};

/// The event of something that an opening or a tick found.
[[nodiscard]] audit::Event damage_found(const storage::Vault::Finding& finding);

}  // namespace myqsec::instance
