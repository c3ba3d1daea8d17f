// user, group, role.
#include <memory>

#include "instance.hpp"
#include "output.hpp"
#include "page.hpp"
#include "period.hpp"

namespace cli {

namespace {

struct UserOptions {
    std::string user;
    std::string name;
    Text full_name, email, language, notes;
    std::string state, group;
    bool generate = false;
    bool with_card = false;
    bool expire = false;
    bool remove = false;
    bool with_pin = false;
    SecretOption secret{"new-password"};
    SecretOption pin{"pin"};

    void add_fields(CLI::App& command) {
        add_text(command, "--full-name", full_name);
        add_text(command, "--email", email);
        add_text(command, "--language", language, "BCP 47, e.g. cs");
        add_text(command, "--notes", notes);
    }
    [[nodiscard]] myqsec_user_fields fields() const {
        myqsec_user_fields out = MYQSEC_USER_FIELDS_INIT;
        out.user_name = or_null(name);
        out.full_name = or_null(full_name);
        out.email = or_null(email);
        out.language = or_null(language);
        out.notes = or_null(notes);
        if (state == "active") out.state = MYQSEC_USER_ACTIVE;
        if (state == "disabled") out.state = MYQSEC_USER_DISABLED;
        return out;
    }
};

using Options = std::shared_ptr<UserOptions>;

/// A sub-command about one user, named by its first argument.
CLI::App* about_user(CLI::App* parent, const std::string& name, const std::string& meaning,
                     const Options& options) {
    auto* command = parent->add_subcommand(name, meaning);
    command->add_option("USER", options->user, by_name_or_id)->required();
    return command;
}

void add_users(CLI::App& app, Instance& instance) {
    auto options = std::make_shared<UserOptions>();
    auto* user = app.add_subcommand("user", "Users");
    user->require_subcommand(1);
    auto* add = user->add_subcommand("add", "Create a user");
    add->add_option("NAME", options->name, "User name")->required();
    options->add_fields(*add);
    add->add_flag("--with-pin", options->with_pin, "With a random PIN that logs in alone, shown this once");
    add->callback([&instance, options] {
        const auto fields = options->fields();
        std::int64_t id = 0;
        if (options->with_pin) {
            char buffer[64];
            std::size_t size = sizeof buffer;
            check(myqsec_user_create_with_pin(instance.principal(), &fields, &id, buffer, &size));
            print_secret("pin", buffer,
                         "Created user " + std::to_string(id) + "; PIN, shown this once: ", instance.json);
            ::explicit_bzero(buffer, sizeof buffer);
            return;
        }
        check(myqsec_user_create(instance.principal(), &fields, &id));
        print_result("user", id, "Created user " + std::to_string(id) + ".", instance.json);
    });
    auto* change = about_user(user, "change", "Change a user", options);
    change->add_option("--name", options->name, "New user name");
    change->add_option("--state", options->state)->check(CLI::IsMember({"active", "disabled"}));
    options->add_fields(*change);
    change->callback([&instance, options] {
        const auto fields = options->fields();
        check(myqsec_user_change(instance.principal(), instance.user(options->user), &fields));
    });
    auto* list = user->add_subcommand("list", "Users");
    list->add_option("--group", options->group, "Only those in it, or in a group inside it");
    list->add_option("--state", options->state)->check(CLI::IsMember({"active", "disabled"}));
    list->callback([&instance, options, page = PageOptions(*list)] {
        myqsec_user_filter filter = MYQSEC_USER_FILTER_INIT;
        filter.state = options->fields().state;
        if (!options->group.empty()) filter.group = instance.group(options->group);
        page.print(instance, myqsec_user_list, instance.principal(), &filter);
    });
    about_user(user, "show", "One user", options)->callback([&instance, options] {
        print(get<myqsec_list>(myqsec_user_get, instance.principal(), instance.user(options->user)),
              instance.json);
    });
    about_user(user, "delete", "Delete a user, with jobs and keys", options)->callback([&instance, options] {
        check(myqsec_user_delete(instance.principal(), instance.user(options->user)));
    });
    about_user(user, "unlock", "Lift all locks of the account", options)->callback([&instance, options] {
        check(myqsec_user_unlock(instance.principal(), instance.user(options->user)));
    });
}

void add_credentials(CLI::App& app, Instance& instance) {
    auto options = std::make_shared<UserOptions>();
    auto* user = app.get_subcommand("user");
    auto* password = about_user(user, "password", "Set a password", options);
    options->secret.add_to(*password, "new password");
    password->add_flag("--with-card", options->with_card,
                       "One that serves with a card only, and may be shorter; it administers nothing");
    password->add_flag("--expire", options->expire,
                       "Set none: the present one must be changed at the next login with it");
    password->callback([&instance, options] {
        myqsec_session* who = instance.principal();
        if (options->expire) {
            check(myqsec_user_expire_password(who, instance.user(options->user)));
            return;
        }
        const std::int64_t id = instance.user(options->user);
        const Secret secret = options->secret.read(true);
        check((options->with_card ? myqsec_user_set_card_password : myqsec_user_set_password)(
            who, id, instance.own_password(id), secret.c_str()));
    });
    auto* pin = about_user(user, "pin", "Generate a PIN that logs in alone, or set a second factor", options);
    pin->add_flag("--generate", options->generate, "A random PIN, shown this once");
    pin->add_flag("--remove", options->remove, "Take the PIN away");
    options->pin.add_to(*pin, "PIN", "--generate");
    pin->callback([&instance, options] {
        myqsec_session* who = instance.principal();
        const std::int64_t id = instance.user(options->user);
        if (options->remove) {
            check(myqsec_user_remove_pin(who, id, instance.own_password(id)));
        } else if (options->generate) {
            char buffer[64];
            std::size_t size = sizeof buffer;
            check(myqsec_user_generate_pin(who, id, instance.own_password(id), buffer, &size));
            print_secret("pin", buffer, "PIN, shown this once: ", instance.json);
            ::explicit_bzero(buffer, sizeof buffer);
        } else {
            const Secret secret = options->pin.read(true);
            check(myqsec_user_set_pin(who, id, instance.own_password(id), secret.c_str()));
        }
    });
}

void add_groups(CLI::App& app, Instance& instance) {
    struct GroupOptions {
        std::string group, name, user;
        Text parent;
    };
    auto options = std::make_shared<GroupOptions>();
    auto* group = app.add_subcommand("group", "Groups");
    group->require_subcommand(1);
    auto* add = group->add_subcommand("add", "Create a group");
    add->add_option("NAME", options->group)->required();
    add_text(*add, "--parent", options->parent, "The group it lies in");
    const auto parent_of = [&instance](const GroupOptions& given, std::int64_t otherwise) {
        if (!given.parent) return otherwise;
        return given.parent->empty() ? 0 : instance.group(*given.parent);
    };
    add->callback([&instance, options, parent_of] {
        const std::int64_t parent = parent_of(*options, 0);
        std::int64_t id = 0;
        check(myqsec_group_create(instance.principal(), options->group.c_str(), parent, &id));
        print_result("group", id, "Created group " + std::to_string(id) + ".", instance.json);
    });
    auto* list = group->add_subcommand("list", "Groups");
    list->callback([&instance, page = PageOptions(*list)] {
        page.print(instance, myqsec_group_list, instance.principal());
    });
    const auto about = [&](const std::string& name, const std::string& meaning, bool with_user) {
        auto* command = group->add_subcommand(name, meaning);
        command->add_option("GROUP", options->group, by_name_or_id)->required();
        if (with_user) command->add_option("USER", options->user, by_name_or_id)->required();
        return command;
    };
    auto* change = about("change", "Rename or move a group", false);
    change->add_option("--name", options->name, "New name");
    add_text(*change, "--parent", options->parent, "The group it will lie in; empty: the top");
    change->callback([&instance, options, parent_of] {
        check(myqsec_group_change(instance.principal(), instance.group(options->group),
                                  or_null(options->name), parent_of(*options, -1)));
    });
    about("delete", "Delete a group", false)->callback([&instance, options] {
        check(myqsec_group_delete(instance.principal(), instance.group(options->group)));
    });
    auto* members = about("members", "Who is in it", false);
    members->callback([&instance, options, page = PageOptions(*members)] {
        page.print(instance, myqsec_group_members, instance.principal(), instance.group(options->group));
    });
    about("add-member", "Add a user", true)->callback([&instance, options] {
        check(myqsec_group_add(instance.principal(), instance.group(options->group),
                               instance.user(options->user)));
    });
    about("remove-member", "Remove a user", true)->callback([&instance, options] {
        check(myqsec_group_remove(instance.principal(), instance.group(options->group),
                                  instance.user(options->user)));
    });
}

void add_roles(CLI::App& app, Instance& instance) {
    struct RoleOptions {
        std::string role, name;
        std::string rights;
        Text new_rights;
        std::string user;
        std::string group;
        std::string scope_group;
        std::string scope_queue;
        std::int64_t until = 0;
    };
    auto options = std::make_shared<RoleOptions>();
    auto* role = app.add_subcommand("role", "Roles and rights");
    role->require_subcommand(1);
    role->add_subcommand("rights", "The closed list of rights")->callback([&instance] {
        print(get<myqsec_list>(myqsec_right_list, instance.principal()), instance.json);
    });
    auto* list = role->add_subcommand("list", "Roles");
    list->callback([&instance, page = PageOptions(*list)] {
        page.print(instance, myqsec_role_list, instance.principal());
    });
    auto* grants = role->add_subcommand("grants", "Who has which role");
    grants->callback([&instance, page = PageOptions(*grants)] {
        page.print(instance, myqsec_role_grants, instance.principal());
    });
    auto* add = role->add_subcommand("add", "Create a role");
    add->add_option("NAME", options->role)->required();
    add->add_option("--rights", options->rights, "Names separated by spaces; '': none as yet")->required();
    add->callback([&instance, options] {
        std::int64_t id = 0;
        check(myqsec_role_create(instance.principal(), options->role.c_str(), options->rights.c_str(), &id));
        print_result("role", id, "Created role " + std::to_string(id) + ".", instance.json);
    });
    auto* change =
        role->add_subcommand("change", "Rename a role that is not built in, or give it other rights");
    change->add_option("ROLE", options->role, by_name_or_id)->required();
    change->add_option("--name", options->name, "New name");
    add_text(*change, "--rights", options->new_rights, "All that it has from now on, separated by spaces");
    change->callback([&instance, options] {
        if (options->name.empty() && !options->new_rights)
            throw CLI::ValidationError("--rights", "say what to change: --name, --rights, or both");
        check(myqsec_role_change(instance.principal(), instance.role(options->role), or_null(options->name),
                                 or_null(options->new_rights)));
    });
    auto* remove = role->add_subcommand("delete", "Delete a role that is not built in");
    remove->add_option("ROLE", options->role, by_name_or_id)->required();
    remove->callback([&instance, options] {
        check(myqsec_role_delete(instance.principal(), instance.role(options->role)));
    });
    for (const bool give : {true, false}) {
        auto* command =
            role->add_subcommand(give ? "give" : "take", give ? "Give a role" : "Take a role back");
        command->add_option("ROLE", options->role, "Its name")->required();
        command->add_option("--to-user", options->user, by_name_or_id);
        command->add_option("--to-group", options->group, by_name_or_id);
        command->add_option("--only-group", options->scope_group, "Only over users of this group");
        command->add_option("--only-queue", options->scope_queue, "Only in this queue");
        if (give) add_instant(*command, "--until", options->until, "Not from then on, e.g. 2027-01-07");
        command->callback([&instance, options, give] {
            myqsec_role_grant grant = MYQSEC_ROLE_GRANT_INIT;
            require_one_of(options->user, options->group);
            if (!options->user.empty()) grant.user = instance.user(options->user);
            if (!options->group.empty()) grant.group = instance.group(options->group);
            if (!options->scope_group.empty()) grant.scope_group = instance.group(options->scope_group);
            if (!options->scope_queue.empty()) grant.scope_queue = instance.queue(options->scope_queue);
            grant.until = options->until;
            grant.everywhere = grant.scope_group == 0 && grant.scope_queue == 0 ? 1 : 0;
            check((give ? myqsec_role_give : myqsec_role_take)(instance.principal(), options->role.c_str(),
                                                               &grant));
        });
    }
}

void add_explanations(CLI::App& app, Instance& instance) {
    struct Options {
        std::string user, right, over, queue;

        [[nodiscard]] myqsec_right_target target(Instance& from) const {
            myqsec_right_target out = MYQSEC_RIGHT_TARGET_INIT;
            if (!over.empty()) out.user = from.user(over);
            if (!queue.empty()) out.queue = from.queue(queue);
            return out;
        }
        void add_to(CLI::App& command) {
            command.add_option("RIGHT", right, "As 'role rights' lists it")->required();
            command.add_option("--over", over, "On this person, or their jobs");
            command.add_option("--in", queue, "In this queue");
        }
    };
    auto options = std::make_shared<Options>();
    auto* access = app.add_subcommand("access", "Who may do what, and why");
    access->require_subcommand(1);
    auto* explain = access->add_subcommand("explain", "Whether a user has a right, and through what");
    explain->add_option("USER", options->user, by_name_or_id)->required();
    options->add_to(*explain);
    explain->callback([&instance, options] {
        const auto target = options->target(instance);
        int allowed = 0;
        const auto ways =
            get<myqsec_list>(myqsec_right_explain, instance.principal(), instance.user(options->user),
                             options->right.c_str(), &target, &allowed);
        print_answer("allowed", allowed != 0, allowed != 0 ? "Yes." : "No.", ways, instance.json);
    });
    auto* who = access->add_subcommand("who", "Active users who have a right");
    options->add_to(*who);
    who->callback([&instance, options, page = PageOptions(*who)] {
        const auto target = options->target(instance);
        page.print(instance, myqsec_right_holders, instance.principal(), options->right.c_str(), &target);
    });
}

}  // namespace

void add_access_commands(CLI::App& app, Instance& instance) {
    add_users(app, instance);
    add_credentials(app, instance);
    add_groups(app, instance);
    add_roles(app, instance);
    add_explanations(app, instance);
}

}  // namespace cli
