#include "instance/backups.hpp"

#include <algorithm>

#include "access/rights/rights.hpp"
#include "audit/event/event_text.hpp"

namespace myqsec::instance {

namespace {

std::vector<audit::Change> about(std::uint32_t key_version, Instant expires) {
    return {{"key_version", "", std::to_string(key_version)}, {"expires", "", audit::rfc3339(expires)}};
}

audit::Event event(audit::Action action, const audit::Actor& actor, audit::Result result,
                   std::vector<audit::Change> changes) {
    return {action, actor, audit::Object::instance(), result, std::move(changes), {}};
}

}  // namespace

// The end of the work can't be in one transaction with files elsewhere: so its beginning is audited first,
// and a backup without an audited end was cut off, or finished in the instant of a crash.
storage::BackupInfo Backups::create(const Authorised& proof, Folder& to, Duration retention,
                                    const storage::BackupProgress& progress, Folder* earlier) {
    proof.require(access::right_name(access::Right::key_manage));
    const auto& setting = settings::definition(settings::Setting::backup_retention);
    if (retention == Duration{}) retention = settings_.duration(setting.setting);
    settings::require_in_range(setting, retention.count());
    const auto now = vault_.clock().now();
    const auto key = storage::backup_key_until(vault_.keystore(), now, now + retention);
    append(audit::Action::backup_began, proof.actor(), audit::Result::ok, about(key.version, key.expires));
    const auto finished = [&](audit::Result result) {
        append(audit::Action::backup_finished, proof.actor(), result, about(key.version, key.expires));
    };
    storage::BackupInfo info;
    try {
        info = storage::write_backup(vault_, to, key, progress, earlier, spare());
    } catch (...) {
        try {
            finished(audit::Result::failed);
        } catch (...) {  // the first failure is the one to report
        }
        throw;
    }
    try {
        finished(audit::Result::ok);
    } catch (...) {
        storage::withdraw_backup(vault_, to);
        throw;
    }
    return info;
}

std::uint64_t Backups::spare() const {
    using settings::Setting;
    return static_cast<std::uint64_t>(std::max(settings_.integer(Setting::spool_min_free),
                                               2 * settings_.integer(Setting::storage_reserve)));
}

std::vector<storage::BackupKeyRow> Backups::keys(const Authorised& proof) const {
    proof.require(access::right_name(access::Right::key_manage));
    return storage::backup_keys(vault_.keystore());
}

storage::BackupKey Backups::export_key(const Authorised& proof, std::uint32_t version) {
    proof.require(access::right_name(access::Right::key_manage));
    if (version == 0) version = vault_.keystore().newest_version(storage::KeyPurpose::backup);
    auto key = storage::backup_key(vault_.keystore(), version);
    append(audit::Action::backup_key_exported, proof.actor(), audit::Result::ok,
           about(key.version, key.expires));
    return key;
}

Instant Backups::tick(const access::Principal& /*principal*/) {
    if (jobs_.deletion_suspended())
        return Instant::max();  // a clock that ran ahead must not take keys with it
    const auto now = vault_.clock().now();
    std::vector<storage::BackupKeyRow> expired;
    auto next = Instant::max();
    for (const auto& key : storage::backup_keys(vault_.keystore())) {
        if (key.expires <= now) {
            expired.push_back(key);
        } else {
            next = std::min(next, key.expires);
        }
    }
    if (!expired.empty()) destroy(expired);
    return next;
}

// Audited first, and together: a crash before the keys are dropped has it audited twice, never not at all.
void Backups::destroy(std::span<const storage::BackupKeyRow> expired) {
    storage::Transaction transaction(vault_.main());
    for (const auto& key : expired) {
        audit_.append(transaction, event(audit::Action::backup_key_expired, audit::Actor::system(),
                                         audit::Result::ok, about(key.version, key.expires)));
    }
    transaction.commit();
    storage::drop_backup_keys(vault_.keystore(), expired);
}

void Backups::append(audit::Action action, const audit::Actor& actor, audit::Result result,
                     std::vector<audit::Change> changes) {
    storage::Transaction transaction(vault_.main());
    audit_.append(transaction, event(action, actor, result, std::move(changes)));
    transaction.commit();
}

Findings Restoration::recover() {
    Findings findings;
    const auto restoration = vault_.restoration();
    if (!restoration || (restoration->audited && !vault_.has_outside_counters())) return findings;
    renew_key_tree(*restoration);
    if (!restoration->audited) {
        encryption_.renew_keys();
        findings.push_back({"restored", fmt::format("the instance was restored from a backup of {}",
                                                    audit::rfc3339(restoration->of))});
    }
    audit_.renew_key();  // writes to the log, whose counter it takes along
    vault_.settle_restoration();
    return findings;
}

void Restoration::renew_key_tree(const storage::Restoration& restoration) {
    storage::Transaction transaction(vault_.main());
    if (!restoration.audited) {
        audit_.append(transaction, {audit::Action::instance_restored,
                                    audit::Actor::system(),
                                    audit::Object::instance(),
                                    audit::Result::ok,
                                    {{"backup_of", "", audit::rfc3339(restoration.of)}},
                                    {}});
    }
    static_cast<void>(vault_.leaf_keys().record_root(transaction));
    vault_.leaf_keys().mark_all(transaction);
    vault_.leaf_keys().commit_erased(transaction);
}

}  // namespace myqsec::instance
