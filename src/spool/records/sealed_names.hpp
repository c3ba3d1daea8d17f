// The personal texts in a job's row, sealed under its owner's key and bound to the job by its uuid.
#pragma once

#include <map>
#include <string>

#include "spool/records/context.hpp"
#include "spool/records/job_store.hpp"

namespace myqsec::spool {

[[nodiscard]] Bytes seal_job_name(const crypto::Secret& person_key, const crypto::ContainerId& uuid,
                                  std::string_view name);
[[nodiscard]] Bytes seal_host_name(const crypto::Secret& person_key, const crypto::ContainerId& uuid,
                                   std::string_view host_name);
/// None are an empty blob.
[[nodiscard]] Bytes seal_attributes(const crypto::Secret& person_key, const crypto::ContainerId& uuid,
                                    std::string_view lines);

/// Turns rows into jobs for somebody who may read their names. Keeps the keys of the owners it meets, and one
/// state of the database: for one list only.
class JobDescriptions {
 public:
    explicit JobDescriptions(const Context& context) : context_(context), keys_(context.vault.leaf_keys()) {}
    [[nodiscard]] Job describe(const store::JobRecord& record);

 private:
    /// With an empty key once that is destroyed.
    const access::NamedKey& owner(UserId user);
    const std::string& queue_name(QueueId queue);

    const Context& context_;
    storage::LeafKeys::Reading keys_;
    std::map<UserId, access::NamedKey> owners_;
    std::map<QueueId, std::string> queues_;
};

}  // namespace myqsec::spool
