// What a crash left of the spool is finished or undone when the instance is opened.
#pragma once

#include <vector>

#include "spool/context.hpp"

namespace myqsec::spool {

/// As Jobs::recover.
[[nodiscard]] std::vector<storage::Vault::Finding> recover_jobs(const Context& context);

}  // namespace myqsec::spool
