#include "access/backups.hpp"

#include <algorithm>

#include "access/rights.hpp"
#include "audit/event_text.hpp"
#include "base/error.hpp"

namespace myqsec::access {

namespace {

constexpr Duration shortest_retention = std::chrono::hours(1);  // as the setting has it
constexpr Duration longest_retention = std::chrono::hours(24 * 3650);

std::vector<audit::Change> about(std::uint32_t key_version, Instant expires) {
    return {{"key_version", "", std::to_string(key_version)}, {"expires", "", audit::rfc3339(expires)}};
}

audit::Event event(audit::Action action, const audit::Actor& actor, audit::Result result,
                   std::vector<audit::Change> changes) {
    return {action, actor, {audit::ObjectKind::instance, 0}, result, std::move(changes), {}};
}

}  // namespace

// The end of the work can't be in one transaction with files elsewhere: so its beginning is said first, and a
// backup of which no end is told was cut off, or finished in the instant of a crash.
storage::BackupInfo Backups::create(const Authorised& proof, Folder& to, Duration retention,
                                    const storage::BackupProgress& progress) {
    proof.require(right_name(Right::key_manage));
    if (retention == Duration{}) retention = settings_.duration(settings::Setting::backup_retention);
    if (retention < shortest_retention || retention > longest_retention)
        fail(Status::ERR_INVALID_ARGUMENT, "a backup can be kept for at least 1 hour and at most 3650 days");
    const auto now = vault_.clock().now();
    const auto key = storage::backup_key_until(vault_.keystore(), now, now + retention);
    append(audit::Action::backup_began, proof.actor(), audit::Result::ok, about(key.version, key.expires));
    const auto finished = [&](audit::Result result) {
        append(audit::Action::backup_finished, proof.actor(), result, about(key.version, key.expires));
    };
    storage::BackupInfo info;
    try {
        info = storage::write_backup(vault_, to, key, progress);
    } catch (...) {
        try {
            finished(audit::Result::failed);
        } catch (...) {  // NOLINT(bugprone-empty-catch): the first failure is the one to report
        }
        throw;
    }
    try {
        finished(audit::Result::ok);
    } catch (...) {
        storage::withdraw_backup(to);
        throw;
    }
    return info;
}

std::vector<storage::BackupKeyRow> Backups::keys(const Authorised& proof) const {
    proof.require(right_name(Right::key_manage));
    return storage::backup_keys(vault_.keystore());
}

storage::BackupKey Backups::export_key(const Authorised& proof, std::uint32_t version) {
    proof.require(right_name(Right::key_manage));
    if (version == 0) version = vault_.keystore().newest_version(storage::KeyPurpose::backup);
    auto key = storage::backup_key(vault_.keystore(), version);
    append(audit::Action::backup_key_exported, proof.actor(), audit::Result::ok, about(key.version, key.expires));
    return key;
}

// Said first, and together: a crash before the keys are dropped has it said twice, never not at all.
Instant Backups::tick() {
    const auto now = vault_.clock().now();
    auto expired = storage::backup_keys(vault_.keystore());
    auto next = Instant::max();
    std::erase_if(expired, [&](const storage::BackupKeyRow& key) {
        const bool lives = key.expires > now;
        if (lives) next = std::min(next, key.expires);
        return lives;
    });
    if (expired.empty()) return next;
    storage::Transaction transaction(vault_.main());
    for (const auto& key : expired) {
        audit_.append(transaction, event(audit::Action::backup_key_expired, audit::Actor::system(), audit::Result::ok,
                                         about(key.version, key.expires)));
    }
    transaction.commit();
    storage::drop_expired_backup_keys(vault_.keystore(), now);
    return next;
}

void Backups::append(audit::Action action, const audit::Actor& actor, audit::Result result,
                     std::vector<audit::Change> changes) {
    storage::Transaction transaction(vault_.main());
    audit_.append(transaction, event(action, actor, result, std::move(changes)));
    transaction.commit();
}

}  // namespace myqsec::access
