#include "access/identity/profiles.hpp"

#include <algorithm>

#include "access/identity/names.hpp"
#include "access/identity/scripts.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/unicode.hpp"

namespace myqsec::access {

namespace {

std::string_view without_outer_blanks(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::string in_ordinary_width(std::string_view text) {
    auto characters = characters_of(text);
    std::ranges::transform(characters, characters.begin(), ordinary_width);
    return to_nfc(to_utf8(characters));
}

bool is_between(std::u32string_view name, std::size_t at, char32_t neighbour) {
    return at > 0 && at + 1 < name.size() && name[at - 1] == neighbour && name[at + 1] == neighbour;
}

/// RFC 5892's exceptions: punctuation that belongs into words, and letters that don't.
bool is_word_punctuation(std::u32string_view name, std::size_t at) {
    constexpr std::u32string_view of_a_script = U"\u0375\u05F3\u05F4\u30FB";
    return of_a_script.find(name[at]) != std::u32string_view::npos ||
           (name[at] == U'\u00B7' && is_between(name, at, U'l'));
}
bool is_excluded(char32_t character) {
    constexpr std::u32string_view excluded = U"\u0640\u07FA\u302E\u302F\u3031\u3032\u3033\u3034\u3035\u303B";
    return excluded.find(character) != std::u32string_view::npos;
}

bool is_conjoining_jamo(char32_t c) {
    return (c >= 0x1100 && c <= 0x11FF) || (c >= 0xA960 && c <= 0xA97F) || (c >= 0xD7B0 && c <= 0xD7FF);
}

bool is_printable_ascii(char32_t character) {
    return character >= 0x20 && character < 0x7F;
}

/// RFC 8264's IdentifierClass.
bool may_name(std::u32string_view name, std::size_t at) {
    const auto character = name[at];
    if (is_printable_ascii(character) || is_word_punctuation(name, at)) return true;
    const auto kind = kind_of(character);
    const bool in_words =
        kind == CharacterKind::letter || kind == CharacterKind::mark || kind == CharacterKind::digit;
    return in_words && !is_invisible(character) && !is_variant(character) && !is_excluded(character) &&
           !is_conjoining_jamo(character);
}

bool is_of_one_script(std::u32string_view name) {
    using namespace script;
    constexpr Scripts written_together[] = {latn | hani | hira | kana, latn | hani | bopo,
                                            latn | hani | hang};
    Scripts common = any;
    bool together[] = {true, true, true};
    for (const auto character : name) {
        const auto kind = kind_of(character);
        const bool of_none = kind == CharacterKind::sign || kind == CharacterKind::space;
        const auto own = scripts_of(character);
        const auto scripts = own == 0 && of_none ? Scripts{any} : own;
        common &= scripts;
        for (std::size_t i = 0; i < std::size(together); ++i)
            together[i] = together[i] && (scripts & written_together[i]) != 0;
    }
    return common != 0 || std::ranges::any_of(together, [](bool all) { return all; });
}

/// RFC 5893 §2 for names that are of one script: who reads it from the right reads all of it from the right.
bool reads_one_way(std::u32string_view name) {
    const auto is = [&](Direction direction) {
        return std::ranges::any_of(name, [&](char32_t c) { return direction_of(c) == direction; });
    };
    if (!is(Direction::right) && !is(Direction::arabic_number)) return true;
    while (!name.empty() && direction_of(name.back()) == Direction::mark)
        name.remove_suffix(1);
    return !name.empty() && direction_of(name.front()) == Direction::right &&
           direction_of(name.back()) != Direction::neutral &&
           !(is(Direction::european_number) && is(Direction::arabic_number));
}

bool may_be_in_password(char32_t character) {
    return is_seen(character) && !is_conjoining_jamo(character);
}

bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

constexpr std::size_t longest_entered_name = longest_spelling * max_name;
constexpr std::size_t longest_entered_password = longest_spelling * max_password;

/// False if it holds what no password may.
bool prepare(std::u32string& characters) {
    for (auto& character : characters) {
        if (kind_of(character) == CharacterKind::space) character = U' ';
        if (!may_be_in_password(character)) return false;
    }
    return true;
}

}  // namespace

std::string prepared_user_name(std::string_view given) {
    const auto trimmed = without_outer_blanks(given);
    if (trimmed.empty()) fail(Status::ERR_INVALID_ARGUMENT, "the field user_name may not be empty");
    const auto sound = prepared_text("the field user_name", trimmed);
    auto name = in_ordinary_width(sound);
    const auto characters = characters_of(name);
    for (std::size_t at = 0; at < characters.size(); ++at) {
        if (!may_name(characters, at) || (at == 0 && kind_of(characters[at]) == CharacterKind::mark)) {
            fail(Status::ERR_INVALID_ARGUMENT,
                 "a user name is made of letters, digits and what is on every keyboard, without signs of "
                 "other "
                 "alphabets and without what nobody sees");
        }
    }
    if (!is_of_one_script(characters)) {
        fail(
            Status::ERR_INVALID_ARGUMENT,
            "a user name may not mix letters of several scripts, which look alike, or use one that is not in "
            "everyday use");
    }
    if (!reads_one_way(characters)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "a user name that is read from the right begins with a letter, and ends with a letter or digit");
    }
    return name;
}

std::string fold_user_name(std::string_view given) {
    const auto name = without_outer_blanks(given);
    if (name.size() > longest_entered_name) return std::string(name.substr(0, longest_entered_name));
    if (!is_utf8(name)) return std::string(name);
    auto characters = characters_of(in_ordinary_width(name));
    std::ranges::transform(characters, characters.begin(), lower_case);
    return to_nfc(to_utf8(characters));
}

crypto::Secret prepared_password(std::string_view given) {
    if (given.size() > longest_entered_password)
        fail(Status::ERR_LIMIT, "a password may have at most {} bytes", max_password);
    if (!is_utf8(given)) fail(Status::ERR_INVALID_ARGUMENT, "a password must be well-formed UTF-8");
    if (is_plain(given)) return crypto::Secret(as_bytes(given));
    auto characters = characters_of(given);
    const bool sound = prepare(characters);
    auto spaced = to_utf8(characters);
    crypto::wipe({reinterpret_cast<std::uint8_t*>(characters.data()), characters.size() * sizeof(char32_t)});
    const auto secret = crypto::take_secret(std::move(spaced));
    if (!sound) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "a password may not hold control characters, characters that nobody sees, or none at all");
    }
    return crypto::take_secret(to_nfc(as_text(secret.view())));
}

crypto::Secret entered_password(std::string_view given) {
    if (given.size() > longest_entered_password)
        return crypto::Secret(as_bytes(given.substr(0, longest_entered_password)));
    try {
        return prepared_password(given);
    } catch (const Error& error) {
        if (error.status() != Status::ERR_INVALID_ARGUMENT) throw;
        return crypto::Secret(as_bytes(given));
    }
}

}  // namespace myqsec::access
