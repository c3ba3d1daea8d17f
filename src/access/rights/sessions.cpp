#include "access/rights/sessions.hpp"

#include "access/identity/credential_policy.hpp"
#include "access/identity/credentials_store.hpp"
#include "access/identity/users_store.hpp"
#include "base/error.hpp"
#include "crypto/random.hpp"

namespace myqsec::access {

using settings::Setting;

namespace {

constexpr std::size_t max_sessions = 100'000;

[[noreturn]] void refuse_ended() {
    fail(Status::ERR_SESSION_ENDED, "the session has ended; log in again");
}

audit::Object place_of(const Session& session) {
    return session.principal.device ? audit::Object(session.principal.device)
                                    : audit::Object(session.principal.user);
}

}  // namespace

std::string_view end_reason_name(EndReason reason) {
    switch (reason) {
        case EndReason::logout:
            return "logout";
        case EndReason::idle:
            return "idle";
        case EndReason::maximum:
            return "maximum";
        case EndReason::replaced:
            return "replaced";
        case EndReason::card_removed:
            return "card-removed";
        case EndReason::closed:
            return "closed";
        case EndReason::revoked:
            return "revoked";
    }
    return "unknown";
}

Sessions::Sessions(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings)
    : vault_(vault), audit_(audit), settings_(settings) {}

Principal Sessions::open_user_session(const Authorised& host, UserId user, std::optional<Mark> since,
                                      const Presented& presented) {
    host.require("session.host");
    return open({.user = user, .limits = user_limits(), .since = since, .presented = presented});
}

Principal Sessions::open_vouched_session(const Authorised& voucher, UserId user, RightSet only,
                                         std::vector<audit::Change> how) {
    voucher.require("session.vouch");
    return open({.user = user,
                 .limits = user_limits(),
                 .only = only,
                 .event = change_event(audit::Action::session_vouched, voucher, user, std::move(how))});
}

SessionLimits Sessions::user_limits() const {
    return {settings_.duration(Setting::session_idle_timeout),
            settings_.duration(Setting::session_max_duration)};
}

Principal Sessions::open_device_session(const Authorised& host, UserId user, DeviceId device,
                                        std::optional<SessionLimits> limits, std::optional<Mark> since,
                                        const Presented& presented) {
    host.require("session.host");
    return open({.user = user,
                 .device = device,
                 .limits = limits.value_or(device_limits()),
                 .since = since,
                 .presented = presented});
}

SessionLimits Sessions::device_limits() const {
    return {settings_.duration(Setting::device_idle_timeout),
            settings_.duration(Setting::device_session_max)};
}

Sessions::Mark Sessions::mark() const {
    const std::lock_guard lock(mutex_);
    return revocations_;
}

Principal Sessions::open(const Opening& opening) {
    const auto user = opening.user;
    const auto device = opening.device;
    const auto begun = opening.since.value_or(mark());
    const auto now = vault_.clock().now();
    // Its lock puts this before or behind each change that revokes.
    storage::Transaction transaction(vault_.main());
    const auto record = store::get_user(vault_.main(), user);
    if (record.state != UserState::active) fail(Status::ERR_NOT_FOUND, "user {} is disabled", user.value);
    const Principal principal{
        device ? PrincipalKind::device : PrincipalKind::user,   user,        random_session_id(), device,
        audit::Actor{audit::ActorKind::user, record.pseudonym}, opening.only};
    const audit::Event login{.action = audit::Action::session_login,
                             .actor = principal.actor,
                             .object = device ? audit::Object(device) : audit::Object(user),
                             .changes = {},
                             .personal = {}};
    audit_.append(transaction, opening.event.value_or(login));
    Session session{principal, now, now, opening.limits};
    session.presented = opening.presented;
    session.must_change_password = opening.presented.password && must_change(user, now);
    insert(session, begun);
    try {
        transaction.commit();
    } catch (...) {
        const std::lock_guard lock(mutex_);
        sessions_.erase(principal.session);
        throw;
    }
    return principal;
}

bool Sessions::must_change(UserId user, Instant now) const {
    const auto age = store::password_age(vault_.main(), user);
    return age && PasswordAging(settings_, now).must_change(age->changed, age->must_change);
}

SessionId Sessions::random_session_id() {
    for (;;) {
        const auto bytes = crypto::random_array<8>();
        const auto number = static_cast<std::int64_t>(load_be<std::uint64_t>(bytes.data()) >> 1);
        if (number != 0) return SessionId(number);
    }
}

void Sessions::require_room() const {
    if (sessions_.size() >= max_sessions)
        fail(Status::ERR_LIMIT, "there are {} sessions already", max_sessions);
}

void Sessions::insert(const Session& session, Mark since) {
    const std::lock_guard lock(mutex_);
    require_room();
    const auto revoked = revoked_.find(session.principal.user);
    if (revoked != revoked_.end() && revoked->second > since)
        fail(Status::ERR_AUTHENTICATION, "the credentials were changed during the login; log in again");
    sessions_.emplace(session.principal.session, session);
}

void Sessions::touch(const Principal& principal) {
    const auto now = vault_.clock().now();
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(principal.session);
    if (found == sessions_.end() || found->second.principal.user != principal.user) refuse_ended();
    if (now >= found->second.deadline()) refuse_ended();
    found->second.last_activity = now;
}

Sessions::AtWork::AtWork(Sessions& sessions, const Principal& principal)
    : sessions_(sessions), session_(principal.session) {
    const std::lock_guard lock(sessions_.mutex_);
    const auto found = sessions_.sessions_.find(session_);
    if (found == sessions_.sessions_.end()) return;
    calls_ = found->second.at_work;
    ++*calls_;
}

Sessions::AtWork::~AtWork() {
    if (!calls_) return;
    const auto now = sessions_.vault_.clock().now();
    const std::lock_guard lock(sessions_.mutex_);
    const auto found = sessions_.sessions_.find(session_);
    if (found != sessions_.sessions_.end()) found->second.last_activity = now;
    --*calls_;
}

bool Sessions::alive(const Principal& principal) const {
    const auto session = get(principal.session);
    return session && session->principal.user == principal.user && vault_.clock().now() < session->deadline();
}

void Sessions::require_alive(const Principal& principal) const {
    if (principal.kind != PrincipalKind::system && !alive(principal)) refuse_ended();
}

bool Sessions::must_change_password(const Principal& principal) const {
    if (principal.kind == PrincipalKind::system) return false;
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(principal.session);
    return found != sessions_.end() && found->second.must_change_password;
}

void Sessions::require_unlimited(const Principal& principal) const {
    if (!must_change_password(principal)) return;
    fail(Status::ERR_PASSWORD_CHANGE_REQUIRED,
         "the password must be changed before anything else: it is too old, or somebody else set it");
}

void Sessions::lift_limit(SessionId session) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(session);
    if (found != sessions_.end()) found->second.must_change_password = false;
}

std::optional<Session> Sessions::get(SessionId session) const {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(session);
    return found == sessions_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Session> Sessions::of_user(UserId user) const {
    const std::lock_guard lock(mutex_);
    std::vector<Session> out;
    for (const auto& [id, session] : sessions_) {
        if (session.principal.user == user) out.push_back(session);
    }
    return out;
}

std::optional<Session> Sessions::at_device(DeviceId device) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, session] : sessions_) {
        if (session.principal.device == device) return session;
    }
    return std::nullopt;
}

bool Sessions::end(SessionId session, EndReason reason) {
    std::optional<Session> ended;
    {
        const std::lock_guard lock(mutex_);
        const auto found = sessions_.find(session);
        if (found == sessions_.end()) return false;
        ended = found->second;
        sessions_.erase(found);
    }
    if (ended->ticket != 0) return true;
    try {
        storage::Transaction transaction(vault_.main());
        audit_end(transaction, *ended, ended->unrecorded_end.value_or(reason));
        transaction.commit();
    } catch (...) {
        end_unrecorded(*ended, reason);
        throw;
    }
    return true;
}

void Sessions::end_unrecorded(const Session& session, EndReason reason) {
    const std::lock_guard lock(mutex_);
    auto& ended = sessions_.insert_or_assign(session.principal.session, session).first->second;
    if (!ended.unrecorded_end) ended.unrecorded_end = reason;
}

Sessions::TakenOut Sessions::take_out(const std::vector<UserId>& users, SessionId spared) {
    TakenOut out;
    const std::lock_guard lock(mutex_);
    ++revocations_;
    for (const auto user : users)
        revoked_[user] = revocations_;
    for (auto it = sessions_.begin(); it != sessions_.end();) {
        const auto here = it++;
        if (here->first != spared && std::ranges::binary_search(users, here->second.principal.user))
            out.sessions.insert(sessions_.extract(here));
    }
    out.tickets = tickets_.take_out(users);
    return out;
}

Sessions::Revocation Sessions::revoke(storage::Transaction& transaction, std::vector<UserId> users,
                                      SessionId spared) {
    auto ended = users.empty() ? TakenOut() : take_out(users, spared);
    Revocation revocation(*this, std::move(users), spared, std::move(ended));
    audit_ends(transaction, revocation.ended_);
    return revocation;
}

Sessions::Revocation::~Revocation() {
    if (sessions_ == nullptr) return;
    const std::lock_guard lock(sessions_->mutex_);
    sessions_->sessions_.merge(ended_.sessions);
    sessions_->tickets_.put_back(ended_.tickets);
}

void Sessions::Revocation::settle() noexcept {
    auto& sessions = *std::exchange(sessions_, nullptr);
    if (users_.empty()) return;
    try {
        // Until the change was durable, a login may have read what was before it.
        auto late = sessions.take_out(users_, spared_);
        const auto unrecorded = late;
        ended_.sessions.merge(late.sessions);
        if (!unrecorded.sessions.empty() || !unrecorded.tickets.empty()) {
            storage::Transaction transaction(sessions.vault_.main());
            sessions.audit_ends(transaction, unrecorded);
            transaction.commit();
        }
    } catch (const std::exception&) {
        // Ended they are, if not recorded.
    }
    for (const auto& [id, session] : ended_.sessions) {
        try {
            sessions.revoked_hook_(session);
        } catch (const std::exception&) {
            continue;
        }
    }
}

std::vector<EndedSession> Sessions::expire(Instant now) {
    std::vector<EndedSession> ended;
    TicketBook::Entries expired;
    {
        const std::lock_guard lock(mutex_);
        expired = tickets_.expire(now);
        for (auto it = sessions_.begin(); it != sessions_.end();) {
            const auto reason = it->second.end_by(now);
            if (!reason) {
                ++it;
                continue;
            }
            ended.push_back({it->second, *reason});
            it = sessions_.erase(it);
        }
    }
    if (ended.empty() && expired.empty()) return ended;
    try {
        storage::Transaction transaction(vault_.main());
        for (const auto& one : ended)
            audit_end(transaction, one.session, one.reason);
        for (const auto& [token, ticket] : expired)
            audit_end(transaction, ticket, "expired");
        transaction.commit();
    } catch (...) {
        // Past their deadlines they serve nobody, but the next call must find them: a device has to be
        // cleared.
        const std::lock_guard lock(mutex_);
        tickets_.put_back(expired);
        for (const auto& one : ended)
            sessions_.emplace(one.session.principal.session, one.session);
        throw;
    }
    return ended;
}

std::optional<Instant> Sessions::next_deadline() const {
    const std::lock_guard lock(mutex_);
    auto next = tickets_.next_expiry();
    for (const auto& [id, session] : sessions_)
        next = std::min(next.value_or(session.deadline()), session.deadline());
    return next;
}

void Sessions::audit_ends(storage::Transaction& transaction, const TakenOut& ended) {
    for (const auto& [id, session] : ended.sessions)
        audit_end(transaction, session, EndReason::revoked);
    for (const auto& [token, ticket] : ended.tickets)
        audit_end(transaction, ticket, "revoked");
}

void Sessions::audit_end(storage::Transaction& transaction, const Session& session, EndReason reason) {
    if (session.ticket != 0) return;
    audit_.append(transaction, {.action = audit::Action::session_logout,
                                .actor = session.principal.actor,
                                .object = place_of(session),
                                .changes = {{"reason", "", std::string(end_reason_name(reason))}},
                                .personal = {}});
}

}  // namespace myqsec::access
