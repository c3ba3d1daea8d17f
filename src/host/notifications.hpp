// The queue of notifications: events of the audit log that the host wants to tell somebody. Each is written
// in the transaction of its fact, and stays until the host acknowledges it: what a crash interrupts is told
// again, and nothing is lost.
#pragma once

#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_log.hpp"
#include "base/page.hpp"
#include "base/ranked_mutex.hpp"
#include "host/notification_store.hpp"
#include "spool/spool.hpp"

namespace myqsec::host {

/// A text, made for the person whom it concerns.
struct WordedNotification {
    UserId person;
    std::string user_name;
    std::string full_name;
    std::string email;
    std::string language;  ///< of the template that was found
    std::string subject;
    std::string body;
};

inline constexpr std::size_t longest_subject = 255;
inline constexpr std::size_t longest_body = 16'384;
inline constexpr std::int64_t most_texts = 10'000;

/// Thread-safe.
class Notifications {
 public:
    /// Hooks into the log: one for each log.
    explicit Notifications(spool::Spool& spool);

    /// notification.manage. Exactly these are queued from now on. Audits notification.events-changed.
    void set_events(const access::Principal& principal, std::vector<audit::Action> actions);
    /// notification.read or notification.manage.
    [[nodiscard]] std::vector<audit::Action> events(const access::Principal& principal);

    /// notification.read. By id, which only grows.
    [[nodiscard]] Paged<Notification> list(const access::Principal& principal, const Page& page = {});
    /// notification.read. All up to this id are told, and go. What they tell of is in the audit log.
    void acknowledge(const access::Principal& principal, std::int64_t through);

    /// notification.manage. No subject removes it. Throws ERR_INVALID_ARGUMENT, ERR_NOT_FOUND (to be
    /// removed), ERR_LIMIT. Audits notification.text-changed.
    void set_text(const access::Principal& principal, const NotificationText& text, bool removed);
    /// notification.read or notification.manage.
    [[nodiscard]] Paged<NotificationText> texts(const access::Principal& principal, const Page& page = {});
    /// notification.read. In the language of the person whom it concerns: theirs ("de-AT"), then that without
    /// region ("de"), then "". Throws ERR_NOT_FOUND (no such notification, or no text).
    [[nodiscard]] WordedNotification word(const access::Principal& principal, std::int64_t id);

    /// Removes some of what nobody acknowledged for `retention`, which is audited; true if there is more.
    bool expire(Duration retention);
    [[nodiscard]] std::optional<Instant> oldest();
    /// For the removal of a user; joins its transaction.
    void forget_user(storage::Transaction& transaction, UserId user);

 private:
    void queue(const audit::Event& event);
    [[nodiscard]] UserId person_of(const audit::Event& event, UserId actor);
    [[nodiscard]] std::string object_name(const audit::Object& object);
    void authorise_reading(const access::Principal& principal);

    const spool::Context& context_;
    audit::AuditLog& audit_;
    RankedMutex<std::shared_mutex> mutex_{LockRank::innermost};
    std::set<audit::Action> notified_;
};

}  // namespace myqsec::host
