// delegate.
#include <chrono>
#include <memory>

#include "instance.hpp"
#include "output.hpp"
#include "page.hpp"
#include "period.hpp"

namespace cli {

namespace {

struct DelegateOptions {
    std::string delegate;
    std::string owner;
    std::int64_t until = 0;
    std::int64_t lasting = -1;
    bool names = false;
    bool private_jobs = false;
    std::int64_t id = 0;
};

std::int64_t now() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void add_giving(CLI::App& delegate, Instance& instance) {
    auto options = std::make_shared<DelegateOptions>();
    auto* add = delegate.add_subcommand("add", "Let somebody release jobs of one's own, or of another's");
    add->add_option("DELEGATE", options->delegate, "User name of who may")->required();
    add->add_option("--owner", options->owner, "Whose jobs, if not one's own: a user name, or an id as '#3'");
    auto* until = add_instant(*add, "--until", options->until, "Not from then on, e.g. 2027-01-07");
    add_duration(*add, "--for", options->lasting, "For so long, e.g. 14d")->excludes(until);
    add->add_flag("--names", options->names, "They read the jobs' names, too");
    add->add_flag("--private", options->private_jobs, "Jobs of private queues, too");
    add->callback([&instance, options] {
        myqsec_delegation_fields fields = MYQSEC_DELEGATION_FIELDS_INIT;
        if (!options->owner.empty()) fields.owner = instance.user(options->owner);
        fields.delegate_name = options->delegate.c_str();
        fields.until = options->lasting == -1 ? options->until : now() + options->lasting;
        fields.names = options->names ? 1 : 0;
        fields.private_jobs = options->private_jobs ? 1 : 0;
        std::int64_t id = 0;
        check(myqsec_delegation_give(instance.principal(), &fields, &id));
        print_result("delegation", id, "Gave delegation " + std::to_string(id) + ".", instance.json);
    });
}

}  // namespace

void add_delegate_commands(CLI::App& app, Instance& instance) {
    auto* delegate = app.add_subcommand("delegate", "Who may release whose jobs");
    delegate->require_subcommand(1);
    add_giving(*delegate, instance);
    auto options = std::make_shared<DelegateOptions>();
    auto* list = delegate->add_subcommand("list", "Delegations that one gave or was given, or all by right");
    list->add_option("--owner", options->owner, "Of whose jobs: a user name, or an id as '#3'");
    list->callback([&instance, options, page = PageOptions(*list)] {
        myqsec_delegation_filter filter = MYQSEC_DELEGATION_FILTER_INIT;
        if (!options->owner.empty()) filter.owner = instance.user(options->owner);
        page.print(instance, myqsec_delegation_list, instance.principal(), &filter);
    });
    auto* remove = delegate->add_subcommand("remove", "Take a delegation back, or give it up");
    remove->add_option("ID", options->id, "As the list says")->required()->check(whole_number);
    remove->callback(
        [&instance, options] { check(myqsec_delegation_take(instance.principal(), options->id)); });
}

}  // namespace cli
