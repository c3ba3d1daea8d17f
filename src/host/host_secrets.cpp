#include "host/host_secrets.hpp"

#include "base/error.hpp"
#include "crypto/aead.hpp"
#include "host/host_name.hpp"

namespace myqsec::host {

using access::Right;

namespace {

/// Binds what is sealed to its name, so that no secret can be put in another's place.
std::string context_of_secret(std::string_view name) {
    return fmt::format("host-secret:{}", name);
}

store::SecretRecord require_secret(storage::Database& main, const std::string& name) {
    auto found = store::find_secret(main, name);
    if (!found) fail(Status::ERR_NOT_FOUND, "there is no host secret '{}'", name);
    return *std::move(found);
}

audit::Event secret_event(audit::Action action, const Authorised& proof, const std::string& name,
                          std::string_view from, std::string_view to) {
    return change_event(action, proof, audit::Object::instance(),
                        {{name, std::string(from), std::string(to)}});
}

}  // namespace

void HostSecrets::set(const access::Principal& principal, std::string_view given, ByteView value) {
    const auto proof = authority_.authorise(principal, Right::host_secret_change);
    const auto name = host_name("a host secret", given);
    if (value.empty() || value.size() > longest_secret) {
        fail(Status::ERR_INVALID_ARGUMENT, "the host secret '{}' must have 1 to {} bytes, not {}", name,
             longest_secret, value.size());
    }
    auto& keys = vault_.leaf_keys();
    storage::Transaction transaction(vault_.main());
    const auto before = store::find_secret(vault_.main(), name);
    if (!before && store::count_secrets(vault_.main()) >= most_secrets)
        fail(Status::ERR_LIMIT, "there are {} host secrets already; remove one first", most_secrets);
    store::SecretRecord record;
    record.name = name;
    record.leaf = keys.create(transaction, storage::LeafKind::host_secret);
    record.sealed = crypto::seal_record(keys.get(record.leaf), as_bytes(context_of_secret(name)), value);
    record.changed = vault_.clock().now();
    store::save_secret(vault_.main(), record);
    if (before) keys.destroy(transaction, before->leaf);
    audit_.append(transaction, secret_event(audit::Action::host_secret_changed, proof, name,
                                            before ? "set" : "", before ? "replaced" : "set"));
    transaction.commit();
}

void HostSecrets::remove(const access::Principal& principal, std::string_view given) {
    const auto proof = authority_.authorise(principal, Right::host_secret_change);
    const auto name = host_name("a host secret", given);
    storage::Transaction transaction(vault_.main());
    const auto record = require_secret(vault_.main(), name);
    store::delete_secret(vault_.main(), name);
    vault_.leaf_keys().destroy(transaction, record.leaf);
    audit_.append(transaction,
                  secret_event(audit::Action::host_secret_changed, proof, name, "set", "removed"));
    transaction.commit();
}

crypto::Secret HostSecrets::get(const access::Principal& principal, std::string_view given) {
    const auto proof = authority_.authorise(principal, Right::host_secret_read);
    const auto name = host_name("a host secret", given);
    storage::Transaction transaction(vault_.main());
    const auto record = require_secret(vault_.main(), name);
    auto value = crypto::open_record(vault_.leaf_keys().get(record.leaf), as_bytes(context_of_secret(name)),
                                     record.sealed);
    audit_.append(transaction, secret_event(audit::Action::host_secret_read, proof, name, "", "read"));
    transaction.commit();
    return value;
}

Paged<store::SecretRecord> HostSecrets::list(const access::Principal& principal, const Page& page) {
    if (!authority_.may(principal, Right::host_secret_change))
        (void)authority_.authorise(principal, Right::host_secret_read);
    return store::list_secrets(vault_.main(), page);
}

}  // namespace myqsec::host
