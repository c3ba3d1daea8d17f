// What changes the log's key and length, by hand or in a tick.
//
// The signing key evolves. A change of key is, in this order, each step durable before the next:
//   1. the keystore holds the new key beside the old one;
//   2. the event audit.key-rotated, with the new public key, is committed to the outbox;
//   3. the log takes it in, and in the same transaction the old key signs for the last time, over the tree
//   that ends
//      with it, naming the new key; the new epoch is in force;
//   4. the old key is dropped from the keystore.
// What is cut off before 2 is undone by recover(), what is cut off behind it is finished.
#include <utility>

#include "audit/audit_log.hpp"
#include "audit/log/audit_store.hpp"
#include "audit/log/pruning.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"

namespace myqsec::audit {

namespace {

constexpr auto purpose = storage::KeyPurpose::audit_signing;
constexpr std::size_t seed_size = 32;

}  // namespace

std::vector<storage::Vault::Finding> AuditLog::compare() {
    const auto known = store::next_sequence(vault_.main()) - 1;
    const auto logged = store::load_tree(vault_.log()).size();
    // Before an opening has written anything: what is drained to such a log finds the same gap.
    const auto waiting = store::outbox_from(vault_.main(), 1, 1);
    const auto moved = waiting.empty() ? known : waiting.front().sequence - 1;
    if (moved > logged) {
        fail(Status::ERR_TAMPERED,
             "audit event {} is missing: '{}' ends at {} and '{}' goes on at {}: an earlier copy of the "
             "first was put back; restore a backup of both",
             logged + 1, vault_.log().name(), logged, vault_.main().name(), moved + 1);
    }
    if (known >= logged) return {};
    return {
        {"main-earlier",
         fmt::format("'{}' is of an earlier time than '{}', which has {} audit events where it knows of {}: "
                     "an earlier copy of it was put back",
                     vault_.main().name(), vault_.log().name(), logged, known)}};
}

void AuditLog::recover(const std::vector<Event>& opening) {
    const std::lock_guard guard(maintenance_);
    drain();
    // If the main database is of an earlier time, and that was accepted: the events of what it lacks stay,
    // and so do their numbers.
    store::raise_counter(vault_.main(), store::load_tree(vault_.log()).size());
    {
        storage::Transaction transaction(vault_.main());
        for (const auto& event : opening)
            append(transaction, event);
        if (!signer_.begun()) {
            append(transaction, {.action = Action::audit_key_created,
                                 .actor = Actor::system(),
                                 .object = Object::instance(),
                                 .changes = KeyChange{1, std::nullopt, signer_.held_key(1)}.changes(),
                                 .personal = {}});
        }
        transaction.commit();
    }
    drain();
    drop_keys_but(store::newest_epoch(vault_.log())->epoch);
}

void AuditLog::rotate_key(const Authorised& proof) {
    proof.require("key.manage");
    rotate_key_for(proof.actor());
}

void AuditLog::rotate_key_for(const Actor& actor) {
    const std::lock_guard guard(maintenance_);
    drain();
    store::Epoch ending;
    {
        storage::Transaction transaction(vault_.log());
        ending = signer_.epoch();
        transaction.commit();
    }
    drop_keys_but(ending.epoch);  // what an attempt that failed has left
    const auto next = ending.epoch + 1;
    vault_.keystore().change(
        [&](storage::KeySet& keys) { keys.put(purpose, next, crypto::random_secret(seed_size)); });
    const crypto::SigningKey key(vault_.keystore().key(purpose, next));
    const NoteKey successor{signer_.origin(), key.verifying_key()};
    {
        storage::Transaction transaction(vault_.main());
        append(transaction, {.action = Action::audit_key_rotated,
                             .actor = actor,
                             .object = Object::instance(),
                             .changes = KeyChange{next, signer_.key_of(ending), successor}.changes(),
                             .personal = {}});
        transaction.commit();
    }
    drain();
    drop_keys_but(next);
}

Instant AuditLog::rotate_key_if_due(const Authorised& proof, Duration lifetime) {
    proof.require("instance.tick");
    const auto now = vault_.clock().now();
    const auto epoch = store::newest_epoch(vault_.log());
    if (!epoch) return now + lifetime;
    if (std::as_const(vault_).keystore().newest_version(purpose) != epoch->epoch) recover();
    if (epoch->began + lifetime > now) return epoch->began + lifetime;
    rotate_key_for(Actor::system());
    return now + lifetime;
}

// Earlier ones are retired; of a later one nothing says that it was to take over.
void AuditLog::drop_keys_but(std::uint32_t epoch) {
    auto& keystore = vault_.keystore();
    const auto held = keystore.keys().versions(purpose);
    if (held == std::vector{epoch}) return;
    keystore.change([&](storage::KeySet& keys) {
        for (const auto version : held) {
            if (version != epoch) keys.drop(purpose, version);
        }
    });
}

// The event that says so is written first, and what it says takes effect in the transaction that moves it to
// the log. A crash can come between, but not divide them.
Instant AuditLog::prune(const Authorised& proof, Duration retention) {
    proof.require("instance.tick");
    const std::lock_guard guard(maintenance_);
    for (;;) {
        drain();
        const auto tree = store::load_tree(vault_.log());
        const auto first = first_after_pruning(vault_.log(), tree, vault_.clock().now() - retention);
        if (first == tree.first) {
            const auto youngest = youngest_of_segment(vault_.log(), tree);
            return youngest ? *youngest + retention + Duration(1) : Instant::max();
        }
        storage::Transaction transaction(vault_.main());
        append(transaction, {.action = Action::audit_pruned,
                             .actor = Actor::system(),
                             .object = Object::instance(),
                             .changes = Pruning{tree.first, first}.changes(),
                             .personal = {}});
        transaction.commit();
    }
}

}  // namespace myqsec::audit
