// myqsec/notification.h.
#include "abi/machinery/session.hpp"
#include "audit/event/event_text.hpp"
#include "myqsec/notification.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column notified_columns[] = {{"event", MYQSEC_COLUMN_TEXT}};
constexpr Column notification_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},     {"time", MYQSEC_COLUMN_INSTANT},  {"event", MYQSEC_COLUMN_TEXT},
    {"result", MYQSEC_COLUMN_TEXT},    {"actor", MYQSEC_COLUMN_INTEGER}, {"object_kind", MYQSEC_COLUMN_TEXT},
    {"object", MYQSEC_COLUMN_INTEGER}, {"user", MYQSEC_COLUMN_INTEGER},  {"changes", MYQSEC_COLUMN_TEXT},
};
constexpr Column template_columns[] = {{"id", MYQSEC_COLUMN_INTEGER},
                                       {"event", MYQSEC_COLUMN_TEXT},
                                       {"language", MYQSEC_COLUMN_TEXT},
                                       {"subject", MYQSEC_COLUMN_TEXT},
                                       {"body", MYQSEC_COLUMN_TEXT}};
constexpr Column worded_columns[] = {
    {"user", MYQSEC_COLUMN_INTEGER}, {"user_name", MYQSEC_COLUMN_TEXT}, {"full_name", MYQSEC_COLUMN_TEXT},
    {"email", MYQSEC_COLUMN_TEXT},   {"language", MYQSEC_COLUMN_TEXT},  {"subject", MYQSEC_COLUMN_TEXT},
    {"body", MYQSEC_COLUMN_TEXT},
};

/// Names separated by spaces.
std::vector<audit::Action> actions_named(std::string_view names) {
    std::vector<audit::Action> out;
    while (!names.empty()) {
        const auto word = names.substr(0, names.find(' '));
        names.remove_prefix(std::min(word.size() + 1, names.size()));
        if (!word.empty()) out.push_back(audit::parse_action(word));
    }
    return out;
}

}  // namespace

myqsec_status myqsec_notification_set_events(myqsec_session* session, const char* events) {
    return with_session(session, [&](Session& s) {
        s.engine.host.notifications.set_events(s.principal, actions_named(text(events, "events")));
    });
}

myqsec_status myqsec_notification_events(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(notified_columns);
        for (const auto action : s.engine.host.notifications.events(s.principal))
            list.add(audit::action_name(action));
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_notification_list(myqsec_session* session, const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(notification_columns);
        list.add_page(
            s.engine.host.notifications.list(s.principal, page_of(page)), [&](const host::Notification& one) {
                list.add(one.id, one.time, audit::action_name(one.action), audit::result_name(one.result),
                         one.actor, audit::object_kind_name(one.object.kind), one.object.id, one.person,
                         audit::json_of(one.changes));
            });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_notification_acknowledge(myqsec_session* session, int64_t through) {
    return with_session(session, [&](Session& s) {
        if (through <= 0)
            fail(Status::ERR_INVALID_ARGUMENT,
                 "through must be the id of a notification, which is at least 1");
        s.engine.host.notifications.acknowledge(s.principal, through);
    });
}

myqsec_status myqsec_notification_set_text(myqsec_session* session,
                                           const myqsec_notification_text* notification_text) {
    return with_session(session, [&](Session& s) {
        const auto given = read_struct(notification_text, "text");
        check_reserved(given.reserved == 0, "text");
        host::NotificationText out;
        out.action = audit::parse_action(text(given.event, "text.event"));
        out.language = text_or_empty(given.language, "text.language");
        out.subject = text_or_empty(given.subject, "text.subject");
        out.body = optional_text(given.body, "text.body", Characters::lines).value_or("");
        s.engine.host.notifications.set_text(s.principal, out, given.subject == nullptr);
    });
}

myqsec_status myqsec_notification_texts(myqsec_session* session, const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(template_columns);
        list.add_page(s.engine.host.notifications.texts(s.principal, page_of(page)),
                      [&](const host::NotificationText& one) {
                          list.add(one.id, audit::action_name(one.action), one.language, one.subject,
                                   one.body);
                      });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_notification_word(myqsec_session* session, int64_t notification, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        if (notification <= 0) fail(Status::ERR_INVALID_ARGUMENT, "notification must be an id");
        const auto one = s.engine.host.notifications.word(s.principal, notification);
        List list(worded_columns);
        list.add(one.person, one.user_name, one.full_name, one.email, one.language, one.subject, one.body);
        handle = new_list(std::move(list));
    });
}
