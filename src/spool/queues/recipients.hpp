// What a queue's documents are written with: who can open them, and whether they are encrypted at all.
#pragma once

#include <vector>

#include "crypto/container/container.hpp"
#include "spool/records/context.hpp"
#include "spool/records/queue.hpp"

namespace myqsec::spool {

/// The queue's certificates. ERR_NOT_POSSIBLE if one has expired: leaving it out in silence would make jobs
/// that who counts on opening them cannot open.
[[nodiscard]] std::vector<crypto::Certificate> certificates_of(const Context& context, const Queue& queue);

/// The job's own key and the queue's certificates.
[[nodiscard]] crypto::Recipients recipients_of(const Context& context, const Queue& queue,
                                               const crypto::Secret& job_key);

[[nodiscard]] crypto::ContainerSuite suite_of(const Queue& queue);

}  // namespace myqsec::spool
