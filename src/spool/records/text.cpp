#include "spool/records/text.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/unicode.hpp"

namespace myqsec::spool {

std::string prepared_text(std::string_view text, std::size_t fewest, std::size_t most,
                          std::string_view what) {
    if (!is_utf8(text)) fail(Status::ERR_INVALID_ARGUMENT, "{} is not valid UTF-8", what);
    auto prepared = to_nfc(text);
    if (prepared.size() < fewest || prepared.size() > most) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} must have {} to {} bytes, not {}", what, fewest, most,
             prepared.size());
    }
    if (std::ranges::any_of(characters_of(prepared), is_harmful)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "{} must not contain control characters, or others that change how text around them is shown",
             what);
    }
    return prepared;
}

}  // namespace myqsec::spool
