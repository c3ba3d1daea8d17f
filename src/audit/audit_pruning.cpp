// Pruning: the event that says so is written first, and what it says takes effect in the transaction that
// moves it to the log. A crash can come between, but not divide them.
#include "audit/audit_log.hpp"
#include "audit/pruning.hpp"

namespace myqsec::audit {

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
