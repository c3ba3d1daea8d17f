#include "device/device_sessions.hpp"

#include <algorithm>
#include <optional>

#include "access/cards/card_transform.hpp"

namespace myqsec::device {

using access::EndReason;
using access::Right;
using std::chrono::milliseconds;

namespace {

/// How long a logout waits for the sinks of its session to let go before the device counts as not cleared.
constexpr milliseconds output_patience = std::chrono::seconds(10);
/// When to look again at a device that was busy.
constexpr Duration busy_delay = std::chrono::seconds(1);

audit::Actor actor_of(const spool::Context& context, UserId user) {
    try {
        return context.access.users.actor(user);
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NOT_FOUND) throw;
        return audit::Actor::anonymous();  // deleted since
    }
}

/// Why a session that the durable row still shows is over; nothing if it is not.
std::optional<EndReason> end_of(const std::optional<access::Session>& session, Instant now) {
    return session ? session->end_by(now) : EndReason::revoked;
}

}  // namespace

Device require_device(storage::Database& main, DeviceId device) {
    auto found = store::find_device(main, device);
    if (!found) fail(Status::ERR_NOT_FOUND, "there is no device {}", device.value);
    return *std::move(found);
}

void DeviceSessions::recover() {
    storage::Transaction transaction(context_.main());
    for (const auto& row : store::list_sessions(context_.main())) {
        store::mark_clear_pending(context_.main(), row.device);
        store::remove_session(context_.main(), row.device, row.session);
        context_.audit.append(transaction, {.action = audit::Action::session_logout,
                                            .actor = actor_of(context_, row.user),
                                            .object = row.device,
                                            .changes = {{"reason", "", "restart"}},
                                            .personal = {}});
    }
    transaction.commit();
}

access::Principal DeviceSessions::login(const access::Principal& host, DeviceId id,
                                        const Credentials& credentials) {
    const auto proof = context_.access.authority.authorise(host, Right::session_host, {{}, {}, id});
    access::LoginAttempt attempt;
    attempt.card = credentials.card;
    attempt.user_name = credentials.user_name;
    attempt.pin = credentials.pin;
    attempt.password = credentials.password;
    attempt.place.device = id;
    const auto turn = turns_.take(id);
    const auto device = require_device(context_.main(), id);
    make_ready(proof.actor(), device, attempt);
    const auto earlier = store::session_at(context_.main(), id);
    // Before any credential is looked at, so that a refusal tells nothing about them.
    if (earlier && context_.settings.text(settings::Setting::device_second_login) == "refuse") {
        context_.access.login.record_refusal(attempt, "device-in-use");
        fail(Status::ERR_NOT_POSSIBLE, "device {} is in use", id.value);
    }
    const auto card = card_text(device, attempt);
    attempt.card = card;
    const auto since = context_.access.sessions.mark();
    const auto user = context_.access.login.authenticate(host, attempt, device.methods);
    require_device_login(user, id);
    // Only now: nobody ends another's session by a wrong PIN.
    if (earlier) end(proof.actor(), *earlier, EndReason::replaced);
    return open(proof, device, user, since,
                {.pin = !attempt.pin.empty(), .password = !attempt.password.empty()});
}

/// The card's text as the device's transform makes it; nothing where no card was shown. What that does not
/// take is refused: as nothing it would make another way to log in.
std::string DeviceSessions::card_text(const Device& device, const access::LoginAttempt& attempt) {
    if (attempt.card.empty()) return {};
    try {
        auto text = access::CardTransform::parse(device.card_transform).apply(attempt.card);
        if (text.empty()) fail(Status::ERR_INVALID_ARGUMENT, "the card transform leaves nothing of the card");
        return text;
    } catch (const Error& error) {
        if (error.status() == Status::ERR_INVALID_ARGUMENT)
            context_.access.login.record_refusal(attempt, "malformed");
        throw;
    }
}

CardId DeviceSessions::register_card(const access::Principal& principal, std::string_view card,
                                     std::string_view label) {
    const auto proof =
        context_.access.authority.authorise(principal, Right::device_login, {{}, {}, principal.device});
    if (principal.kind != access::PrincipalKind::device)
        fail(Status::ERR_NOT_POSSIBLE, "a card is registered in a session at the device that reads it");
    const auto device = require_device(context_.main(), principal.device);
    if (!device.self_registration) {
        fail(Status::ERR_NOT_POSSIBLE, "device {} is not set to let people register cards of their own",
             device.id.value);
    }
    const auto session = context_.access.sessions.get(principal.session);
    if (!session || !(session->presented.pin || session->presented.password)) {
        fail(Status::ERR_NOT_POSSIBLE,
             "whoever registers a card logs in with a PIN or a password before, not with a card alone");
    }
    const auto text = access::CardTransform::parse(device.card_transform).apply(card);
    return context_.access.credentials.add_own_card(proof, principal, text, label);
}

void DeviceSessions::make_ready(const audit::Actor& actor, const Device& device,
                                const access::LoginAttempt& attempt) {
    auto& login = context_.access.login;
    if (!device.enabled) {
        login.record_refusal(attempt, "device-disabled");
        fail(Status::ERR_NOT_POSSIBLE, "device {} is disabled", device.id.value);
    }
    try {
        end_if_over(actor, device.id);
        memory_.clear(actor, device.id);
    } catch (const Error& error) {
        const auto status = error.status();
        if (status != Status::ERR_CALLBACK && status != Status::ERR_DEVICE_LOCKED) throw;
        login.record_refusal(attempt, "device-locked");
        fail(Status::ERR_DEVICE_LOCKED, "{}", error.what());
    }
}

void DeviceSessions::end_if_over(const audit::Actor& actor, DeviceId device) {
    const auto row = store::session_at(context_.main(), device);
    if (!row) return;
    const auto reason = end_of(context_.access.sessions.get(row->session), context_.now());
    if (reason) end(actor, *row, *reason);
}

void DeviceSessions::require_device_login(UserId user, DeviceId device) {
    auto& authority = context_.access.authority;
    if (authority.rights_of(user).has(Right::device_login)) return;
    const access::Principal person{
        access::PrincipalKind::device, user, {}, device, context_.access.users.actor(user)};
    authority.deny(person, Right::device_login, device);
}

access::Principal DeviceSessions::open(const Authorised& host, const Device& device, UserId user,
                                       access::Sessions::Mark since, const access::Presented& presented) {
    auto& sessions = context_.access.sessions;
    auto limits = sessions.device_limits();
    if (device.idle_timeout > Duration::zero()) limits.idle = device.idle_timeout;
    access::Principal principal;
    try {
        storage::Transaction transaction(context_.main());
        principal = sessions.open_device_session(host, user, device.id, limits, since, presented);
        store::insert_session(context_.main(), {device.id, principal.session, user});
        transaction.commit();
    } catch (...) {
        // A session without its row would not be cleared after a crash: it must not live.
        if (principal.session) sessions.end(principal.session, EndReason::revoked);
        throw;
    }
    return principal;
}

void DeviceSessions::logout(const access::Principal& principal, EndReason reason) {
    if (principal.kind != access::PrincipalKind::device) {
        fail(Status::ERR_INVALID_ARGUMENT, "the session is not one at a device");
    }
    const auto turn = turns_.take(principal.device);
    std::optional<store::SessionRow> row;
    try {
        row = store::session_at(context_.main(), principal.device);
    } catch (...) {
        const auto session = context_.access.sessions.get(principal.session);
        if (session) end_unrecorded({principal.device, principal.session, principal.user}, session, reason);
        throw;
    }
    if (row && row->session == principal.session) end(principal.actor, *row, reason);
}

void DeviceSessions::end_revoked(const access::Principal& principal) {
    const auto turn = turns_.take(principal.device);
    const auto row = store::session_at(context_.main(), principal.device);
    if (row && row->session == principal.session) end(principal.actor, *row, EndReason::revoked);
}

void DeviceSessions::end(const audit::Actor& actor, const store::SessionRow& row, EndReason reason) {
    // First of all, because it refuses calls from the session's own sinks.
    (void)jobs_.stop_output(row.session, milliseconds(0));
    const auto session = context_.access.sessions.get(row.session);
    try {
        storage::Transaction transaction(context_.main());
        store::mark_clear_pending(context_.main(), row.device);
        store::remove_session(context_.main(), row.device, row.session);
        context_.access.sessions.end(row.session, reason);
        transaction
            .commit_unsynced();  // a crash ends the session as well, and leaves the device to be cleared
    } catch (...) {
        end_unrecorded(row, session, reason);
        throw;
    }
    (void)let_go(row);
    try {
        memory_.clear(actor, row.device);
    } catch (...) {
        context_.main().wait_durable();
        throw;
    }
}

/// Where the disk takes nothing. The row stays, so that the next tick or opening does it again, and records
/// it.
void DeviceSessions::end_unrecorded(const store::SessionRow& row,
                                    const std::optional<access::Session>& session, EndReason reason) {
    if (session) context_.access.sessions.end_unrecorded(*session, reason);
    if (let_go(row)) memory_.clear_unrecorded(row.device);
}

/// Waits for what prints, which else counts as not cleared.
bool DeviceSessions::let_go(const store::SessionRow& row) {
    if (jobs_.stop_output(row.session, output_patience)) return true;
    memory_.output_remains(row.device, row.session);
    return false;
}

void DeviceSessions::revoke(const audit::Actor& actor, DeviceId device) {
    const auto row = store::session_at(context_.main(), device);
    if (!row) return;
    try {
        end(actor, *row, EndReason::revoked);
    } catch (const Error& error) {
        // Audited; the device stays locked for as long as it exists.
        if (error.status() != Status::ERR_CALLBACK && error.status() != Status::ERR_DEVICE_LOCKED) throw;
    }
}

/// False if the device was busy. What the host's callbacks fail to do is audited and tried again.
template <typename Action>
bool DeviceSessions::attempt(DeviceId device, Action&& action) {
    const auto turn = turns_.try_take(device);
    if (!turn) return false;
    try {
        action();
    } catch (const Error& error) {
        const auto status = error.status();
        if (status == Status::ERR_REENTRANT) return false;
        if (status != Status::ERR_CALLBACK && status != Status::ERR_DEVICE_LOCKED) throw;
    }
    return true;
}

Instant DeviceSessions::tick(const audit::Actor& actor) {
    const auto now = context_.now();
    auto next = Instant::max();
    for (const auto& row : store::list_sessions(context_.main())) {
        const auto session = context_.access.sessions.get(row.session);
        if (!end_of(session, now)) {
            next = std::min(next, session->deadline());
        } else if (!attempt(row.device, [&] { end_if_over(actor, row.device); })) {
            next = std::min(next, now + busy_delay);
        }
    }
    for (const auto device : store::clear_pending(context_.main())) {
        if (memory_.next_try(device) <= now && !attempt(device, [&] { memory_.clear(actor, device); })) {
            next = std::min(next, now + busy_delay);
        }
        // Without callbacks there is nothing to try: attach() will.
        if (memory_.next_try(device) > now) next = std::min(next, memory_.next_try(device));
    }
    return next;
}

}  // namespace myqsec::device
