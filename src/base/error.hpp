// The one error type, and the statuses that it carries. Inside the library failures are exceptions; src/abi
// turns them into status codes.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace myqsec {

/// The registry is status.def.
enum class Status : std::int32_t {
#define MYQSEC_STATUS(name, number, meaning) name = number,
#include "base/status.def"
#undef MYQSEC_STATUS
};

/// The machine-readable name, e.g. "MYQSEC_ERR_IO"; "MYQSEC_ERR_UNKNOWN" for numbers not in the registry.
std::string_view status_name(Status status) noexcept;

/// The registry's meaning of the status.
std::string_view status_meaning(Status status) noexcept;

/// Carries a status for machines and a sentence for a person: what failed, on what, what to do.
/// The sentence holds no secret and no personal data.
class Error : public std::runtime_error {
 public:
    Error(Status status, const std::string& sentence) : std::runtime_error(sentence), status_(status) {}

    [[nodiscard]] Status status() const noexcept { return status_; }

 private:
    Status status_;
};

/// What it says, for somebody else to throw; "out of memory" if there is none to say it.
[[nodiscard]] std::string sentence_of(const std::exception& error) noexcept;

template <typename... Args>
[[noreturn]] void fail(Status status, fmt::format_string<Args...> sentence, Args&&... args) {
    throw Error(status, fmt::format(sentence, std::forward<Args>(args)...));
}

/// Throws the Error for a failed system call: ENOSPC/EDQUOT, EACCES/EPERM, ENOENT, … each get their status.
[[noreturn]] void fail_errno(int error_number, std::string_view action, std::string_view object);

}  // namespace myqsec
