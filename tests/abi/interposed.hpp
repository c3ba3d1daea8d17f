// The C library's allocation and file functions with faults, for programs that link interposed.cpp: whoever
// calls them, the library, SQLite, Botan or the C++ runtime, the n-th call inside a Faulted scope fails.
#pragma once

#include <cstdint>

namespace myqsec::test {

enum class CallFault {
    none,          ///< counts nothing
    allocation,    ///< malloc and its kin: ENOMEM
    io_error,      ///< any file call: EIO
    no_space,      ///< those that create or write: ENOSPC
    short_count,   ///< reads and writes move one byte only, which is no failure
    sync_failure,  ///< fsync, fdatasync: EIO
    kill,          ///< any call that changes a file or a folder: the process is killed before it
};

/// Counting starts anew; the call with this number (from 1) fails, 0 none.
void plan_fault(CallFault fault, std::uint64_t fail_at) noexcept;
/// Calls that the planned fault could have struck so far.
[[nodiscard]] std::uint64_t counted_calls() noexcept;
[[nodiscard]] bool fault_struck() noexcept;
/// Blocks allocated and not freed, in the whole process.
[[nodiscard]] std::int64_t live_blocks() noexcept;

/// Calls of this thread count while one lives: set around the library's calls, never around the test's own.
class Faulted {
 public:
    Faulted() noexcept;
    ~Faulted();
    Faulted(const Faulted&) = delete;
    Faulted& operator=(const Faulted&) = delete;
};

}  // namespace myqsec::test
