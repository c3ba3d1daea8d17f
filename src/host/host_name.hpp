// What the host calls things that are its own.
#pragma once

#include <string>
#include <string_view>

namespace myqsec::host {

/// The name as it is. Throws ERR_INVALID_ARGUMENT, naming `what`, unless it has 1 to 64 lowercase letters,
/// digits, '-', '.' and '_'.
[[nodiscard]] std::string host_name(std::string_view what, std::string_view name);

}  // namespace myqsec::host
