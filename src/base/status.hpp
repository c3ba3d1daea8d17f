// Status: what the C ABI returns and what every Error carries. The registry is status.def.
#pragma once

#include <cstdint>
#include <string_view>

namespace myqsec {

enum class Status : std::int32_t {
#define MYQSEC_STATUS(name, number, meaning) name = number,
#include "base/status.def"
#undef MYQSEC_STATUS
};

/// The machine-readable name, e.g. "MYQSEC_ERR_IO"; "MYQSEC_ERR_UNKNOWN" for numbers not in the registry.
std::string_view status_name(Status status) noexcept;

/// The registry's meaning of the status.
std::string_view status_meaning(Status status) noexcept;

}  // namespace myqsec
