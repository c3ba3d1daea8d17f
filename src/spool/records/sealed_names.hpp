// The personal texts in a job's row, sealed under its owner's key, in a private queue under the job's, too,
// and bound to the job by its uuid.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "spool/records/context.hpp"
#include "spool/records/job_store.hpp"

namespace myqsec::spool {

/// For a job of a private queue, in place of its owner's key: its names go with the job, whoever has old
/// copies and the owner's key of today.
[[nodiscard]] crypto::Secret private_names_key(const crypto::Secret& person_key,
                                               const crypto::Secret& job_key);

[[nodiscard]] Bytes seal_job_name(const crypto::Secret& person_key, const crypto::ContainerId& uuid,
                                  std::string_view name);
[[nodiscard]] Bytes seal_host_name(const crypto::Secret& person_key, const crypto::ContainerId& uuid,
                                   std::string_view host_name);
/// None are an empty blob.
[[nodiscard]] Bytes seal_attributes(const crypto::Secret& person_key, const crypto::ContainerId& uuid,
                                    std::string_view lines);

/// How much of a job somebody sees.
enum class JobView : std::uint8_t {
    none,
    nameless,  ///< its names read hidden_name, and its attributes nothing
    whole,
};
inline constexpr std::string_view hidden_name = "***";

/// Turns rows into jobs for somebody who may read their names. Keeps the keys of the owners it meets, and one
/// state of the database: for one list only.
class JobDescriptions {
 public:
    explicit JobDescriptions(const Context& context) : context_(context), keys_(context.vault.leaf_keys()) {}
    [[nodiscard]] Job describe(const store::JobRecord& record, JobView view = JobView::whole);

 private:
    /// None once one of them is destroyed.
    [[nodiscard]] std::optional<crypto::Secret> names_key(const store::JobRecord& record,
                                                          const crypto::Secret& person_key);
    /// With an empty key once that is destroyed.
    const access::NamedKey& owner(UserId user);
    const std::string& queue_name(QueueId queue);

    const Context& context_;
    storage::LeafKeys::Reading keys_;
    std::map<UserId, access::NamedKey> owners_;
    std::map<QueueId, std::string> queues_;
};

}  // namespace myqsec::spool
