#include "host/notifications.hpp"

#include <algorithm>
#include <mutex>

#include "base/error.hpp"
#include "base/unicode.hpp"
#include "device/device_store.hpp"
#include "host/notification_wording.hpp"
#include "spool/records/job_store.hpp"
#include "spool/records/queue_store.hpp"

namespace myqsec::host {

using access::Right;

namespace {

constexpr std::int64_t expired_at_once = 1000;

std::string names_of(const std::vector<audit::Action>& actions) {
    std::string out;
    for (const auto action : actions)
        out.append(out.empty() ? "" : " ").append(audit::action_name(action));
    return out;
}

/// "de-AT" → "de".
std::string_view without_region(std::string_view language) {
    return language.substr(0, language.find('-'));
}

}  // namespace

Notifications::Notifications(spool::Spool& spool) : context_(spool.context()), audit_(context_.audit) {
    for (const auto action : store::notified_actions(context_.main()))
        notified_.insert(action);
    audit_.when_appended([this](const audit::Event& event) { queue(event); });
}

void Notifications::authorise_reading(const access::Principal& principal) {
    if (!context_.access.authority.may(principal, Right::notification_manage))
        (void)context_.access.authority.authorise(principal, Right::notification_read);
}

void Notifications::queue(const audit::Event& event) {
    {
        const std::shared_lock lock(mutex_);
        if (!notified_.contains(event.action)) return;
    }
    Notification one;
    one.time = context_.now();
    one.action = event.action;
    one.result = event.result;
    if (event.actor.kind == audit::ActorKind::user)
        one.actor = context_.access.users.with_pseudonym(event.actor.pseudonym).value_or(UserId());
    one.object = event.object;
    one.person = person_of(event, one.actor);
    one.changes = event.changes;
    store::insert_notification(context_.main(), one);
}

UserId Notifications::person_of(const audit::Event& event, UserId actor) {
    if (event.object.kind == audit::ObjectKind::user) return UserId(event.object.id);
    if (event.object.kind == audit::ObjectKind::job) {
        if (const auto job = spool::store::find_job(context_.main(), JobId(event.object.id)))
            return job->owner;
    }
    return actor;
}

void Notifications::set_events(const access::Principal& principal, std::vector<audit::Action> actions) {
    const auto proof = context_.access.authority.authorise(principal, Right::notification_manage);
    std::ranges::sort(actions);
    actions.erase(std::unique(actions.begin(), actions.end()), actions.end());
    storage::Transaction transaction(context_.main());
    const auto before = store::notified_actions(context_.main());
    if (before == actions) return;
    store::set_notified_actions(context_.main(), actions);
    audit_.append(transaction,
                  change_event(audit::Action::notification_events_changed, proof, audit::Object::instance(),
                               {{"events", names_of(before), names_of(actions)}}));
    transaction.commit();
    const std::unique_lock lock(mutex_);
    notified_ = {actions.begin(), actions.end()};
}

std::vector<audit::Action> Notifications::events(const access::Principal& principal) {
    authorise_reading(principal);
    return store::notified_actions(context_.main());
}

Paged<Notification> Notifications::list(const access::Principal& principal, const Page& page) {
    (void)context_.access.authority.authorise(principal, Right::notification_read);
    return store::list_notifications(context_.main(), page);
}

void Notifications::acknowledge(const access::Principal& principal, std::int64_t through) {
    (void)context_.access.authority.authorise(principal, Right::notification_read);
    storage::Transaction transaction(context_.main());
    store::delete_notifications_to(context_.main(), through);
    transaction.commit_unsynced();  // what a power cut brings back is told again
}

void Notifications::set_text(const access::Principal& principal, const NotificationText& given,
                             bool removed) {
    const auto proof = context_.access.authority.authorise(principal, Right::notification_manage);
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    };
    if (given.language.size() > 35 || !std::ranges::all_of(given.language, allowed))
        fail(Status::ERR_INVALID_ARGUMENT, "the language of a notification's text is none (BCP 47)");
    if (given.subject.size() > longest_subject || given.body.size() > longest_body) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "the text of a notification may have at most {} bytes of subject and {} of body",
             longest_subject, longest_body);
    }
    check_template("the subject of a notification", given.subject);
    check_template("the body of a notification", given.body);
    auto& main = context_.main();
    storage::Transaction transaction(main);
    const auto before = store::find_notification_text(main, given.action, given.language);
    if (removed) {
        if (store::delete_notification_text(main, given.action, given.language) == 0)
            fail(Status::ERR_NOT_FOUND, "there is no text of that event in that language");
    } else {
        if (!before && store::count_notification_texts(main) >= most_texts)
            fail(Status::ERR_LIMIT, "there are {} texts of notifications already", most_texts);
        store::save_notification_text(main, given);
    }
    const auto subject = before ? before->subject : std::string();
    audit_.append(transaction,
                  change_event(audit::Action::notification_text_changed, proof, audit::Object::instance(),
                               {{"event", "", std::string(audit::action_name(given.action))},
                                {"language", "", given.language},
                                {"subject", subject, removed ? std::string() : given.subject}}));
    transaction.commit();
}

Paged<NotificationText> Notifications::texts(const access::Principal& principal, const Page& page) {
    authorise_reading(principal);
    return store::list_notification_texts(context_.main(), page);
}

std::string Notifications::object_name(const audit::Object& object) {
    if (object.kind == audit::ObjectKind::device) {
        const auto found = device::store::find_device(context_.main(), DeviceId(object.id));
        return found ? found->name : std::string();
    }
    if (object.kind == audit::ObjectKind::queue) {
        const auto found = spool::store::find_queue(context_.main(), QueueId(object.id));
        return found ? found->name : std::string();
    }
    return {};
}

WordedNotification Notifications::word(const access::Principal& principal, std::int64_t id) {
    (void)context_.access.authority.authorise(principal, Right::notification_read);
    const storage::Snapshot one_state(context_.main());
    const auto one = store::find_notification(context_.main(), id);
    if (!one) fail(Status::ERR_NOT_FOUND, "there is no notification {}", id);
    WordedNotification out;
    out.person = one->person;
    if (one->person && context_.access.users.exists(one->person)) {
        const auto person = context_.access.users.addressee(one->person);
        out.user_name = person.user_name;
        out.full_name = person.full_name;
        out.email = person.email;
        out.language = person.language;
    }
    std::optional<NotificationText> text;
    for (const auto language :
         {std::string_view(out.language), without_region(out.language), std::string_view()}) {
        if (!text) text = store::find_notification_text(context_.main(), one->action, language);
    }
    if (!text) {
        fail(Status::ERR_NOT_FOUND, "there is no text of the event {}", audit::action_name(one->action));
    }
    const NotificationFacts facts{out.user_name, out.full_name, object_name(one->object)};
    out.language = text->language;
    // What a name holds must not begin another line of a header.
    out.subject = cleaned(worded(text->subject, *one, facts), 4 * longest_subject);
    out.body = worded(text->body, *one, facts);
    return out;
}

bool Notifications::expire(Duration retention) {
    storage::Transaction transaction(context_.main());
    const auto gone =
        store::delete_notifications_before(context_.main(), context_.now() - retention, expired_at_once);
    if (gone == 0) return false;
    audit_.append(transaction, {.action = audit::Action::notification_expired,
                                .actor = audit::Actor::system(),
                                .object = audit::Object::instance(),
                                .changes = {{"notifications", "", std::to_string(gone)}},
                                .personal = {}});
    transaction.commit();
    return gone == expired_at_once;
}

std::optional<Instant> Notifications::oldest() {
    return store::oldest_notification(context_.main());
}

void Notifications::forget_user(storage::Transaction& /*transaction*/, UserId user) {
    store::delete_notifications_of(context_.main(), user);
}

}  // namespace myqsec::host
