// What names and other texts from outside must look like.
#pragma once

#include <string_view>

namespace myqsec::spool {

/// Throws ERR_INVALID_ARGUMENT, naming `what`, unless it is UTF-8 of `fewest` to `most` bytes without control
/// characters, which could forge lines in logs and terminals.
void require_text(std::string_view text, std::size_t fewest, std::size_t most, std::string_view what);

}  // namespace myqsec::spool
