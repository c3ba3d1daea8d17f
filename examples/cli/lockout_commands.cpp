// lock, recovery-code, recover-administrator.
#include <cstring>
#include <memory>
#include <vector>

#include "instance.hpp"
#include "output.hpp"
#include "page.hpp"

namespace cli {

namespace {

void add_locks(CLI::App& app, Instance& instance) {
    auto* lock = app.add_subcommand("lock", "Who and what is locked after wrong entries");
    lock->require_subcommand(1);
    auto* list = lock->add_subcommand("list", "Locks in force");
    list->callback([&instance, page = PageOptions(*list)] {
        page.print(instance, myqsec_lock_list, instance.principal());
    });
    auto ids = std::make_shared<std::vector<std::int64_t>>();
    auto* lift = lock->add_subcommand("lift", "End locks, and forget what led to them");
    lift->add_option("ID", *ids, "As the list says")->required()->check(whole_number);
    lift->callback([&instance, ids] {
        for (const auto id : *ids)
            check(myqsec_lock_lift(instance.principal(), id));
    });
}

void add_recovery(CLI::App& app, Instance& instance) {
    app.add_subcommand("recovery-code", "A new code for recover-administrator, in place of an earlier one")
        ->callback([&instance] {
            char code[64];
            std::size_t size = sizeof code;
            check(myqsec_recovery_code(instance.principal(), code, &size));
            print_result("code", std::string(code), std::string("Recovery code, shown this once: ") + code,
                         instance.json);
            ::explicit_bzero(code, sizeof code);
        });
    struct Options {
        std::string user;
        SecretOption code{"recovery-code"};
    };
    auto options = std::make_shared<Options>();
    auto* recover =
        app.add_subcommand("recover-administrator", "A new password for an administrator who is kept out");
    recover->add_option("USER", options->user, "User name")->required();
    options->code.add_to(*recover, "recovery code, with which it works at once");
    recover->callback([&instance, options] {
        instance.refuse_user();
        const Secret code = options->code.read_if_given();
        char password[64];
        std::size_t size = sizeof password;
        std::int64_t from = 0;
        instance.with_root({}, RootOptions::Purpose::existing, [&](const myqsec_root& root) {
            instance.open(root);
            check(myqsec_recover_administrator(instance.system(), &root, options->user.c_str(),
                                               options->code.given() ? code.c_str() : nullptr, password,
                                               &size, &from));
        });
        const std::string begins = instant(from);
        print_secrets({{"password", "Password, shown this once: ", password},
                       {"from", "It works from then on: ", begins.c_str()}},
                      instance.json);
        ::explicit_bzero(password, sizeof password);
    });
}

}  // namespace

void add_lockout_commands(CLI::App& app, Instance& instance) {
    add_locks(app, instance);
    add_recovery(app, instance);
}

}  // namespace cli
