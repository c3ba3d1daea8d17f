// The vault's part in conversions: the requested form is a row of the main database, the key versions are the
// keystore's, and each database itself says what is done. Comparing the three tells at any time, also after a
// crash, what comes next.
#include <utility>

#include "base/error.hpp"
#include "crypto/random.hpp"
#include "storage/database_forms_store.hpp"
#include "storage/vault.hpp"

namespace myqsec::storage {

namespace {

KeyPurpose purpose_of(DatabaseRole role) {
    return role == DatabaseRole::main ? KeyPurpose::main_database : KeyPurpose::log_database;
}

void drop_older_keys(Keystore& keystore, Database& database, KeyPurpose purpose, std::uint32_t in_force) {
    const auto versions = keystore.keys().versions(purpose);
    if (versions.empty() || versions.front() >= in_force) return;
    keystore.change([&](KeySet& keys) {
        for (const std::uint32_t version : versions) {
            if (version < in_force) keys.drop(purpose, version);
        }
    });
    for (const std::uint32_t version : versions) {
        if (version < in_force) database.drop_key(version);
    }
}

bool is_audited(const store::RequestedForm& requested, const DatabaseForm& form) {
    return requested.audited_encrypted == form.encrypted && requested.audited_key_version == form.key_version;
}

}  // namespace

std::string_view database_role_name(DatabaseRole role) noexcept {
    return role == DatabaseRole::main ? "main" : "log";
}

Database& Vault::database(DatabaseRole role) {
    return role == DatabaseRole::main ? main() : log();
}

bool Vault::request_encryption(Transaction& transaction, DatabaseRole role, bool encrypted) {
    auto requested = store::requested_form(transaction.database(), role);
    const bool before = std::exchange(requested.encrypted, encrypted);
    if (before != encrypted) store::set_requested_form(transaction.database(), role, requested);
    return before;
}

std::uint32_t Vault::rotate_database_key(DatabaseRole role) {
    std::uint32_t version = 0;
    keystore().change([&](KeySet& keys) {
        version = keys.newest(purpose_of(role)) + 1;
        if (keys.versions(purpose_of(role)).size() > 1) {
            fail(Status::ERR_NOT_POSSIBLE,
                 "the key of the {} database is being replaced already; wait until ticks have finished "
                 "that",
                 database_role_name(role));
        }
        keys.put(purpose_of(role), version, crypto::random_secret(key_size));
    });
    return version;
}

ConversionStatus Vault::conversion(DatabaseRole role) {
    return {database(role).form(), store::requested_form(main(), role).encrypted,
            keystore().newest_version(purpose_of(role))};
}

bool Vault::convert(DatabaseRole role, std::uint32_t pages) {
    Database& database = this->database(role);
    const KeyPurpose purpose = purpose_of(role);
    if (database.form().converting) {
        if (!database.convert(pages)) return true;
    }
    const ConversionStatus status = conversion(role);
    if (!status.settled()) {
        database.begin_conversion(status.requested_encrypted, status.newest_key_version,
                                  keystore().key(purpose, status.newest_key_version));
        return true;
    }
    drop_older_keys(keystore(), database, purpose, status.form.key_version);
    return false;
}

bool Vault::tick_conversions(std::uint32_t pages) {
    bool more = false;
    for (const DatabaseRole role : database_roles) {
        try {
            more = convert(role, pages) || more;
        } catch (const Error& error) {
            if (error.status() != Status::ERR_NOT_POSSIBLE) throw;
            more = true;  // another thread uses it at this moment
        }
    }
    return more;
}

bool Vault::has_finished_conversion(DatabaseRole role) {
    const ConversionStatus status = conversion(role);
    return status.settled() && !is_audited(store::requested_form(main(), role), status.form);
}

std::optional<DatabaseForm> Vault::take_finished_conversion(Transaction& transaction, DatabaseRole role) {
    auto requested = store::requested_form(transaction.database(), role);
    const DatabaseForm form = database(role).form();
    if (form.converting || is_audited(requested, form)) return std::nullopt;  // another thread was faster
    requested.audited_encrypted = form.encrypted;
    requested.audited_key_version = form.key_version;
    store::set_requested_form(transaction.database(), role, requested);
    return form;
}

std::vector<Vault::Finding> Vault::take_alarms() {
    std::vector<Finding> alarms;
    for (const DatabaseRole role : database_roles) {
        if (!database(role).take_alarm()) continue;
        alarms.push_back({fmt::format("{}-page-replaced", database_role_name(role)),
                          fmt::format("a page of '{}' was replaced by an earlier version of itself",
                                      database(role).name())});
    }
    return alarms;
}

}  // namespace myqsec::storage
