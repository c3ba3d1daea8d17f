// Logins at devices and from sources, and what lockout has to say of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "access/fixture.hpp"

namespace myqsec::access {

inline constexpr DeviceId lobby(7), elsewhere(8);
inline const std::string card_number = "04A2B3C4D5";

inline LoginAttempt attempt_at(Place place, std::string_view name, std::string_view pin,
                               std::string_view password, std::string_view card = {}) {
    LoginAttempt attempt;
    attempt.place = std::move(place);
    attempt.user_name = name;
    attempt.pin = pin;
    attempt.password = password;
    attempt.card = card;
    return attempt;
}

struct LockoutFixture : test::AccessFixture {
    Status answer(const LoginAttempt& attempt, Methods allowed = all_methods) {
        return test::status_of([&] { access.login.authenticate(system, attempt, allowed); });
    }
    Status password(std::string_view name, std::string_view given, const std::string& source = {}) {
        return answer(attempt_at({{}, source}, name, {}, given));
    }
    Status right_password(const std::string& source = {}) {
        return password("ada", test::ada_password, source);
    }
    Status name_pin(std::string_view name, std::string_view pin, DeviceId at = lobby) {
        return answer(attempt_at({at, {}}, name, pin, {}));
    }
    Status pin(std::string_view given, DeviceId at = lobby, Methods allowed = all_methods) {
        return answer(attempt_at({at, {}}, {}, given, {}), allowed);
    }
    Status card(std::string_view number, DeviceId at = lobby) {
        return answer(attempt_at({at, {}}, {}, {}, {}, number));
    }
    /// What a host is told of a refusal.
    LoginRefused refusal(const LoginAttempt& attempt) {
        try {
            access.login.authenticate(system, attempt, all_methods);
        } catch (const LoginRefused& refused) {
            return refused;
        }
        FAIL("not refused");
        throw;
    }
    /// How many wrong entries were looked at; the answer alone may be that of a stranger's lock.
    int looked_at() {
        int count = 0;
        for (const auto& event : events())
            count +=
                event.action == audit::Action::session_login_failed && event.result == audit::Result::failed;
        return count;
    }
    std::vector<Lock> locks() { return access.locks.list(root); }
    audit::StoredEvent last(audit::Action action) {
        audit::StoredEvent found;
        for (const auto& event : events())
            if (event.action == action) found = event;
        return found;
    }
};

template <class Work>
void times(int count, Work&& work) {
    for (int i = 0; i < count; ++i)
        work();
}

}  // namespace myqsec::access
