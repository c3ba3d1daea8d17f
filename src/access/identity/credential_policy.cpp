#include "access/identity/credential_policy.hpp"

#include <algorithm>
#include <set>

#include "access/identity/names.hpp"
#include "access/identity/profiles.hpp"
#include "access/passwords/guessable.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"

namespace myqsec::access {

using settings::Setting;

namespace {

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// What the person and the site are known by, in lower case.
std::vector<std::string> known_words(const settings::Settings& settings, const PersonNames& person) {
    std::vector<std::string> words;
    const auto add = [&](const std::vector<std::string>& more) {
        words.insert(words.end(), more.begin(), more.end());
    };
    const auto user_name = fold_user_name(person.user_name);
    words.push_back(user_name);
    add(words_of_name(user_name));
    add(words_of_name(fold_user_name(person.full_name)));
    add(words_of_address(fold_user_name(person.email)));
    add(words_of_name(fold_user_name(settings.text(Setting::password_blocked_words))));
    return words;
}

std::string_view objection_to(Guessable how) {
    switch (how) {
        case Guessable::pattern:
            return "it repeats a part, or runs through neighbouring characters";
        case Guessable::common:
            return "it is a common one, or little more than that";
        case Guessable::personal:
            return "it is little more than names of the person, the e-mail address or this site";
        case Guessable::no:
            break;
    }
    return "";
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
                           const PersonNames& person, PasswordUse use) {
    if (password.size() > max_password)
        fail(Status::ERR_LIMIT, "a password may have at most {} bytes", max_password);
    const auto least =
        settings.integer(use == PasswordUse::alone ? Setting::password_min_length
                                                   : Setting::password_min_length_second_factor);
    if (characters(password) < static_cast<std::size_t>(least)) {
        fail(Status::ERR_LIMIT, "the password is too short: it needs at least {} characters", least);
    }
    auto folded = fold_user_name(password);
    const auto how = guessable(folded, known_words(settings, person));
    crypto::wipe({reinterpret_cast<std::uint8_t*>(folded.data()), folded.size()});
    if (how != Guessable::no)
        fail(Status::ERR_LIMIT, "the password is too easy to guess: {}", objection_to(how));
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
