// What names and other texts from outside must look like.
#pragma once

#include <string>
#include <string_view>

namespace myqsec::spool {

/// The text in NFC. Throws ERR_INVALID_ARGUMENT, naming `what`, unless that is UTF-8 of `fewest` to `most`
/// bytes without control characters and others that could forge lines in logs and terminals.
[[nodiscard]] std::string prepared_text(std::string_view text, std::size_t fewest, std::size_t most,
                                        std::string_view what);

}  // namespace myqsec::spool
