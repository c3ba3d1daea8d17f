// Unicode text: its one normal form, and what a character is. By utf8proc, which nothing else includes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace myqsec {

/// NFC (UAX #15) of well-formed UTF-8, or ERR_INVALID_ARGUMENT. What it needs meanwhile is wiped, for the
/// text may be a secret; the result is the caller's to wipe.
[[nodiscard]] std::string to_nfc(std::string_view text);

/// The characters of well-formed UTF-8; U+FFFD for each byte that is not.
[[nodiscard]] std::u32string characters_of(std::string_view text);
[[nodiscard]] std::string to_utf8(std::u32string_view characters);

enum class CharacterKind : std::uint8_t { letter, mark, digit, space, sign, control, format, none };
/// By its general category; `none`: unassigned, a noncharacter, a surrogate, or of private use.
[[nodiscard]] CharacterKind kind_of(char32_t character);

enum class Direction : std::uint8_t { left, right, arabic_number, european_number, mark, neutral };
[[nodiscard]] Direction direction_of(char32_t character);

/// Shows, as RFC 8264's FreeformClass asks: no control, nothing that is invisible or no character.
[[nodiscard]] bool is_seen(char32_t character);
/// Has no shape of its own (Default_Ignorable_Code_Point).
[[nodiscard]] bool is_invisible(char32_t character);
/// A presentation form, ligature, superscript and the like, of which there is a plain spelling.
[[nodiscard]] bool is_variant(char32_t character);
/// The ordinary form of a fullwidth or halfwidth character.
[[nodiscard]] char32_t ordinary_width(char32_t character);
[[nodiscard]] char32_t lower_case(char32_t character);

/// Falsifies lists, logs and terminals: controls, separators of lines, what turns the direction of text,
/// noncharacters.
[[nodiscard]] bool is_harmful(char32_t character);
/// Whatever the text is: well-formed, in NFC, without what is harmful, and cut to `most` bytes between two
/// characters.
[[nodiscard]] std::string cleaned(std::string_view text, std::size_t most);

}  // namespace myqsec
