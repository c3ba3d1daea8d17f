#include "spool/spool.hpp"

namespace myqsec::spool {

Spool::Spool(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
             access::Access& access)
    : certificates(vault, audit, settings, access),
      queues(vault, audit, settings, access),
      jobs(vault, audit, settings, access) {}

// The removal itself is audited with whoever asked for it; what goes along is the system's doing.
void Spool::forget_user(storage::Transaction& transaction, UserId user) {
    jobs.remove_of_user(transaction, audit::Actor::system(), user);
    queues.forget_user(transaction, user);
}

}  // namespace myqsec::spool
