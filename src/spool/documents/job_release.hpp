// A job on its way out, fetched by the host at its own pace.
#pragma once

#include <memory>
#include <string>

#include "access/access.hpp"
#include "spool/documents/release_sink.hpp"
#include "spool/records/job.hpp"

namespace myqsec::spool {

struct Context;
class Outputs;

/// Belongs to one thread at a time; whoever ends its session undoes it from another. Destroyed before
/// finish() has returned it is undone: the job is held again.
class JobRelease {
 public:
    class Pull;
    explicit JobRelease(std::shared_ptr<Pull> pull);  ///< made by Jobs::begin_release
    ~JobRelease();

    /// Undoes the release, and throws as read() does, unless it may go on.
    void require_live();
    /// As ReleaseClaim::attributes(); throws as read() does.
    [[nodiscard]] std::string attributes();
    /// The next bytes of the document; fewer than fit only at its end, and then none. Any failure undoes the
    /// release: ERR_CORRUPT (nothing unverified is returned), ERR_NOT_POSSIBLE (cancelled, or over),
    /// ERR_SESSION_ENDED.
    std::size_t read(ByteSpan into);
    /// The device has accepted all of it: the job counts as printed. ERR_NOT_POSSIBLE, and undone, unless it
    /// was read to its end.
    void finish();
    /// The job is held again. Nothing happens once the release is over. If that can't be written, the next
    /// tick holds it, as possibly printed.
    void abort();

 private:
    std::shared_ptr<Pull> pull_;
};

/// As Jobs::begin_release. `context` and `outputs` outlive it.
[[nodiscard]] std::unique_ptr<JobRelease> begin_release(const Context& context, Outputs& outputs,
                                                        const access::Principal& principal, JobId job,
                                                        const ReleaseOptions& options);

}  // namespace myqsec::spool
