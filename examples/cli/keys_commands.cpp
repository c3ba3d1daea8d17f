// keys: status, complete-erasures, rotate.
#include <memory>

#include "instance.hpp"
#include "output.hpp"

namespace cli {

namespace {

void add_rotate(CLI::App& keys, Instance& instance) {
    auto* rotate = keys.add_subcommand("rotate", "Replace keys by fresh ones");
    rotate->require_subcommand(1);

    auto root = std::make_shared<RootOptions>("new-");
    auto costs = std::make_shared<RootOptions::Costs>();
    auto* of_root = rotate->add_subcommand("root", "The root key; of the same origin or another");
    root->add_to(*of_root);
    of_root->add_option("--new-kdf-memory-kib", costs->memory_kib, "Argon2id's memory for a new passphrase");
    of_root->add_option("--new-kdf-iterations", costs->iterations, "Argon2id's passes for a new passphrase");
    costs->add_weak_to(*of_root);
    of_root->callback([&instance, root, costs] {
        auto* who = instance.principal();
        root->with(*costs, RootOptions::Purpose::fresh,
                   [&](const myqsec_root& fresh) { check(myqsec_keys_rotate_root(who, &fresh)); });
    });

    for (const auto* name : {"main", "log"}) {
        rotate
            ->add_subcommand(name,
                             std::string("The key of the ") + name + " database; tick rewrites its pages")
            ->callback([&instance, name] { check(myqsec_keys_rotate_database(instance.principal(), name)); });
    }

    rotate->add_subcommand("tree", "Every node of the tree that holds the keys of jobs and persons")
        ->callback([&instance] { check(myqsec_keys_rotate_tree(instance.principal())); });

    rotate
        ->add_subcommand(
            "lookup",
            "The keys by which names, cards and PINs are found: old copies then tell no name; cards and "
            "PINs not presented within lookup.retention end")
        ->callback([&instance] { check(myqsec_keys_rotate_lookup(instance.principal())); });
}

}  // namespace

void add_keys_commands(CLI::App& app, Instance& instance) {
    auto* keys = app.add_subcommand("keys", "The instance's keys");
    keys->require_subcommand(1);
    keys->add_subcommand("status",
                         "Origin of the root key, the tree's epoch, what waits to be erased or hashed anew")
        ->callback([&instance] {
            print(get<myqsec_list>(myqsec_keys_status, instance.principal()), instance.json);
        });
    keys->add_subcommand("complete-erasures", "Complete the erasures that wait")->callback([&instance] {
        check(myqsec_keys_complete_erasures(instance.principal()));
    });
    add_rotate(*keys, instance);
}

}  // namespace cli
