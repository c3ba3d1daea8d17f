#include "audit/log/signer.hpp"

#include "base/error.hpp"

namespace myqsec::audit {

Signer::Signer(storage::Vault& vault)
    : vault_(vault), origin_("myqsec/audit/" + to_hex(vault.keystore().instance_id())) {}

crypto::SigningKey& Signer::signing_key(std::uint32_t epoch) {
    if (!cached_ || cached_->first != epoch) {
        const storage::Keystore& keys = vault_.keystore();
        try {
            cached_.emplace(epoch, crypto::SigningKey(keys.key(storage::KeyPurpose::audit_signing, epoch)));
        } catch (const Error& error) {
            if (error.status() != Status::ERR_NOT_FOUND) throw;
            fail(Status::ERR_TAMPERED,
                 "the audit log is in signing epoch {}, whose key was destroyed when it ended: log.db is an "
                 "earlier state than the keystore",
                 epoch);
        }
    }
    return cached_->second;
}

NoteKey Signer::held_key(std::uint32_t epoch) {
    return {origin_, signing_key(epoch).verifying_key()};
}

bool Signer::begun() {
    return store::newest_epoch(vault_.log()).has_value();
}

store::Epoch Signer::epoch() {
    auto& log = vault_.log();
    if (const auto newest = store::newest_epoch(log)) return *newest;
    const store::Epoch first{1, held_key(1).key, vault_.clock().now(), 0};
    store::insert_epoch(log, first);
    return first;
}

void Signer::sign(const store::TreeState& tree) {
    const auto newest = store::newest_checkpoint(vault_.log());
    if (tree.size() == 0 || (newest && newest->size == tree.size())) return;
    sign(tree, epoch().epoch, std::nullopt);
}

void Signer::sign(const store::TreeState& tree, std::uint32_t epoch, const std::optional<NoteKey>& next) {
    const Checkpoint checkpoint{origin_, tree.size(), tree.range.root(), epoch, next};
    const auto signature = signing_key(epoch).sign(as_bytes(checkpoint.text()));
    store::insert_checkpoint(vault_.log(),
                             {checkpoint.size, epoch, checkpoint.root, signature, next.has_value()});
}

void Signer::close_epoch(const store::TreeState& tree, const KeyChange& change, Instant when) {
    const auto ending = epoch();
    if (change.epoch != ending.epoch + 1 || change.old_key != key_of(ending)) {
        fail(Status::ERR_TAMPERED, "audit event {} ends signing epoch {}, but the log is in epoch {}",
             tree.size(), change.epoch - 1, ending.epoch);
    }
    const auto next = held_key(change.epoch);
    if (change.new_key != next) {
        fail(Status::ERR_TAMPERED,
             "audit event {} names another key for signing epoch {} than the keystore holds", tree.size(),
             change.epoch);
    }
    sign(tree, ending.epoch, next);
    store::insert_epoch(vault_.log(), {change.epoch, next.key, when, tree.size()});
    cached_.reset();
}

SignedCheckpoint Signer::checkpoint(const store::CheckpointRow& row) const {
    Checkpoint checkpoint{origin_, row.size, row.root, row.epoch, std::nullopt};
    if (const auto next = store::epoch_behind(vault_.log(), row.size)) checkpoint.next = key_of(*next);
    const auto epoch = store::epoch(vault_.log(), row.epoch);
    if (!epoch) fail(Status::ERR_CORRUPT, "the audit log has no signing epoch {}", row.epoch);
    auto note = note_of(checkpoint.text(), key_of(*epoch), row.signature);
    return {std::move(checkpoint), std::move(note)};
}

}  // namespace myqsec::audit
