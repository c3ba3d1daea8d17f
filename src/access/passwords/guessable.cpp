#include "access/passwords/guessable.hpp"

#include <algorithm>
#include <array>

#include "access/passwords/common_passwords.hpp"
#include "crypto/secret.hpp"

namespace myqsec::access {

namespace {

constexpr std::size_t shortest_word = 3;
/// With fewer characters of its own a password is not much more than the words in it.
constexpr std::size_t enough_of_its_own = 8;

/// What may not make up most of a password, in lower case and without the digits and signs that people
/// append.
constexpr std::string_view guessed_first[] = {"password",
                                              "passwort",
                                              "heslo",
                                              "motdepasse",
                                              "contrasena",
                                              "administrator",
                                              "admin",
                                              "welcome",
                                              "letmein",
                                              "qwerty",
                                              "qwertz",
                                              "azerty",
                                              "asdfgh",
                                              "qwertyuiop",
                                              "qazwsxedc",
                                              "zxcvbnm",
                                              "iloveyou",
                                              "sunshine",
                                              "princess",
                                              "football",
                                              "baseball",
                                              "superman",
                                              "batman",
                                              "dragon",
                                              "monkey",
                                              "shadow",
                                              "master",
                                              "trustno",
                                              "changeme",
                                              "default",
                                              "secret",
                                              "abcdefghijklmnopqrstuvwxyz",
                                              "printer",
                                              "printing",
                                              "myqsec",
                                              "abcdef",
                                              "startrek",
                                              "starwars",
                                              "pokemon",
                                              "computer",
                                              "internet",
                                              "service",
                                              "testtest",
                                              "guest",
                                              "root",
                                              "toor",
                                              "passw",
                                              "pass",
                                              "correcthorsebatterystaple",
                                              "thequickbrownfox",
                                              "thisismypassword",
                                              "mypassword",
                                              "newpassword",
                                              "yourpassword"};

/// "abcabcabc", "aaaa": a short unit, repeated.
bool is_repetition(std::string_view text) {
    for (std::size_t unit = 1; unit <= text.size() / 2 && unit <= 10; ++unit) {
        bool repeats = true;
        for (std::size_t i = unit; i < text.size() && repeats; ++i)
            repeats = text[i] == text[i - unit];
        if (repeats) return true;
    }
    return false;
}

/// "12345678901234567890", "abcdefgh", backwards too.
bool is_sequence(std::string_view text) {
    for (const int step : {1, -1}) {
        bool runs = true;
        for (std::size_t i = 1; i < text.size() && runs; ++i) {
            const int difference = text[i] - text[i - 1];
            const bool wraps =
                (text[i] == '0' && text[i - 1] == '9') || (text[i] == '9' && text[i - 1] == '0');
            runs = difference == step || wraps;
        }
        if (runs) return true;
    }
    return false;
}

/// How many characters lie in none of the words.
std::size_t outside_of(std::string_view password, const std::vector<std::string>& words) {
    std::vector<bool> covered(password.size());
    for (const auto& word : words) {
        for (auto at = password.find(word); at != std::string_view::npos; at = password.find(word, at + 1))
            std::fill_n(covered.begin() + static_cast<std::ptrdiff_t>(at), word.size(), true);
    }
    return static_cast<std::size_t>(std::ranges::count(covered, false));
}

bool is_made_of(std::string_view password, const std::vector<std::string>& words) {
    const auto outside = outside_of(password, words);
    return outside < password.size() && outside < enough_of_its_own;
}

bool is_letter_of_a_word(char c) {
    return (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

std::string_view without_digits_behind(std::string_view text) {
    std::size_t taken = 0;
    while (!text.empty() && !is_letter_of_a_word(text.back()) && ++taken < enough_of_its_own)
        text.remove_suffix(1);
    return text;
}

std::string_view without_digits_before(std::string_view text) {
    std::size_t taken = 0;
    while (!text.empty() && !is_letter_of_a_word(text.front()) && ++taken < enough_of_its_own)
        text.remove_prefix(1);
    return text;
}

/// "passw0rd", "p@$$word": signs that stand for letters.
std::string with_letters(std::string_view text, char for_one) {
    constexpr std::string_view signs = "03457@$!";
    constexpr std::string_view letters = "oeastasi";
    std::string out(text);
    for (auto& c : out) {
        if (const auto at = signs.find(c); at != std::string_view::npos) c = letters[at];
        if (c == '1') c = for_one;
    }
    return out;
}

std::string_view repeated_unit(std::string_view text) {
    for (std::size_t unit = shortest_word; unit <= text.size() / 2; ++unit) {
        if (text.size() % unit == 0 && text.substr(unit) == text.substr(0, text.size() - unit))
            return text.substr(0, unit);
    }
    return text;
}

/// What it may be once what people do to a common password is undone.
std::vector<std::string> likely_origins(std::string_view password) {
    std::vector<std::string> origins;
    const auto add = [&](std::string_view text) {
        if (text.size() < shortest_word) return;
        origins.emplace_back(text);
        origins.push_back(with_letters(text, 'l'));
        origins.push_back(with_letters(text, 'i'));
    };
    const auto behind = without_digits_behind(password);
    const auto before = without_digits_before(password);
    for (const auto text : {password, behind, before}) {
        add(text);
        add(repeated_unit(text));
    }
    if (behind.size() + before.size() + enough_of_its_own > 2 * password.size())
        add(repeated_unit(without_digits_before(behind)));
    return origins;
}

void add_word(std::vector<std::string>& words, std::string_view word) {
    if (word.size() >= shortest_word) words.emplace_back(word);
}

/// What stands between any of the separators.
std::vector<std::string> split(std::string_view text, std::string_view separators) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find_first_of(separators));
        add_word(words, word);
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    return words;
}

}  // namespace

std::vector<std::string> words_of_name(std::string_view text) {
    return split(text, " ,;.'-_\n\t");
}

std::vector<std::string> words_of_address(std::string_view email) {
    const auto at = std::min(email.find('@'), email.size());
    auto words = split(email.substr(0, at), ".-_+");
    const auto domain = email.substr(std::min(at + 1, email.size()));
    for (const auto whole : {email, email.substr(0, at), domain})
        add_word(words, whole);
    const auto labels = split(domain.substr(0, std::min(domain.rfind('.'), domain.size())), ".");
    words.insert(words.end(), labels.begin(), labels.end());
    return words;
}

Guessable guessable(std::string_view password, const std::vector<std::string>& words) {
    if (is_repetition(password) || is_sequence(password)) return Guessable::pattern;
    const auto is_mostly = [&](std::string_view word) { return is_made_of(password, {std::string(word)}); };
    auto origins = likely_origins(password);
    const bool common = is_any_common(origins);
    for (auto& one : origins)
        crypto::wipe({reinterpret_cast<std::uint8_t*>(one.data()), one.size()});
    if (common || std::ranges::any_of(guessed_first, is_mostly)) return Guessable::common;
    return is_made_of(password, words) ? Guessable::personal : Guessable::no;
}

}  // namespace myqsec::access
