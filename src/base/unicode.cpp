#include "base/unicode.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include <utf8proc.h>

#include "base/error.hpp"

namespace myqsec {

namespace {

constexpr char32_t replacement = 0xFFFD;

utf8proc_int32_t number_of(char32_t character) {
    return static_cast<utf8proc_int32_t>(character);
}

void append(std::string& to, utf8proc_int32_t character) {
    utf8proc_uint8_t bytes[4];
    const auto size = utf8proc_encode_char(character, bytes);
    to.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    explicit_bzero(bytes, sizeof bytes);
}

int class_of(utf8proc_int32_t character) {
    return utf8proc_get_property(character)->combining_class;
}

struct Mark {
    int combining_class;
    std::size_t at;
    utf8proc_int32_t character;
    auto operator<=>(const Mark&) const = default;  // NOLINT(modernize-use-nullptr)
};

void order_run(std::span<utf8proc_int32_t> run) {
    if (std::ranges::is_sorted(run, {}, class_of)) return;
    std::vector<Mark> marks(run.size());
    for (std::size_t at = 0; at < run.size(); ++at)
        marks[at] = {class_of(run[at]), at, run[at]};
    std::ranges::sort(marks);
    std::ranges::transform(marks, run.begin(), &Mark::character);
    explicit_bzero(marks.data(), marks.size() * sizeof(Mark));
}

/// Unicode's canonical ordering (D109): marks between two characters of class 0 by their classes.
void order_marks(std::span<utf8proc_int32_t> text) {
    const auto is_mark = [](utf8proc_int32_t character) { return class_of(character) != 0; };
    for (auto from = text.begin(); from != text.end();) {
        const auto first = std::find_if(from, text.end(), is_mark);
        from = std::find_if_not(first, text.end(), is_mark);
        order_run({first, from});
    }
}

/// The text decomposed and put together again. In order in between by the above: what utf8proc's own
/// ordering takes grows with the square of a run of marks, and whoever types may type as many as they like.
class Composition {
 public:
    explicit Composition(std::string_view text) {
        const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
        const auto size = static_cast<utf8proc_ssize_t>(text.size());
        const auto needed = checked(utf8proc_decompose(bytes, size, nullptr, 0, options));
        characters_.resize(static_cast<std::size_t>(needed) + 1);  // room for the end that utf8proc may write
        int boundary = UTF8PROC_BOUNDCLASS_START;
        for (utf8proc_ssize_t at = 0; at < size;) {
            utf8proc_int32_t character = -1;
            at += checked(utf8proc_iterate(bytes + at, size - at, &character));
            count_ += checked(utf8proc_decompose_char(character, characters_.data() + count_, needed - count_,
                                                      options, &boundary));
        }
        order_marks(std::span(characters_).first(static_cast<std::size_t>(count_)));
        count_ = checked(utf8proc_normalize_utf32(characters_.data(), count_, options));
    }
    Composition(const Composition&) = delete;
    Composition& operator=(const Composition&) = delete;
    ~Composition() { explicit_bzero(characters_.data(), characters_.size() * sizeof(utf8proc_int32_t)); }

    [[nodiscard]] std::string text() const {
        std::string out;
        out.reserve(4 * static_cast<std::size_t>(count_));
        for (utf8proc_ssize_t i = 0; i < count_; ++i)
            append(out, characters_[static_cast<std::size_t>(i)]);
        return out;
    }

 private:
    static constexpr auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    static utf8proc_ssize_t checked(utf8proc_ssize_t result) {
        if (result < 0) fail(Status::ERR_INVALID_ARGUMENT, "the text must be well-formed UTF-8");
        return result;
    }

    std::vector<utf8proc_int32_t> characters_;
    utf8proc_ssize_t count_ = 0;
};

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_noncharacter(char32_t character) {
    return (character & 0xFFFE) == 0xFFFE || (character >= 0xFDD0 && character <= 0xFDEF);
}

bool turns_direction(char32_t character) {
    return character == 0x061C || character == 0x200E || character == 0x200F ||
           (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069);
}

bool separates_lines(char32_t character) {
    return character == 0x2028 || character == 0x2029;
}

}  // namespace

std::string to_nfc(std::string_view text) {
    if (is_ascii(text)) return std::string(text);
    return Composition(text).text();
}

std::u32string characters_of(std::string_view text) {
    std::u32string out;
    out.reserve(text.size());  // so that no part of a secret is left behind by growing
    const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    for (auto left = static_cast<utf8proc_ssize_t>(text.size()); left > 0;) {
        utf8proc_int32_t character = -1;
        const auto size = std::max<utf8proc_ssize_t>(utf8proc_iterate(at, left, &character), 1);
        out += character < 0 ? replacement : static_cast<char32_t>(character);
        at += size;
        left -= size;
    }
    return out;
}

std::string to_utf8(std::u32string_view characters) {
    std::string out;
    out.reserve(4 * characters.size());
    for (const auto character : characters)
        append(out, number_of(character));
    return out;
}

CharacterKind kind_of(char32_t character) {
    switch (utf8proc_category(number_of(character))) {
        case UTF8PROC_CATEGORY_LU:
        case UTF8PROC_CATEGORY_LL:
        case UTF8PROC_CATEGORY_LT:
        case UTF8PROC_CATEGORY_LM:
        case UTF8PROC_CATEGORY_LO:
            return CharacterKind::letter;
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
            return CharacterKind::mark;
        case UTF8PROC_CATEGORY_ND:
            return CharacterKind::digit;
        case UTF8PROC_CATEGORY_ZS:
            return CharacterKind::space;
        case UTF8PROC_CATEGORY_CC:
            return CharacterKind::control;
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
            return CharacterKind::format;
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO:
            return CharacterKind::none;
        default:
            return CharacterKind::sign;
    }
}

Direction direction_of(char32_t character) {
    switch (utf8proc_get_property(number_of(character))->bidi_class) {
        case UTF8PROC_BIDI_CLASS_L:
            return Direction::left;
        case UTF8PROC_BIDI_CLASS_R:
        case UTF8PROC_BIDI_CLASS_AL:
            return Direction::right;
        case UTF8PROC_BIDI_CLASS_AN:
            return Direction::arabic_number;
        case UTF8PROC_BIDI_CLASS_EN:
            return Direction::european_number;
        case UTF8PROC_BIDI_CLASS_NSM:
            return Direction::mark;
        default:
            return Direction::neutral;
    }
}

bool is_seen(char32_t character) {
    const auto kind = kind_of(character);
    return kind != CharacterKind::control && kind != CharacterKind::format && kind != CharacterKind::none &&
           !is_invisible(character);
}

bool is_invisible(char32_t character) {
    return utf8proc_get_property(number_of(character))->ignorable != 0;
}

bool is_variant(char32_t character) {
    return utf8proc_get_property(number_of(character))->decomp_type != 0;
}

char32_t ordinary_width(char32_t character) {
    const auto type = utf8proc_get_property(number_of(character))->decomp_type;
    if (type != UTF8PROC_DECOMP_TYPE_WIDE && type != UTF8PROC_DECOMP_TYPE_NARROW) return character;
    utf8proc_int32_t out[4];
    int boundary = UTF8PROC_BOUNDCLASS_START;
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_COMPOSE);
    const auto size = utf8proc_decompose_char(number_of(character), out, std::ssize(out), options, &boundary);
    return size == 1 ? static_cast<char32_t>(out[0]) : character;
}

char32_t lower_case(char32_t character) {
    return static_cast<char32_t>(utf8proc_tolower(number_of(character)));
}

bool is_harmful(char32_t character) {
    return character < 0x20 || (character >= 0x7F && character < 0xA0) || separates_lines(character) ||
           turns_direction(character) || character == 0xFEFF || is_noncharacter(character);
}

std::string cleaned(std::string_view text, std::size_t most) {
    std::u32string kept;
    for (const auto character : characters_of(text)) {
        if (!is_harmful(character)) {
            kept += character;
        } else if (!turns_direction(character) && !is_noncharacter(character)) {
            kept += U' ';
        }
    }
    auto out = to_nfc(to_utf8(kept));
    if (out.size() <= most) return out;
    while (most > 0 && (static_cast<unsigned char>(out[most]) & 0xC0) == 0x80)
        --most;
    out.resize(most);
    return out;
}

}  // namespace myqsec
