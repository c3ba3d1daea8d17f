#include "access/identity/credential_policy.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "access/identity/names.hpp"
#include "access/identity/profiles.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"

namespace myqsec::access {

using settings::Setting;

namespace {

/// What guessers try first, in lower case and without the digits and signs that people append.
constexpr std::string_view common_words[] = {
    "password",
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
    "yourpassword",
};

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

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

/// True if little is left of the password once `word` is taken out.
bool is_mostly(std::string_view password, std::string_view word) {
    if (word.size() < 3) return password == word;
    std::size_t covered = 0;
    for (auto at = password.find(word); at != std::string_view::npos;
         at = password.find(word, at + word.size())) {
        covered += word.size();
    }
    return covered > 0 && password.size() - covered < 8;
}

bool is_blocked(std::string_view password, std::string_view user_name) {
    const auto folded = fold_user_name(password);
    if (is_repetition(folded) || is_sequence(folded)) return true;
    if (is_mostly(folded, fold_user_name(user_name))) return true;
    return std::ranges::any_of(common_words, [&](std::string_view word) { return is_mostly(folded, word); });
}

std::size_t character_classes(std::string_view password) {
    std::set<int> classes;
    for (const char c : password) {
        classes.insert(c >= 'a' && c <= 'z' ? 0 : c >= 'A' && c <= 'Z' ? 1 : c >= '0' && c <= '9' ? 2 : 3);
    }
    return classes.size();
}

}  // namespace

void check_password_policy(const settings::Settings& settings, std::string_view password,
                           std::string_view user_name, PasswordUse use) {
    if (password.size() > max_password)
        fail(Status::ERR_LIMIT, "a password may have at most {} bytes", max_password);
    const auto least =
        settings.integer(use == PasswordUse::alone ? Setting::password_min_length
                                                   : Setting::password_min_length_second_factor);
    if (characters(password) < static_cast<std::size_t>(least)) {
        fail(Status::ERR_LIMIT, "the password is too short: it needs at least {} characters", least);
    }
    if (is_blocked(password, user_name)) {
        fail(Status::ERR_LIMIT,
             "the password is too easy to guess: it is a common one, a pattern, or the user name");
    }
    if (settings.text(Setting::password_profile) != "complexity") return;
    const auto classes = settings.integer(Setting::password_min_classes);
    if (character_classes(password) < static_cast<std::size_t>(classes)) {
        fail(Status::ERR_LIMIT, "the password needs {} of: lower case, upper case, digits, other characters",
             classes);
    }
}

std::string random_password() {
    static constexpr std::string_view alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
    static_assert(alphabet.size() == 32);
    std::string password;
    for (int i = 0; i < 20; ++i) {
        if (i > 0 && i % 5 == 0) password += '-';
        password += alphabet[crypto::random_below(alphabet.size())];
    }
    return password;
}

crypto::Argon2Parameters password_kdf(const settings::Settings& settings) {
    return {static_cast<std::uint32_t>(settings.integer(Setting::kdf_memory_kib)),
            static_cast<std::uint32_t>(settings.integer(Setting::kdf_iterations)), 1};
}

}  // namespace myqsec::access
