// The spool as one piece, for the layers above.
#pragma once

#include "spool/certificates.hpp"
#include "spool/jobs.hpp"
#include "spool/queues.hpp"

namespace myqsec::spool {

/// Tables of queues and jobs, in the main database.
[[nodiscard]] storage::Schema schema();

/// What it is built from outlives it. A user who is removed takes their jobs along.
struct Spool {
    Spool(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings,
          access::Access& access);
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    Certificates certificates;
    Queues queues;
    Jobs jobs;
};

}  // namespace myqsec::spool
