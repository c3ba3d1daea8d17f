#include "access/identity/names.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace myqsec::access {

namespace {

/// C0, DEL and C1 (U+0080 … U+009F, in UTF-8 C2 80 … C2 9F): they falsify lists, logs and terminals.
bool has_control_characters(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x20 || c == 0x7F) return true;
        if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
    }
    return false;
}

}  // namespace

void check_text(std::string_view what, std::string_view text, std::size_t limit) {
    if (text.size() > limit) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} may have at most {} bytes, not {}", what, limit, text.size());
    }
    if (!is_utf8(text)) fail(Status::ERR_INVALID_ARGUMENT, "{} must be well-formed UTF-8", what);
    if (has_control_characters(text))
        fail(Status::ERR_INVALID_ARGUMENT, "{} may not hold control characters", what);
}

void check_name(std::string_view what, std::string_view text) {
    if (text.find_first_not_of(' ') == std::string_view::npos) {
        fail(Status::ERR_INVALID_ARGUMENT, "{} may not be empty", what);
    }
    check_text(what, text);
}

}  // namespace myqsec::access
