// The SQL of notifications: which events are queued, the queue, and the texts that are made of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/event/event.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/page.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::host {

/// An event that waits to be told. It holds ids, and what the audit log has of changes: nothing that names a
/// person.
struct Notification {
    std::int64_t id = 0;
    Instant time;
    audit::Action action{};
    audit::Result result = audit::Result::ok;
    UserId actor;  ///< 0: nobody, or the host
    audit::Object object;
    UserId person;  ///< whom it concerns; 0: nobody
    std::vector<audit::Change> changes;
};

/// A template, for an event and a language.
struct NotificationText {
    std::int64_t id = 0;
    audit::Action action{};
    std::string language;  ///< BCP 47; "": where there is no other
    std::string subject;
    std::string body;
};

namespace store {

std::vector<audit::Action> notified_actions(storage::Database& main);
void set_notified_actions(storage::Database& main, const std::vector<audit::Action>& actions);

void insert_notification(storage::Database& main, const Notification& notification);
std::optional<Notification> find_notification(storage::Database& main, std::int64_t id);
Paged<Notification> list_notifications(storage::Database& main, const Page& page);
void delete_notifications_to(storage::Database& main, std::int64_t id);
/// Of the `most` oldest, those from before `time`; returns how many went.
std::int64_t delete_notifications_before(storage::Database& main, Instant time, std::int64_t most);
void delete_notifications_of(storage::Database& main, UserId person);
/// The oldest one's time.
std::optional<Instant> oldest_notification(storage::Database& main);

void save_notification_text(storage::Database& main, const NotificationText& text);
/// How many went: 0 or 1.
std::int64_t delete_notification_text(storage::Database& main, audit::Action action,
                                      std::string_view language);
std::optional<NotificationText> find_notification_text(storage::Database& main, audit::Action action,
                                                       std::string_view language);
Paged<NotificationText> list_notification_texts(storage::Database& main, const Page& page);
std::int64_t count_notification_texts(storage::Database& main);

/// Every statement that reads a page, for the test that looks at their plans.
std::vector<std::string_view> notification_list_statements();

}  // namespace store

}  // namespace myqsec::host
