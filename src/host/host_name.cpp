#include "host/host_name.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace myqsec::host {

std::string host_name(std::string_view what, std::string_view name) {
    constexpr std::size_t longest = 64;
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    };
    // It is not repeated: it may be anything, also what belongs in no message.
    if (name.empty() || name.size() > longest || !std::ranges::all_of(name, allowed)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "the name of {} must be 1 to {} lowercase letters, digits, '-', '.' and '_'", what, longest);
    }
    return std::string(name);
}

}  // namespace myqsec::host
