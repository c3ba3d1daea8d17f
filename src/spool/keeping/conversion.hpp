// Gives the jobs of a queue the encryption and recipients that the queue was changed to, a few at each tick.
//
// The document is written to a new file: as it is, with another header, if only the recipients change. One
// commit puts it in the place of the old one, so that a name stands for the same bytes for ever. A crash at
// any instant leaves each job with one or the other; what is left over is an orphan, and the job is taken up
// again, because its row still says so.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "base/ranked_mutex.hpp"
#include "spool/records/context.hpp"
#include "spool/records/job_store.hpp"
#include "spool/records/queue.hpp"

namespace myqsec::spool {

/// Thread-safe; one thread converts at a time.
class Conversion {
 public:
    explicit Conversion(const Context& context) : context_(context) {}

    /// Converts some jobs; returns when it wants to go on (Instant::max(): nothing to do).
    Instant tick();

 private:
    struct Done {
        store::JobRecord job;
        std::optional<storage::Publication> document{};  ///< nothing: it is damaged
    };

    Instant convert_some(QueueId id);
    [[nodiscard]] std::optional<Done> convert(const Queue& queue, const store::JobRecord& job);
    [[nodiscard]] storage::Publication convert_document(const Queue& queue, const store::JobRecord& job);
    void commit(const Queue& queue, std::vector<Done> all);
    bool finish(const Queue& queue);
    void settle_uncertain(QueueId queue);

    const Context& context_;
    RankedMutex<std::mutex> alone_{LockRank::job_conversion};
    /// New files of a commit that failed. Whether it is undone is known once a later one has succeeded.
    std::vector<storage::Publication> uncertain_;
    std::map<QueueId, JobId> reached_;  ///< in this process; each opening begins anew
};

}  // namespace myqsec::spool
