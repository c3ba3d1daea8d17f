#include "access/identity/pin_policy.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "access/identity/lock_model.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"

namespace myqsec::access {

using settings::Setting;

namespace {

// Of PINs that people choose and the block list leaves, the likeliest is about so many times as likely as if
// all were equally likely: where the rank r is chosen with a frequency of r^-0.6 to r^-1, and the first tenth
// is taken away, 2.6 to 4.3 times.
constexpr double chosen_skew = 4.3;

constexpr double digit = 10;
constexpr double impossible = 1e30;

int number(std::string_view digits) {
    int value = 0;
    for (const char c : digits)
        value = value * 10 + (c - '0');
    return value;
}

bool is_date_of(int day, int month) {
    return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

bool is_month_and_day(std::string_view digits) {
    return is_date_of(number(digits.substr(2, 2)), number(digits.substr(0, 2)));
}

/// Or month and day.
bool is_day_and_month(std::string_view digits) {
    return is_month_and_day(digits) || is_date_of(number(digits.substr(0, 2)), number(digits.substr(2, 2)));
}

/// 1111; 1234, 9876; 2468, 1470: digits that go on by the same step.
double steps(std::string_view part) {
    const int step = (part[1] - part[0] + 10) % 10;
    for (std::size_t i = 2; i < part.size(); ++i) {
        if ((part[i] - part[i - 1] + 10) % 10 != step) return impossible;
    }
    if (step == 0) return digit;
    if (part.size() < 3) return impossible;
    return step == 1 || step == 9 ? 2 * digit : 10 * digit;
}

/// 2580, 1590, 7415: from key to neighbouring key of a telephone's pad, all in one direction but for one
/// turn.
double shape(std::string_view part) {
    if (part.size() < 3) return impossible;
    const auto row = [](char c) { return c == '0' ? 3 : (c - '1') / 3; };
    const auto column = [](char c) { return c == '0' ? 1 : (c - '1') % 3; };
    int turns = 0;
    for (std::size_t i = 1; i < part.size(); ++i) {
        const int down = row(part[i]) - row(part[i - 1]);
        const int right = column(part[i]) - column(part[i - 1]);
        if (std::abs(down) > 1 || std::abs(right) > 1 || (down == 0 && right == 0)) return impossible;
        if (i == 1) continue;
        const bool straight =
            down == row(part[i - 1]) - row(part[i - 2]) && right == column(part[i - 1]) - column(part[i - 2]);
        turns += straight ? 0 : 1;
    }
    if (turns > 1) return impossible;
    return digit * 5 * (turns == 0 ? 1.0 : 4.0 * static_cast<double>(part.size()));
}

/// 1984; 2412, 1224; 241284, 19841224 and the like.
double date(std::string_view part) {
    constexpr double years = 120, days = 366;
    const auto is_year = [](std::string_view digits) {
        return number(digits) >= 1920 && number(digits) <= 2039;
    };
    if (part.size() == 4) return is_year(part) ? years : is_day_and_month(part) ? 2 * days : impossible;
    if (part.size() == 6 && (is_day_and_month(part.substr(0, 4)) || is_month_and_day(part.substr(2, 4))))
        return 2 * 100 * days;
    if (part.size() == 8 && ((is_year(part.substr(0, 4)) && is_day_and_month(part.substr(4))) ||
                             (is_year(part.substr(4)) && is_day_and_month(part.substr(0, 4)))))
        return 4 * years * days;
    return impossible;
}

/// The whole but for one digit is the same digit: 1110, 7077.
double but_one(std::string_view pin) {
    for (const char c : {pin[0], pin[1]}) {
        if (static_cast<std::size_t>(std::ranges::count(pin, c)) + 1 == pin.size())
            return digit * digit * static_cast<double>(pin.size());
    }
    return impossible;
}

/// One part after the other; each way of dividing has to be tried, too.
double divided(std::string_view pin) {
    std::vector<double> best(pin.size() + 1, impossible);
    best[0] = 1;
    for (std::size_t end = 1; end <= pin.size(); ++end) {
        for (std::size_t begin = 0; begin < end; ++begin) {
            const auto part = pin.substr(begin, end - begin);
            const auto cost = part.size() == 1 ? digit : std::min({steps(part), shape(part), date(part)});
            const double division = begin == 0 ? 1 : 3;
            best[end] = std::min(best[end], best[begin] * cost * division);
        }
    }
    return best.back();
}

/// 10^digits.
double space_of(std::int64_t digits) {
    double space = 1;
    for (std::int64_t i = 0; i < digits; ++i)
        space *= digit;
    return space;
}

std::int64_t length_for(double hits_per_pin, double accepted) {
    std::int64_t digits = 4;
    while (hits_per_pin > accepted * space_of(digits) && digits <= 16)
        ++digits;
    return digits;
}

}  // namespace

double guesses_before(std::string_view pin) {
    if (pin.size() < 2) return 1;
    auto guesses = std::min(divided(pin), but_one(pin));
    for (std::size_t unit = 1; unit <= pin.size() / 2; ++unit) {
        if (pin.size() % unit == 0 && pin.substr(unit) == pin.substr(0, pin.size() - unit))
            guesses = std::min(guesses, 2 * space_of(static_cast<std::int64_t>(unit)));
    }
    if (std::equal(pin.begin(), pin.end(), pin.rbegin()))
        guesses = std::min(guesses, 2 * space_of(static_cast<std::int64_t>((pin.size() + 1) / 2)));
    return guesses;
}

bool is_likely_pin(std::string_view pin, double share) {
    return guesses_before(pin) <= share * space_of(static_cast<std::int64_t>(pin.size()));
}

PinUse check_chosen_pin(const settings::Settings& settings, std::string_view pin, std::int64_t users) {
    if (pin.empty() || pin.find_first_not_of("0123456789") != std::string_view::npos) {
        fail(Status::ERR_INVALID_ARGUMENT, "a PIN is made of digits");
    }
    const auto least = settings.integer(Setting::pin_min_length);
    const auto most = settings.integer(Setting::pin_max_length);
    const auto digits = static_cast<std::int64_t>(pin.size());
    if (digits < least || digits > most) fail(Status::ERR_LIMIT, "a PIN needs {} to {} digits", least, most);
    if (is_likely_pin(pin, settings.probability(Setting::pin_blocked_share))) {
        fail(Status::ERR_LIMIT,
             "the PIN is too easy to guess: no repeats, sequences, years, dates, or shapes on the keypad");
    }
    return digits >= named_pin_length(settings, users) ? PinUse::with_name : PinUse::with_card;
}

std::int64_t named_pin_length(const settings::Settings& settings, std::int64_t users) {
    const auto guesses = static_cast<double>(LockRules::of(settings).guesses_at_account());
    return length_for(static_cast<double>(users) * guesses * chosen_skew,
                      settings.probability(Setting::pin_max_guess_probability));
}

std::int64_t generated_pin_length(const settings::Settings& settings, std::int64_t pins) {
    constexpr double days = 30;
    // Alone, and with each one's name or card.
    const auto guesses = static_cast<double>(settings.integer(Setting::pin_site_guesses)) * days +
                         static_cast<double>(LockRules::of(settings).guesses_at_account());
    const auto hits = static_cast<double>(pins) * guesses;
    const auto digits =
        std::max({settings.integer(Setting::pin_length), settings.integer(Setting::pin_min_length),
                  length_for(hits, settings.probability(Setting::pin_max_guess_probability))});
    const auto most = settings.integer(Setting::pin_max_length);
    if (digits > most) {
        fail(Status::ERR_LIMIT,
             "with {} users of PINs alone a PIN would need more than pin.max_length = {} digits to be safe; "
             "use the PIN together with the user name or a card",
             pins, most);
    }
    return digits;
}

crypto::Secret random_pin(std::int64_t digits) {
    constexpr double obvious = 0.001;  // those would be tried first, and hardly any is lost
    crypto::Secret pin(static_cast<std::size_t>(digits));
    do {
        for (auto& one : pin.span())
            one = static_cast<std::uint8_t>('0' + crypto::random_below(10));
    } while (is_likely_pin(as_text(pin.view()), obvious));
    return pin;
}

std::vector<LookupHash> pin_factor_hashes(storage::Vault& vault, UserId user, std::string_view pin) {
    const auto prefix = fmt::format("{}:", user.value);
    crypto::Secret text(prefix.size() + pin.size());  // no string: what it leaves behind is not wiped
    std::ranges::copy(as_bytes(pin), std::ranges::copy(as_bytes(prefix), text.span().begin()).out);
    return lookup_hashes(vault, lookup_domain::pin_of_user, as_text(text.view()));
}

std::vector<LookupHash> pin_alone_hashes(storage::Vault& vault, std::string_view pin) {
    return lookup_hashes(vault, lookup_domain::pin_alone, pin);
}

}  // namespace myqsec::access
