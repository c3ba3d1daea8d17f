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

constexpr std::size_t max_password = 1024;  // bytes; bounds the work, not the choice

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

namespace {

bool is_run(std::string_view pin, int step) {
    for (std::size_t i = 1; i < pin.size(); ++i) {
        if ((pin[i] - pin[i - 1] - step) % 10 != 0) return false;
    }
    return true;
}

bool has_period(std::string_view pin, std::size_t period) {
    return pin.size() % period == 0 && pin.substr(period) == pin.substr(0, pin.size() - period);
}

int number(std::string_view digits) {
    int value = 0;
    for (const char c : digits)
        value = value * 10 + (c - '0');
    return value;
}

bool is_year(std::string_view digits) {
    return number(digits) >= 1900 && number(digits) <= 2099;
}

bool is_day_and_month(std::string_view digits) {
    const auto is_pair = [](int day, int month) {
        return day >= 1 && day <= 31 && month >= 1 && month <= 12;
    };
    const int first = number(digits.substr(0, 2));
    const int second = number(digits.substr(2, 2));
    return is_pair(first, second) || is_pair(second, first);
}

bool is_date(std::string_view pin) {
    if (pin.size() == 4) return is_year(pin);
    if (pin.size() == 6) return is_day_and_month(pin.substr(0, 4)) || is_day_and_month(pin.substr(2, 4));
    if (pin.size() != 8) return false;
    return (is_year(pin.substr(0, 4)) && is_day_and_month(pin.substr(4))) ||
           (is_year(pin.substr(4)) && is_day_and_month(pin.substr(0, 4)));
}

}  // namespace

bool is_trivial_pin(std::string_view pin) {
    for (const int step : {0, 1, -1}) {
        if (is_run(pin, step)) return true;
    }
    for (std::size_t period = 1; period <= pin.size() / 2; ++period) {
        if (has_period(pin, period)) return true;
    }
    return is_date(pin);
}

void check_chosen_pin(const settings::Settings& settings, std::string_view pin) {
    if (pin.empty() || pin.find_first_not_of("0123456789") != std::string_view::npos) {
        fail(Status::ERR_INVALID_ARGUMENT, "a PIN is made of digits");
    }
    const auto least = settings.integer(Setting::pin_min_length);
    const auto most = settings.integer(Setting::pin_max_length);
    const auto digits = static_cast<std::int64_t>(pin.size());
    if (digits < least || digits > most) fail(Status::ERR_LIMIT, "a PIN needs {} to {} digits", least, most);
    if (is_trivial_pin(pin)) {
        fail(Status::ERR_LIMIT, "the PIN is too easy to guess: no repeats, sequences, years or dates");
    }
}

std::int64_t generated_pin_length(const settings::Settings& settings, std::int64_t pins) {
    auto digits = std::max(settings.integer(Setting::pin_length), settings.integer(Setting::pin_min_length));
    const auto hits =
        static_cast<double>(pins) * static_cast<double>(settings.integer(Setting::pin_site_guesses));
    double space = 1;
    for (std::int64_t i = 0; i < digits; ++i)
        space *= 10;
    while (hits > settings.probability(Setting::pin_max_guess_probability) * space && digits <= 16) {
        ++digits;
        space *= 10;
    }
    const auto most = settings.integer(Setting::pin_max_length);
    if (digits > most) {
        fail(Status::ERR_LIMIT,
             "with {} users of PINs alone a PIN would need more than pin.max_length = {} digits to be safe; "
             "use the "
             "PIN together with the user name or a card",
             pins, most);
    }
    return digits;
}

crypto::Secret random_pin(std::int64_t digits) {
    crypto::Secret pin(static_cast<std::size_t>(digits));
    do {
        for (auto& digit : pin.span())
            digit = static_cast<std::uint8_t>('0' + crypto::random_below(10));
    } while (is_trivial_pin(as_text(pin.view())));
    return pin;
}

LookupHash pin_factor_hash(const storage::Keystore& keystore, UserId user, std::string_view pin) {
    const auto prefix = fmt::format("{}:", user.value);
    crypto::Secret text(prefix.size() + pin.size());  // no string: what it leaves behind is not wiped
    std::ranges::copy(as_bytes(pin), std::ranges::copy(as_bytes(prefix), text.span().begin()).out);
    return lookup_hash(keystore, lookup_domain::pin_of_user, as_text(text.view()));
}

LookupHash pin_alone_hash(const storage::Keystore& keystore, std::string_view pin) {
    return lookup_hash(keystore, lookup_domain::pin_alone, pin);
}

}  // namespace myqsec::access
