// Sessions: in memory only, so that a restart ends them all. Thread-safe.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "access/rights/principal.hpp"
#include "access/rights/ticket_book.hpp"
#include "audit/audit_log.hpp"
#include "audit/event/authorised.hpp"
#include "base/ranked_mutex.hpp"
#include "settings/settings.hpp"

namespace myqsec::access {

enum class EndReason : std::uint8_t { logout, idle, maximum, replaced, card_removed, closed, revoked };
[[nodiscard]] std::string_view end_reason_name(EndReason reason);

struct SessionLimits {
    Duration idle;
    Duration maximum;
};

/// What a person showed at the login that only they know.
struct Presented {
    bool pin = false;
    bool password = false;
};

struct Session {
    Principal principal;
    Instant started;
    Instant last_activity;
    SessionLimits limits;
    /// The number of the ticket that began it; 0: none did. Such a one is not recorded by itself: its ticket
    /// is.
    std::uint64_t ticket = 0;
    /// Calls under way that go on by themselves; shared by all copies of this.
    std::shared_ptr<std::atomic<int>> at_work = std::make_shared<std::atomic<int>>(0);
    /// It serves nobody any more, but the disk did not take that.
    std::optional<EndReason> unrecorded_end{};
    Presented presented{};
    /// The password that it began with is too old, or somebody else's choice: it may do nothing but change
    /// it.
    bool must_change_password = false;

    /// None while it is at work.
    [[nodiscard]] Instant idle_deadline() const {
        return *at_work > 0 ? end_deadline() : last_activity + limits.idle;
    }
    [[nodiscard]] Instant end_deadline() const { return started + limits.maximum; }
    [[nodiscard]] Instant deadline() const {
        return unrecorded_end ? Instant::min() : std::min(idle_deadline(), end_deadline());
    }
    /// Why it is over; nothing if it is not.
    [[nodiscard]] std::optional<EndReason> end_by(Instant now) const {
        if (unrecorded_end) return unrecorded_end;
        if (now < deadline()) return std::nullopt;
        return now >= end_deadline() ? EndReason::maximum : EndReason::idle;
    }
};

struct EndedSession {
    Session session;
    EndReason reason;
};

class Sessions {
 public:
    Sessions(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings);

    /// A moment in the order of revocations.
    using Mark = std::uint64_t;
    [[nodiscard]] Mark mark() const;

    /// For a user whom Login has authenticated, which it began at `since` (none: now): who was revoked
    /// meanwhile showed what is no longer valid, and gets ERR_AUTHENTICATION. Takes proof of session.host.
    /// Throws ERR_NOT_FOUND, ERR_LIMIT beyond 100,000 sessions. Audits session.login; joins the caller's
    /// transaction, if any.
    /// Where a password was presented that must be changed, the session may do nothing else.
    Principal open_user_session(const Authorised& host, UserId user, std::optional<Mark> since = std::nullopt,
                                const Presented& presented = {});
    /// The same, at a device. Limits from the settings where none are given.
    Principal open_device_session(const Authorised& host, UserId user, DeviceId device,
                                  std::optional<SessionLimits> limits = std::nullopt,
                                  std::optional<Mark> since = std::nullopt, const Presented& presented = {});
    /// For a user for whom the voucher answers: what it may use, and how that came, for the log. Takes proof
    /// of session.vouch. Otherwise as open_user_session(), with session.vouched.
    Principal open_vouched_session(const Authorised& voucher, UserId user, RightSet only,
                                   std::vector<audit::Change> how);
    /// The limits that the settings give to sessions at devices.
    [[nodiscard]] SessionLimits device_limits() const;

    struct IssuedTicket {
        crypto::Secret token;  ///< 64 hexadecimal digits: this is the only time they are known
        Instant expires;
    };
    /// Of a live session away from devices that no ticket began. What ends a person's sessions ends their
    /// tickets, this session's spared or not. With `source`, it works from there only. Throws
    /// ERR_NOT_POSSIBLE, ERR_LIMIT. Audits session.ticket-issued, and session.ticket-ended of one that goes
    /// for it.
    IssuedTicket issue_ticket(const Principal& principal, std::string_view source,
                              std::vector<audit::Change> where);
    /// A session with what that of the ticket may use, until the ticket ends. Nothing if there is none, or
    /// not from there. Takes proof of session.host. Writes nothing. Throws ERR_LIMIT.
    std::optional<Principal> redeem_ticket(const Authorised& host, std::string_view token,
                                           std::string_view source);
    /// Ends it and the sessions that it began; false if there is none. Takes proof of session.host. Audits
    /// session.ticket-ended.
    bool withdraw_ticket(const Authorised& host, std::string_view token);

    /// Marks activity. Throws ERR_SESSION_ENDED if it is not alive, or past a deadline that expire() has not
    /// seen yet.
    void touch(const Principal& principal);
    [[nodiscard]] bool alive(const Principal& principal) const;
    /// While one lives, its session is not idle, and ends at its longest duration only. The last one's end is
    /// activity.
    class AtWork {
     public:
        AtWork(Sessions& sessions, const Principal& principal);
        AtWork(const AtWork&) = delete;
        AtWork& operator=(const AtWork&) = delete;
        ~AtWork();

     private:
        Sessions& sessions_;
        SessionId session_;
        std::shared_ptr<std::atomic<int>> calls_;  ///< none for a session that is not there
    };
    /// Throws ERR_SESSION_ENDED unless it is alive; the system principal has no session that could end.
    void require_alive(const Principal& principal) const;
    /// It may do nothing but change its user's password.
    [[nodiscard]] bool must_change_password(const Principal& principal) const;
    /// Throws ERR_PASSWORD_CHANGE_REQUIRED if so.
    void require_unlimited(const Principal& principal) const;
    /// It may do what its user may: the password was changed in it.
    void lift_limit(SessionId session);
    /// Without marking activity; also past its deadline, until expire().
    [[nodiscard]] std::optional<Session> get(SessionId session) const;
    [[nodiscard]] std::vector<Session> of_user(UserId user) const;
    [[nodiscard]] std::optional<Session> at_device(DeviceId device) const;

    /// Ends it first, then audits session.logout (joins the caller's transaction, if any). False if it had
    /// ended already. If that can't be written, it has ended all the same, and expire() records it.
    bool end(SessionId session, EndReason reason);
    /// For whom that happens to behind end(), when the transaction is committed.
    void end_unrecorded(const Session& session, EndReason reason);
    struct TakenOut {
        std::map<SessionId, Session> sessions;
        TicketBook::Entries tickets;
    };
    /// What ends people's sessions, and their tickets, with a change of their credentials or rights.
    class Revocation {
     public:
        Revocation(Sessions& sessions, std::vector<UserId> users, SessionId spared, TakenOut ended)
            : sessions_(&sessions), users_(std::move(users)), spared_(spared), ended_(std::move(ended)) {}
        Revocation(Revocation&& other) noexcept
            : sessions_(std::exchange(other.sessions_, nullptr)),
              users_(std::move(other.users_)),
              spared_(other.spared_),
              ended_(std::move(other.ended_)) {}
        Revocation& operator=(Revocation&&) = delete;
        /// Puts sessions and tickets back, unless the change was settled.
        ~Revocation();

        /// Once the change is committed: whoever logged in with what was valid until then goes too, and so
        /// does what devices and releases have of the sessions. What fails of that is left to the next tick.
        void settle() noexcept;

     private:
        friend class Sessions;
        Sessions* sessions_;
        std::vector<UserId> users_;
        SessionId spared_;
        TakenOut ended_;
    };
    /// Ends the sessions of `users`, who come by ascending id, but for `spared`, and all their tickets, at
    /// once: session.logout, session.ticket-ended, in the transaction of the change that they may not
    /// survive.
    [[nodiscard]] Revocation revoke(storage::Transaction& transaction, std::vector<UserId> users,
                                    SessionId spared = {});
    /// Called for each revoked session when its change is committed, with no lock held.
    using RevokedHook = std::function<void(const Session&)>;
    void when_revoked(RevokedHook hook) { revoked_hook_ = std::move(hook); }

    /// Ends, as end() does, all sessions and tickets past a deadline, and records the ends that were not.
    /// What a device needs at logout is its layer's business.
    std::vector<EndedSession> expire(Instant now);
    /// When expire() has something to do next.
    [[nodiscard]] std::optional<Instant> next_deadline() const;

 private:
    struct Opening {
        UserId user;
        DeviceId device{};
        SessionLimits limits;
        std::optional<Mark> since{};
        Presented presented{};
        std::optional<RightSet> only{};
        /// In place of session.login.
        std::optional<audit::Event> event{};
    };
    Principal open(const Opening& opening);
    [[nodiscard]] bool must_change(UserId user, Instant now) const;
    [[nodiscard]] SessionLimits user_limits() const;
    /// Random, so that no session can be guessed or mistaken for an earlier one.
    [[nodiscard]] static SessionId random_session_id();
    /// Under the lock. Throws ERR_LIMIT.
    void require_room() const;
    void insert(const Session& session, Mark since);
    /// Marks the users revoked, and takes their sessions and tickets out.
    TakenOut take_out(const std::vector<UserId>& users, SessionId spared);
    void audit_end(storage::Transaction& transaction, const Session& session, EndReason reason);
    void audit_end(storage::Transaction& transaction, const Ticket& ticket, std::string_view reason);
    void audit_ends(storage::Transaction& transaction, const TakenOut& ended);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    const settings::Settings& settings_;
    mutable RankedMutex<std::mutex> mutex_{LockRank::innermost};
    std::map<SessionId, Session> sessions_;
    TicketBook tickets_;
    Mark revocations_ = 0;
    std::map<UserId, Mark> revoked_;  ///< since the opening, when last
    RevokedHook revoked_hook_ = [](const Session&) {};
};

}  // namespace myqsec::access
