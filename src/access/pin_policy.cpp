#include "access/pin_policy.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "crypto/random.hpp"

namespace myqsec::access {

using settings::Setting;

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
