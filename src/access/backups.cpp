#include "access/backups.hpp"

#include <algorithm>

#include "access/rights.hpp"
#include "audit/event_text.hpp"
#include "base/error.hpp"

namespace myqsec::access {

namespace {

constexpr Duration longest_retention = std::chrono::hours(24 * 3650);

std::vector<audit::Change> about(std::uint32_t key_version, Instant expires) {
    return {{"key_version", "", std::to_string(key_version)}, {"expires", "", audit::rfc3339(expires)}};
}

}  // namespace

// The end of the work can't be in one transaction with files elsewhere: so its beginning is said first, and a
// backup of which no end is told was cut off, or finished in the instant of a crash.
storage::BackupInfo Backups::create(const Authorised& proof, Folder& to, Duration retention,
                                    const storage::BackupProgress& progress) {
    proof.require(right_name(Right::key_manage));
    if (retention < Duration{} || retention > longest_retention)
        fail(Status::ERR_INVALID_ARGUMENT, "a backup can be kept for at most 3650 days");
    if (retention == Duration{}) retention = settings_.duration(settings::Setting::backup_retention);
    const auto now = vault_.clock().now();
    const auto key = storage::backup_key_until(vault_.keystore(), now, now + retention);
    append(audit::Action::backup_began, proof.actor(), audit::Result::ok, about(key.version, key.expires));
    try {
        auto info = storage::write_backup(vault_, to, key, progress);
        append(audit::Action::backup_finished, proof.actor(), audit::Result::ok, about(key.version, key.expires));
        return info;
    } catch (...) {
        append(audit::Action::backup_finished, proof.actor(), audit::Result::failed,
               about(key.version, key.expires));
        throw;
    }
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

Instant Backups::tick() {
    for (const auto& gone : storage::drop_expired_backup_keys(vault_.keystore(), vault_.clock().now())) {
        append(audit::Action::backup_key_expired, audit::Actor::system(), audit::Result::ok,
               about(gone.version, gone.expires));
    }
    auto next = Instant::max();
    for (const auto& key : storage::backup_keys(vault_.keystore()))
        next = std::min(next, key.expires);
    return next;
}

void Backups::append(audit::Action action, const audit::Actor& actor, audit::Result result,
                     std::vector<audit::Change> changes) {
    storage::Transaction transaction(vault_.main());
    audit_.append(transaction,
                  {action, actor, {audit::ObjectKind::instance, 0}, result, std::move(changes), {}});
    transaction.commit();
}

}  // namespace myqsec::access
