// What a crash left of the spool and nobody may meet is finished or undone when the instance is opened: as much as
// was under way, whatever is stored. The rest is DocumentCheck's.
#pragma once

#include <vector>

#include "spool/context.hpp"

namespace myqsec::spool {

/// As Jobs::recover, but for the comparison with the files.
[[nodiscard]] std::vector<storage::Vault::Finding> recover_jobs(const Context& context);

}  // namespace myqsec::spool
