// encryption: of the databases, on or off.
#include <memory>

#include "instance.hpp"
#include "output.hpp"

namespace cli {

namespace {

void finish_conversions(Instance& instance) {
    for (bool converting = true; converting;) {
        check(myqsec_tick(instance.system(), nullptr));
        const auto rows = get<myqsec_list>(myqsec_encryption_status, instance.principal());
        converting = false;
        while (myqsec_list_next(rows.get()) == MYQSEC_OK) {
            std::int64_t flag = 0;
            check(myqsec_list_integer(rows.get(), "converting", &flag));
            converting = converting || flag != 0;
        }
    }
}

}  // namespace

void add_encryption_commands(CLI::App& app, Instance& instance) {
    struct Options {
        std::string what, state;
        bool wait = false;
    };
    auto options = std::make_shared<Options>();
    auto* encryption = app.add_subcommand("encryption", "Encryption of the databases");
    encryption->require_subcommand(1);
    encryption->add_subcommand("status", "How they are encrypted, and how far a conversion is")
        ->callback([&instance] {
            print(get<myqsec_list>(myqsec_encryption_status, instance.principal()), instance.json);
        });
    auto* set = encryption->add_subcommand("set", "Switch it; tick converts the database step by step");
    set->add_option("WHAT", options->what, "main or log")->required();
    set->add_option("STATE", options->state, "on or off")->required()->check(CLI::IsMember({"on", "off"}));
    set->add_flag("--wait", options->wait, "Convert all of it now");
    set->callback([&instance, options] {
        check(myqsec_encryption_set(instance.principal(), options->what.c_str(),
                                    options->state == "on" ? 1 : 0));
        if (options->wait) finish_conversions(instance);
    });
}

}  // namespace cli
