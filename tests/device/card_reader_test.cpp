// What a device's reader gives of cards: transforms, and cards that people register themselves.
#include <doctest/doctest.h>

#include "device/devices.hpp"
#include "spool/site.hpp"

using namespace myqsec;
using namespace myqsec::test;
using audit::Action;
using device::Credentials;
using device::DeviceFields;

namespace {

const std::string password_of_ada = "correct pony fuel cell";

/// A site whose device "lobby" has a reader that gives cards in decimal, which are registered in hexadecimal.
class ReaderSite : public Site {
 public:
    ReaderSite() {
        access().credentials.set_password(root, ada_user, std::nullopt, password_of_ada);
        pin = as_text(access().credentials.generate_pin(root, bob_user).view());
        access().credentials.add_card(root, ada_user, "04A2B3C4", "", std::nullopt);
        DeviceFields fields;
        fields.name = "lobby";
        fields.methods = access::all_methods;
        fields.card_transform = "decimal-to-hex | pad 8 0";
        lobby = devices().create(root, fields);
    }
    access::Principal log_in_at_lobby(const Credentials& credentials) {
        return devices().login(system, lobby, credentials);
    }
    Status answer(const Credentials& credentials) {
        return status_of([&] { devices().logout(log_in_at_lobby(credentials), access::EndReason::logout); });
    }
    void change(std::optional<std::string> transform, std::optional<bool> registration = std::nullopt) {
        DeviceFields fields;
        fields.card_transform = std::move(transform);
        fields.self_registration = registration;
        devices().change(root, lobby, fields);
    }
    Status registers(const access::Principal& who, std::string_view card) {
        return status_of([&] { devices().register_card(who, card, "my own"); });
    }

    DeviceId lobby;
    std::string pin;
};

}  // namespace

TEST_CASE("a card is known at each device by what the device's transform makes of it") {
    ReaderSite site;
    CHECK(site.answer({"0077771716\r\n", "", "", ""}) == Status::OK);
    CHECK(site.answer({"04A2B3C4", "", "", ""}) == Status::ERR_INVALID_ARGUMENT);
    CHECK(site.answer({"0077771716", "", "", password_of_ada}) == Status::OK);
    site.change("");
    CHECK(site.answer({"04:a2:b3:c4", "", "", ""}) == Status::OK);
    CHECK(site.answer({"0077771716", "", "", ""}) == Status::ERR_AUTHENTICATION);
    CHECK(site.devices().list(site.root).at(0).card_transform.empty());
    std::vector<audit::Change> changes;
    for (const auto& event : site.audit().list(site.auditor(), {}, {.limit = 1'000})) {
        if (event.action == Action::device_changed) changes = event.changes;
    }
    CHECK(changes == std::vector<audit::Change>{{"card_transform", "decimal-to-hex | pad 8 0", ""}});
}

TEST_CASE("a card of which a transform leaves nothing is refused, and not taken for none") {
    ReaderSite site;
    site.change("drop 10 left");
    const auto failed = site.count(Action::session_login_failed);
    CHECK(site.answer({"0077771716", "", site.pin, ""}) == Status::ERR_INVALID_ARGUMENT);
    CHECK(site.count(Action::session_login_failed) == failed + 1);
    CHECK(site.answer({"", "", site.pin, ""}) == Status::OK);
}

TEST_CASE("a device takes no transform that is wrong, and keeps the one it had") {
    ReaderSite site;
    CHECK(status_of([&] { site.change("decimal-to-hexx"); }) == Status::ERR_INVALID_ARGUMENT);
    CHECK(site.devices().list(site.root).at(0).card_transform == "decimal-to-hex | pad 8 0");
    CHECK(site.answer({"0077771716", "", "", ""}) == Status::OK);
}

TEST_CASE("who logged in with a PIN or password registers a card of their own, where the device allows it") {
    ReaderSite site;
    auto bob = site.log_in_at_lobby({"", "", site.pin, ""});
    CHECK(site.registers(bob, "0012345678") == Status::ERR_NOT_POSSIBLE);
    site.change(std::nullopt, true);
    const auto added = site.count(Action::credential_added);
    CHECK(site.registers(bob, "0012345678") == Status::OK);
    CHECK(site.count(Action::credential_added) == added + 1);
    site.devices().logout(bob, access::EndReason::logout);
    bob = site.log_in_at_lobby({"0012345678", "", "", ""});
    CHECK(bob.user == site.bob_user);
    // A card alone, which may have been found, registers no other.
    CHECK(site.registers(bob, "0012345679") == Status::ERR_NOT_POSSIBLE);
    CHECK(site.registers(site.ada, "0012345679") == Status::ERR_NOT_POSSIBLE);
    site.devices().logout(bob, access::EndReason::logout);
    CHECK(site.registers(bob, "0012345679") == Status::ERR_SESSION_ENDED);
}

TEST_CASE("nobody registers more cards of their own than card.self_registration_limit") {
    ReaderSite site;
    site.change(std::nullopt, true);
    const auto bob = site.log_in_at_lobby({"", "", site.pin, ""});
    for (int i = 1; i <= 3; ++i)
        CHECK(site.registers(bob, "001234567" + std::to_string(i)) == Status::OK);
    CHECK(site.registers(bob, "0012345674") == Status::ERR_LIMIT);
    CHECK(site.access().users.get(site.root, site.bob_user).cards == 3);
}

TEST_CASE("nobody finds out cards of others by registering them") {
    ReaderSite site;
    site.change(std::nullopt, true);
    const auto bob = site.log_in_at_lobby({"", "", site.pin, ""});
    int told = 0;
    for (int i = 0; i < 20; ++i)
        told += site.registers(bob, "0077771716") == Status::ERR_EXISTS ? 1 : 0;
    CHECK(told >= 1);
    CHECK(told <= 10);
    CHECK(site.registers(bob, "0012345678") == Status::ERR_LOCKED_OUT);
    CHECK(site.access().users.get(site.root, site.ada_user).cards == 1);
}

TEST_CASE("a password that must be changed is changed at the device, before anything else is done there") {
    ReaderSite site;
    site.access().credentials.expire_password(site.root, site.ada_user);
    CHECK(site.answer({"0077771716", "", "", ""}) == Status::OK);  // the card alone needs no password
    const auto ada = site.log_in_at_lobby({"0077771716", "", "", password_of_ada});
    CHECK(status_of([&] { (void)site.jobs().list(ada, {}); }) == Status::ERR_PASSWORD_CHANGE_REQUIRED);
    CHECK(status_of([&] { site.submit(ada, site.secure, "mine"); }) != Status::OK);
    site.access().credentials.set_password(ada, site.ada_user, password_of_ada, "seven purple giraffes");
    CHECK(status_of([&] { (void)site.jobs().list(ada, {}); }) == Status::OK);
    // Others have no use for that right at a device.
    CHECK(status_of([&] {
              site.access().credentials.set_password(ada, site.ada_user, "seven purple giraffes",
                                                     "eight purple giraffes");
          }) == Status::ERR_ACCESS_DENIED);
}
