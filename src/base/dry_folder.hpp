// A folder that can be used like any other while nothing of it changes: what is written stays in memory.
#pragma once

#include <memory>

#include "base/folder.hpp"

namespace myqsec {

/// Reads what is there, and what was written to it since. Locks are taken for real. For one thread.
[[nodiscard]] std::unique_ptr<Folder> dry_folder(std::unique_ptr<Folder> folder);

}  // namespace myqsec
