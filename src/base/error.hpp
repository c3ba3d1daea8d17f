// The one error type. Inside the library failures are exceptions; src/abi turns them into status codes.
#pragma once

#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "base/status.hpp"

namespace myqsec {

/// Carries a status for machines and a sentence for a person: what failed, on what, what to do.
/// The sentence holds no secret and no personal data.
class Error : public std::runtime_error {
 public:
    Error(Status status, const std::string& sentence) : std::runtime_error(sentence), status_(status) {}

    [[nodiscard]] Status status() const noexcept { return status_; }

 private:
    Status status_;
};

template <typename... Args>
[[noreturn]] void fail(Status status, fmt::format_string<Args...> sentence, Args&&... args) {
    throw Error(status, fmt::format(sentence, std::forward<Args>(args)...));
}

/// Throws the Error for a failed system call: ENOSPC/EDQUOT, EACCES/EPERM, ENOENT, … each get their status.
[[noreturn]] void fail_errno(int error_number, std::string_view action, std::string_view object);

}  // namespace myqsec
