#include "settings/settings.hpp"

#include <doctest/doctest.h>

#include "audit/audit_fixture.hpp"
#include "audit/stand_in_authority.hpp"

using namespace myqsec;
using namespace myqsec::settings;

namespace {

struct Fixture : test::AuditFixture {
    Fixture() : AuditFixture({schema()}) {}
    [[nodiscard]] Authorised auditor() override { return test::auditor; }
    Settings settings{*vault, audit()};
    Authorised proof = access::Authority::prove("settings.change.login");
    std::string refusal(std::string_view name, std::string_view value) {
        try {
            settings.set(proof, name, value);
        } catch (const Error& error) {
            CHECK(error.status() == Status::ERR_INVALID_ARGUMENT);
            return error.what();
        }
        return "accepted";
    }
};

}  // namespace

TEST_CASE("every setting has its default, within its own range, and reads back as written") {
    Fixture f;
    for (const auto& one : definitions()) {
        CAPTURE(one.name);
        CHECK(f.settings.value_text(one.setting) == one.initial);
        CHECK(find_definition(one.name) == &definition(one.setting));
        CHECK_FALSE(one.meaning.empty());
    }
    CHECK(f.settings.duration(Setting::device_idle_timeout) == std::chrono::seconds(60));
    CHECK(f.settings.integer(Setting::spool_max_job_size) == std::int64_t{4} << 30);
    CHECK(f.settings.text(Setting::password_profile) == "nist");
    CHECK(f.settings.probability(Setting::pin_max_guess_probability) == doctest::Approx(0.05));
}

TEST_CASE("a change is audited with both values, and is still there in the next process") {
    Fixture f;
    f.settings.set(f.proof, "lockout.window", "90h");
    CHECK(f.settings.duration(Setting::lockout_window) == std::chrono::hours(90));
    CHECK(f.settings.get("lockout.window").changed == f.clock.now());
    const auto events = f.events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].action == audit::Action::settings_changed);
    CHECK(events[0].changes == std::vector<audit::Change>{{"lockout.window", "30d", "90h"}});
    CHECK(Settings(*f.vault, f.audit()).value_text(Setting::lockout_window) == "90h");
    f.settings.set(f.proof, "lockout.window", std::nullopt);
    CHECK(f.settings.value_text(Setting::lockout_window) == "30d");
}

TEST_CASE("a bad value is refused with the range, and nothing is audited") {
    Fixture f;
    CHECK(f.refusal("lockout.failures", "0") == "lockout.failures must be a whole number from 1 to 100");
    CHECK(f.refusal("lockout.failures", "five") == "lockout.failures must be a whole number from 1 to 100");
    CHECK(f.refusal("lockout.window", "15") ==
          "lockout.window must be a duration from 1h to 90d, such as 30d");
    CHECK(f.refusal("lockout.window", "99999999999999999999h").starts_with("lockout.window must be"));
    CHECK(f.refusal("password.profile", "weak") == "password.profile must be one of nist, complexity");
    CHECK(f.refusal("pin.max_guess_probability", "1.5").starts_with("pin.max_guess_probability must be"));
    CHECK(f.refusal("login.rights_message", "\xFF") ==
          "login.rights_message must be at most 4000 bytes of UTF-8");
    CHECK(f.refusal("login.rights_message", std::string(4001, 'a'))
              .starts_with("login.rights_message must be"));
    CHECK(f.events().empty());
}

TEST_CASE("an unknown setting is not found, and a proof of another right is no proof") {
    Fixture f;
    CHECK(test::status_of([&] { f.settings.set(f.proof, "lockout.nothing", "1"); }) == Status::ERR_NOT_FOUND);
    CHECK(test::status_of([&] { (void)f.settings.get("x"); }) == Status::ERR_NOT_FOUND);
    const auto other = access::Authority::prove("settings.change.jobs");
    CHECK(test::status_of([&] { f.settings.set(other, "lockout.failures", "3"); }) == Status::ERR_INTERNAL);
}

TEST_CASE("durations and sizes are written with the largest unit that fits") {
    CHECK(format_duration(std::chrono::hours(24)) == "1d");
    CHECK(format_duration(std::chrono::minutes(90)) == "90min");
    CHECK(format_duration(Duration(250)) == "250ms");
    CHECK(format_duration(Duration(0)) == "0s");
    CHECK(format_size(std::int64_t{4} << 30) == "4GiB");
    CHECK(format_size(1000) == "1000B");
    CHECK(parse_duration("24h") == std::chrono::hours(24));
    CHECK_FALSE(parse_duration("-1s").has_value());
    CHECK_FALSE(parse_duration("s").has_value());
}
