// What the log proves: roots, checkpoints, inclusion, consistency.
#include <string_view>

#include "audit/audit_log.hpp"
#include "audit/log/tree_store.hpp"
#include "audit/tree/merkle.hpp"
#include "base/error.hpp"

namespace myqsec::audit {

namespace {

std::uint64_t within(std::int64_t value, std::string_view name, std::int64_t least, std::int64_t most) {
    if (most < least) fail(Status::ERR_INVALID_ARGUMENT, "the audit log has no events yet");
    if (value < least || value > most)
        fail(Status::ERR_INVALID_ARGUMENT, "{} is {}, and must be {} to {}", name, value, least, most);
    return static_cast<std::uint64_t>(value);
}

}  // namespace

crypto::Digest AuditLog::root(const Authorised& proof, std::int64_t size) {
    proof.require("audit.read");
    const auto wanted = within(size, "size", 0, tree().size());
    if (wanted == 0) return CompactRange().root();
    return subtree_root(log_nodes(vault_.log()), 0, wanted);
}

SignedCheckpoint AuditLog::checkpoint(const Authorised& proof) {
    proof.require("audit.read");
    drain();
    storage::Transaction transaction(vault_.log());
    auto newest = keep_newest_checkpoint();
    transaction.commit();
    return newest;
}

SignedCheckpoint AuditLog::keep_newest_checkpoint() {
    auto& log = vault_.log();
    const auto tree = store::load_tree(log);
    if (tree.size() == 0) fail(Status::ERR_NOT_POSSIBLE, "the audit log has no events to sign for yet");
    signer_.sign(tree);  // logs of before have no checkpoint
    const auto newest = store::newest_checkpoint(log);
    if (!newest || newest->size != tree.size())
        fail(Status::ERR_TAMPERED, "the audit log has {} events, fewer than its newest checkpoint covers",
             tree.size());
    store::keep_checkpoint(log, tree.size());
    return signer_.checkpoint(*newest);
}

Proof AuditLog::inclusion(const Authorised& proof, std::int64_t sequence, std::int64_t size) {
    proof.require("audit.read");
    const auto newer = within(size, "size", 1, tree().size());
    const auto leaf = within(sequence, "sequence", 1, size) - 1;
    return inclusion_proof(log_nodes(vault_.log()), leaf, newer);
}

Proof AuditLog::consistency(const Authorised& proof, std::int64_t older, std::int64_t newer) {
    proof.require("audit.read");
    const auto whole = within(newer, "newer", 1, tree().size());
    return consistency_proof(log_nodes(vault_.log()), within(older, "older", 1, newer), whole);
}

std::vector<AuditLog::EpochKey> AuditLog::keys(const Authorised& proof) {
    proof.require("audit.read");
    storage::Transaction transaction(vault_.log());
    signer_.epoch();  // there is a first one
    std::vector<EpochKey> keys;
    for (const auto& epoch : store::epochs(vault_.log()))
        keys.push_back({signer_.key_of(epoch), epoch});
    transaction.commit();
    return keys;
}

}  // namespace myqsec::audit
