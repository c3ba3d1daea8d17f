// Where a released document goes.
#pragma once

#include "base/bytes.hpp"

namespace myqsec::spool {

/// What a device offers. Whatever write() or finish() throws counts as the device's failure (ERR_CALLBACK).
/// finish() returns when the device has accepted the document; only then does the job count as printed.
class ReleaseSink : public ByteSink {
 public:
    /// Instead of finish(), after a failure of either side: discard what came.
    virtual void abort() noexcept {}
};

struct ReleaseOptions {
    bool keep = false;  ///< the job stays held afterwards; not in private queues
};

}  // namespace myqsec::spool
