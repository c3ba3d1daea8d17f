// What became of each release: it outlives its job, and names no person that was removed.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/page.hpp"
#include "spool/records/context.hpp"
#include "spool/records/job_list_store.hpp"

namespace myqsec::spool {

/// As stored.
enum class ReleaseOutcome : std::uint8_t {
    printed = 1,
    failed = 2,            ///< the job is held again
    possibly_printed = 3,  ///< nobody saw how far it came
};
[[nodiscard]] std::string_view release_outcome_name(ReleaseOutcome outcome);

struct ReleaseRecord {
    ReleaseId id{};
    JobId job;  ///< may be gone
    QueueId queue;
    UserId owner;     ///< of the job; none once removed
    UserId person;    ///< who released it; none for the host, and once removed
    DeviceId device;  ///< none away from devices
    Instant ended{};
    ReleaseOutcome outcome = ReleaseOutcome::printed;
    std::optional<std::uint64_t> bytes{};  ///< of the document that were passed on; unknown after a crash
    bool private_queue = false;
};

/// Which records: all of what is named.
struct ReleaseFilter {
    JobId job;
    UserId owner;
    UserId person;
    DeviceId device;
    QueueId queue;
    Instant from = Instant::min();  ///< ended then or later
    Instant to = Instant::max();    ///< ended before
};

/// Writes how a release has ended, in the transaction that says so of the job. Owner and person are left out
/// if they have been removed meanwhile.
void record_release(const Context& context, storage::Transaction& transaction, ReleaseRecord release);

namespace store {

void insert_release(storage::Database& main, const ReleaseRecord& release);
/// Those of jobs within `scope`; of all, if there is none.
[[nodiscard]] Paged<ReleaseRecord> list_releases(storage::Database& main, const ReleaseFilter& filter,
                                                 const std::optional<JobScope>& scope, const Page& page);
/// Every statement that list_releases may run, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string_view> release_list_statements();
void forget_releases_of(storage::Database& main, UserId person);

}  // namespace store

}  // namespace myqsec::spool
