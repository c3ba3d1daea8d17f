#include "spool/records/text.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace myqsec::spool {

void require_text(std::string_view text, std::size_t fewest, std::size_t most, std::string_view what) {
    if (text.size() < fewest || text.size() > most) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} must have {} to {} bytes, not {}", what, fewest, most,
             text.size());
    }
    if (!is_utf8(text)) fail(Status::ERR_INVALID_ARGUMENT, "{} is not valid UTF-8", what);
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (std::any_of(text.begin(), text.end(), is_control)) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} must not contain control characters", what);
    }
}

}  // namespace myqsec::spool
