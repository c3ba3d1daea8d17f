// init, status, tick, confirm-clock, setting, version, self-test.
#include <cerrno>
#include <iostream>
#include <memory>
#include <optional>

#include <fcntl.h>
#include <unistd.h>

#include "instance.hpp"
#include "new_file.hpp"
#include "output.hpp"

namespace cli {

namespace {

/// Writes 32 random bytes from the system to a new file that only its owner can read.
void generate_key_file(const std::string& path) {
    unsigned char key[32];
    if (::getentropy(key, sizeof key) != 0) fail(errno, "the system gives no random bytes");
    NewFile file(path);
    const bool written = file.write(key, sizeof key) && file.keep();
    const int reason = errno;
    ::explicit_bzero(key, sizeof key);
    if (!written) fail(reason, "cannot write '" + path + "'");
}

/// The administrator's password is shown once: not where nobody can see it.
void require_output() {
    const int flags = ::fcntl(1, F_GETFL);
    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
        fail(EBADF, "nothing was created, because the password could not be shown");
}

void add_init(CLI::App& app, Instance& instance) {
    struct Options {
        std::string administrator = "admin";
        std::string new_key_file;
        RootOptions::Costs costs;
    };
    auto options = std::make_shared<Options>();
    auto* init = app.add_subcommand("init", "Create an instance and its first administrator");
    init->add_option("--admin", options->administrator, "User name of the first administrator")
        ->capture_default_str();
    init->add_option("--argon2-memory", options->costs.memory_kib,
                     "KiB of memory for stretching a passphrase, and for each password from the first on");
    init->add_option("--argon2-iterations", options->costs.iterations, "Passes over that memory");
    options->costs.add_weak_to(*init);
    init->callback([&instance, options] {
        instance.refuse_user();
        require_output();
        if (options->administrator.empty()) throw CLI::ValidationError("--admin", "name the administrator");
        // One that was cut off before anybody had seen the password goes on.
        std::optional<Failure> exists;
        try {
            instance.create(options->costs);
        } catch (const Failure& failure) {
            if (failure.status != MYQSEC_ERR_EXISTS) throw;
            exists = failure;
        }
        myqsec_user_fields fields = MYQSEC_USER_FIELDS_INIT;
        fields.user_name = options->administrator.c_str();
        std::int64_t id = 0;
        char password[128];
        std::size_t size = sizeof password;
        char code[64];
        std::size_t code_size = sizeof code;
        try {
            check(myqsec_first_administrator(instance.system(), &fields, &id, password, &size));
            check(myqsec_recovery_code(instance.system(), code, &code_size));
        } catch (const Failure&) {
            ::explicit_bzero(password, sizeof password);
            if (exists) throw Failure(exists->status, exists->what());
            throw;
        }
        print_secrets({{"password",
                        "Created an instance in '" + instance.directory +
                            "'.\nAdministrator: " + options->administrator + "\nPassword, shown this once: ",
                        password},
                       {"recovery_code", "Recovery code, shown this once, to be kept in a safe: ", code}},
                      instance.json);
        ::explicit_bzero(password, sizeof password);
        ::explicit_bzero(code, sizeof code);
    });
    auto path = std::make_shared<std::string>();
    auto* key = app.add_subcommand("new-root-key", "Write a fresh root key file");
    key->add_option("FILE", *path, "The file to create")->required();
    key->callback([&instance, path] {
        instance.refuse_user();
        generate_key_file(*path);
    });
}

void add_settings(CLI::App& app, Instance& instance) {
    auto name = std::make_shared<std::string>();
    auto value = std::make_shared<std::string>();
    auto* setting = app.add_subcommand("setting", "Read and change settings");
    setting->require_subcommand(1);
    setting->add_subcommand("list", "All settings")->callback([&instance] {
        print(get<myqsec_list>(myqsec_setting_list, instance.principal()), instance.json);
    });
    auto* one = setting->add_subcommand("get", "One setting");
    one->add_option("NAME", *name)->required();
    one->callback([&instance, name] {
        print(get<myqsec_list>(myqsec_setting_get, instance.principal(), name->c_str()), instance.json);
    });
    auto* set = setting->add_subcommand("set", "Change a setting");
    set->add_option("NAME", *name)->required();
    set->add_option("VALUE", *value)->required();
    set->callback([&instance, name, value] {
        check(myqsec_setting_set(instance.principal(), name->c_str(), value->c_str()));
    });
    auto* reset = setting->add_subcommand("reset", "Back to the default");
    reset->add_option("NAME", *name)->required();
    reset->callback(
        [&instance, name] { check(myqsec_setting_set(instance.principal(), name->c_str(), nullptr)); });
}

}  // namespace

void add_instance_commands(CLI::App& app, Instance& instance) {
    add_init(app, instance);
    app.add_subcommand("status", "What opening the instance found and repaired")->callback([&instance] {
        instance.refuse_user();
        print(get<myqsec_list>(myqsec_open_findings, instance.engine()), instance.json);
    });
    auto without_root = std::make_shared<bool>(false);
    auto* doctor =
        app.add_subcommand("doctor", "What is wrong with an instance, and what can be done; changes nothing");
    doctor->footer("Its exit status is that of a command that opens the instance.");
    doctor->add_flag("--without-root", *without_root, "Only what can be seen without the root key");
    doctor->callback([&instance, without_root] {
        instance.refuse_user();
        instance.diagnose(!*without_root);
    });
    app.add_subcommand("tick", "Do what is due: retention, idle logouts")->callback([&instance] {
        check(myqsec_tick(instance.principal(), nullptr));
    });
    app.add_subcommand("confirm-clock",
                       "The clock is right after a large step: let what has expired be deleted")
        ->callback([&instance] { check(myqsec_clock_confirm(instance.principal())); });
    add_settings(app, instance);
    app.add_subcommand("version", "The library's version")->callback([&instance] {
        instance.refuse_user();
        print_result("version", std::string(myqsec_version()), std::string("libmyqsec ") + myqsec_version(),
                     instance.json);
    });
    app.add_subcommand("self-test", "Run the known-answer tests of the cryptography")->callback([&instance] {
        instance.refuse_user();
        check(myqsec_self_test());
        std::cout << "All known-answer tests hold.\n";
    });
}

}  // namespace cli
