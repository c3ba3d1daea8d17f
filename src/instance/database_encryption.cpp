#include "instance/database_encryption.hpp"

#include "access/rights/rights.hpp"
#include "base/error.hpp"

namespace myqsec::instance {

namespace {

/// 1 MiB of each database: what else waits for the database waits for a fraction of a second.
constexpr std::uint32_t pages_a_tick = 256;

std::string_view on_or_off(bool on) {
    return on ? "on" : "off";
}

audit::Event event(audit::Action action, const audit::Actor& actor, storage::DatabaseRole database,
                   std::vector<audit::Change> changes) {
    changes.insert(changes.begin(), {"database", "", std::string(storage::database_role_name(database))});
    return {action, actor, audit::Object::instance(), audit::Result::ok, std::move(changes), {}};
}

}  // namespace

storage::DatabaseRole database_named(std::string_view name) {
    for (const auto role : storage::database_roles) {
        if (storage::database_role_name(role) == name) return role;
    }
    fail(Status::ERR_NOT_FOUND, "there is no database '{}'; name main or log", name);
}

void DatabaseEncryption::set(const Authorised& proof, storage::DatabaseRole database, bool on) {
    proof.require(access::right_name(access::Right::key_manage));
    storage::Transaction transaction(vault_.main());
    const bool before = vault_.request_encryption(transaction, database, on);
    if (before == on) return;
    audit_.append(transaction,
                  event(audit::Action::encryption_change_began, proof.actor(), database,
                        {{"encryption", std::string(on_or_off(before)), std::string(on_or_off(on))}}));
    transaction.commit();
}

void DatabaseEncryption::rotate_key(const Authorised& proof, storage::DatabaseRole database) {
    proof.require(access::right_name(access::Right::key_manage));
    rotate(database, proof.actor());
}

void DatabaseEncryption::renew_keys() {
    for (const auto role : storage::database_roles) {
        if (vault_.conversion(role).settled()) rotate(role, audit::Actor::system());
    }
}

// Should the machine stop between both, the key is there: tick() converts to it, and audits that it has
// finished.
void DatabaseEncryption::rotate(storage::DatabaseRole database, const audit::Actor& actor) {
    const auto version = vault_.rotate_database_key(database);
    storage::Transaction transaction(vault_.main());
    audit_.append(transaction,
                  event(audit::Action::key_rotated, actor, database,
                        {{"key_version", std::to_string(version - 1), std::to_string(version)}}));
    transaction.commit();
}

std::vector<EncryptionRow> DatabaseEncryption::list(const Authorised& proof) {
    proof.require(access::right_name(access::Right::key_manage));
    std::vector<EncryptionRow> rows;
    rows.reserve(std::size(storage::database_roles));
    for (const auto role : storage::database_roles)
        rows.push_back({role, vault_.conversion(role)});
    return rows;
}

Instant DatabaseEncryption::tick(const access::Principal& /*principal*/) {
    const bool more = vault_.tick_conversions(pages_a_tick);
    for (const auto role : storage::database_roles) {
        if (!vault_.has_finished_conversion(role)) continue;
        storage::Transaction transaction(vault_.main());
        const auto finished = vault_.take_finished_conversion(transaction, role);
        if (!finished) continue;
        audit_.append(transaction,
                      event(audit::Action::encryption_change_finished, audit::Actor::system(), role,
                            {{"encryption", "", std::string(on_or_off(finished->encrypted))},
                             {"key_version", "", std::to_string(finished->key_version)}}));
        transaction.commit();
    }
    return more ? vault_.clock().now() : Instant::max();
}

}  // namespace myqsec::instance
