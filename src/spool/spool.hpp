// The spool as one piece, for the layers above.
#pragma once

#include "spool/certificates.hpp"
#include "spool/jobs.hpp"
#include "spool/queues.hpp"

namespace myqsec::spool {

/// Tables of queues and jobs, in the main database.
[[nodiscard]] storage::Schema schema();

/// What it is built from outlives it.
struct Spool {
    Spool(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
          access::Access& access);
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    /// For the removal of a user, who takes their jobs along; joins its transaction.
    void forget_user(storage::Transaction& transaction, UserId user);

    Certificates certificates;
    Queues queues;
    Jobs jobs;
};

}  // namespace myqsec::spool
