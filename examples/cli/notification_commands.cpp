// notification: what the host is to tell, and the texts; health.
#include <memory>

#include "instance.hpp"
#include "output.hpp"
#include "page.hpp"

namespace cli {

namespace {

struct NotificationOptions {
    std::string events, event, language, subject, body;
    std::int64_t id = 0;
};

void add_notification_queue(CLI::App* notification, Instance& instance,
                            const std::shared_ptr<NotificationOptions>& options) {
    auto* events = notification->add_subcommand("events", "Which events are queued, or are from now on");
    auto* names = events->add_option("NAMES", options->events,
                                     "Actions of the audit log, separated by spaces; '' for none");
    events->callback([&instance, options, names] {
        if (names->count() > 0) {
            check(myqsec_notification_set_events(instance.principal(), options->events.c_str()));
        } else {
            print(get<myqsec_list>(myqsec_notification_events, instance.principal()), instance.json);
        }
    });
    auto* list = notification->add_subcommand("list", "What waits to be told");
    list->callback([&instance, page = PageOptions(*list)] {
        page.print(instance, myqsec_notification_list, instance.principal());
    });
    auto* word = notification->add_subcommand("word", "The text of one, for whom it concerns");
    word->add_option("ID", options->id)->required()->check(whole_number);
    word->callback([&instance, options] {
        print(get<myqsec_list>(myqsec_notification_word, instance.principal(), options->id), instance.json);
    });
    auto* acknowledge = notification->add_subcommand("acknowledge", "All up to this one are told");
    acknowledge->add_option("ID", options->id)->required()->check(whole_number);
    acknowledge->callback(
        [&instance, options] { check(myqsec_notification_acknowledge(instance.principal(), options->id)); });
}

void add_notification_texts(CLI::App* notification, Instance& instance,
                            const std::shared_ptr<NotificationOptions>& options) {
    auto* text = notification->add_subcommand("text", "Templates of what is told");
    text->require_subcommand(1);
    auto* list = text->add_subcommand("list", "All of them");
    list->callback([&instance, page = PageOptions(*list)] {
        page.print(instance, myqsec_notification_texts, instance.principal());
    });
    const auto about = [&](const char* name, const char* meaning) {
        auto* command = text->add_subcommand(name, meaning);
        command->add_option("EVENT", options->event, "An action of the audit log")->required();
        command->add_option("--language", options->language,
                            "BCP 47, e.g. cs; otherwise for whoever has no other");
        return command;
    };
    const auto save = [&instance, options](const char* subject) {
        myqsec_notification_text out = MYQSEC_NOTIFICATION_TEXT_INIT;
        out.event = options->event.c_str();
        out.language = options->language.c_str();
        out.subject = subject;
        out.body = options->body.c_str();
        check(myqsec_notification_set_text(instance.principal(), &out));
    };
    auto* set = about("set", "Write one, with names in braces: {event}, {full_name}, {new.FIELD} …");
    set->add_option("SUBJECT", options->subject)->required();
    set->add_option("BODY", options->body);
    set->callback([options, save] { save(options->subject.c_str()); });
    about("remove", "Remove one")->callback([save] { save(nullptr); });
}

}  // namespace

void add_notification_commands(CLI::App& app, Instance& instance) {
    app.add_subcommand("health", "What is overdue, suspended, locked, full or unverified")
        ->callback(
            [&instance] { print(get<myqsec_list>(myqsec_health, instance.principal()), instance.json); });
    auto options = std::make_shared<NotificationOptions>();
    auto* notification = app.add_subcommand("notification", "Events that the host is to tell somebody");
    notification->require_subcommand(1);
    add_notification_queue(notification, instance, options);
    add_notification_texts(notification, instance, options);
}

}  // namespace cli
