// backup: create, show, keys, export-key, rescue-key, restore.
#include <cerrno>
#include <ctime>
#include <iostream>
#include <memory>
#include <optional>

#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "instance.hpp"
#include "new_file.hpp"
#include "output.hpp"

namespace cli {

namespace {

/// On a terminal only: a backup of many documents takes a while.
int show_progress(void* context, std::uint64_t done, std::uint64_t files) {
    if (::isatty(2) == 0 || files < 100) return 0;
    auto& shown = *static_cast<std::uint64_t*>(context);
    const auto percent = done * 100 / files;
    if (percent != shown) std::cerr << "\r" << percent << " %" << std::flush;
    shown = percent;
    if (done == files) std::cerr << "\r\033[K" << std::flush;
    return 0;
}

std::string instance_of(const myqsec_backup_info& info) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string id;
    for (const auto byte : info.instance_id) {
        id += digits[byte >> 4];
        id += digits[byte & 15];
    }
    return id;
}

void print_info(const std::string& directory, const myqsec_backup_info& info, bool json) {
    const std::string id = instance_of(info);
    if (json) {
        std::cout << nlohmann::json{{"directory", directory},
                                    {"instance_id", id},
                                    {"key_version", info.key_version},
                                    {"created", instant(info.created)},
                                    {"expires", instant(info.expires)}}
                         .dump()
                  << '\n';
        return;
    }
    std::cout << "Backup of instance " << id << "\nas it was at " << instant(info.created)
              << "\nIt can be restored until " << instant(info.expires) << ", with the backup key "
              << info.key_version << ".\n";
}

/// Made before the work of which it takes the key: a file that can't be made is told first.
std::optional<NewFile> new_key_file(const std::string& path) {
    return path.empty() ? std::optional<NewFile>() : std::optional<NewFile>(std::in_place, path);
}

/// Gets a key by `ask` and writes it to the file, or to standard output.
template <class Ask>
void give_key(std::optional<NewFile>&& file, const Ask& ask) {
    char key[MYQSEC_BACKUP_KEY_MAX];
    std::size_t length = sizeof key;
    ask(key, &length);
    key[length - 1] = '\n';
    const bool written =
        file ? file->write(key, length) && file->keep() : write_all(STDOUT_FILENO, key, length);
    const int reason = errno;
    ::explicit_bzero(key, sizeof key);
    if (!written) fail(reason, "the backup key was not written");
}

void export_key(Instance& instance, std::uint32_t version, std::optional<NewFile>&& file) {
    give_key(std::move(file), [&](char* key, std::size_t* length) {
        check(myqsec_backup_key_export(instance.principal(), version, key, length));
    });
}

/// Before the work, too.
void make_key_folder(const std::string& path) {
    struct stat found {};
    if (::mkdir(path.c_str(), 0700) == 0) return;
    const int reason = errno;
    if (::stat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode))
        fail(reason, "cannot make the folder '" + path + "' for backup keys");
    warn_of_loose_mode(path, 077, "folder of backup keys");
}

/// Each key once, under a name of its own: backups share keys, and a later one has another.
void keep_key(Instance& instance, const myqsec_backup_info& info, const std::string& folder) {
    const auto path = folder + '/' + instance_of(info) + '-' + std::to_string(info.key_version) + ".key";
    if (::access(path.c_str(), F_OK) == 0) return;
    export_key(instance, info.key_version, new_key_file(path));
}

void add_create(CLI::App& backup, Instance& instance) {
    struct Options {
        std::string directory, key_file, key_folder;
        std::int64_t retention = 0;
    };
    auto options = std::make_shared<Options>();
    auto* create = backup.add_subcommand("create", "Back the instance up into a new folder");
    create->add_option("DIRECTORY", options->directory)->required();
    add_duration(
        *create, "--expires-in", options->retention,
        "How long it can be restored, or up to an eighth less; otherwise the setting backup.retention");
    create->add_option("--key-file", options->key_file,
                       "A file to create with the backup key, to be kept apart from the backup");
    create
        ->add_option("--key-folder", options->key_folder,
                     "A folder, apart from the backups, that keeps their keys: each is written there once; "
                     "made, for its owner alone, if it is missing")
        ->excludes("--key-file");
    create->callback([&instance, options] {
        std::uint64_t shown = 0;
        myqsec_backup_options given = MYQSEC_BACKUP_OPTIONS_INIT;
        given.retention = options->retention;
        given.progress = show_progress;
        given.context = &shown;
        myqsec_backup_info info = MYQSEC_BACKUP_INFO_INIT;
        auto key_file = new_key_file(options->key_file);
        if (!options->key_folder.empty()) make_key_folder(options->key_folder);
        check(myqsec_backup_create(instance.principal(), options->directory.c_str(), &given, &info));
        if (key_file) export_key(instance, info.key_version, std::move(key_file));
        if (!options->key_folder.empty()) keep_key(instance, info, options->key_folder);
        print_info(options->directory, info, instance.json);
    });
}

void add_key_list(CLI::App& backup, Instance& instance) {
    struct Options {
        std::uint32_t version = 0;
        std::string path;
    };
    backup.add_subcommand("keys", "The backup keys that live, and when they expire")->callback([&instance] {
        print(get<myqsec_list>(myqsec_backup_key_list, instance.principal()), instance.json);
    });
    auto exported = std::make_shared<Options>();
    auto* one = backup.add_subcommand("export-key", "Write a backup key, to restore on another machine");
    auto rescued = std::make_shared<Options>();
    auto* other = backup.add_subcommand("rescue-key", "The same from an instance whose databases don't open");
    for (const auto& [command, options] : {std::pair(one, exported), std::pair(other, rescued)}) {
        command->add_option("--version", options->version, "Which; otherwise the newest");
        command->add_option("--output", options->path, "A file to create; otherwise standard output");
    }
    one->callback(
        [&instance, exported] { export_key(instance, exported->version, new_key_file(exported->path)); });
    other->callback([&instance, rescued] {
        instance.refuse_user();
        instance.with_root({}, RootOptions::Purpose::existing, [&](const myqsec_root& root) {
            give_key(new_key_file(rescued->path), [&](char* key, std::size_t* length) {
                check(
                    myqsec_backup_key_read(instance.directory.c_str(), &root, rescued->version, key, length));
            });
        });
    });
}

void add_restore(CLI::App& backup, Instance& instance) {
    struct Options {
        std::string backup;
        SecretOption key{"key"};
        RootOptions::Costs costs;
    };
    auto options = std::make_shared<Options>();
    auto* restore = backup.add_subcommand(
        "restore", "Make a new instance, in the folder that --instance names, of a backup");
    restore->add_option("BACKUP", options->backup, "The backup's folder")->required();
    options->key.add_to(*restore, "backup key");
    restore->add_option("--argon2-memory", options->costs.memory_kib,
                        "KiB of memory for stretching a passphrase");
    restore->add_option("--argon2-iterations", options->costs.iterations, "Passes over that memory");
    options->costs.add_weak_to(*restore);
    restore->callback([&instance, options] {
        instance.refuse_user();
        const auto key = options->key.read();
        std::uint64_t shown = 0;
        myqsec_backup_options given = MYQSEC_BACKUP_OPTIONS_INIT;
        given.progress = show_progress;
        given.context = &shown;
        instance.with_root(options->costs, RootOptions::Purpose::fresh, [&](const myqsec_root& root) {
            const auto engine =
                get<myqsec_engine>(myqsec_backup_restore, options->backup.c_str(), instance.directory.c_str(),
                                   key.c_str(), &root, nullptr, &given);
            print(get<myqsec_list>(myqsec_open_findings, engine.get()), instance.json);
        });
    });
}

}  // namespace

void add_backup_commands(CLI::App& app, Instance& instance) {
    auto* backup = app.add_subcommand("backup", "Backups of the instance, and restoring them");
    backup->require_subcommand(1);
    add_create(*backup, instance);
    auto directory = std::make_shared<std::string>();
    auto* show = backup->add_subcommand("show", "What a backup says of itself");
    show->add_option("DIRECTORY", *directory)->required();
    show->callback([&instance, directory] {
        instance.refuse_user();
        myqsec_backup_info info = MYQSEC_BACKUP_INFO_INIT;
        check(myqsec_backup_read(directory->c_str(), &info));
        print_info(*directory, info, instance.json);
    });
    add_key_list(*backup, instance);
    add_restore(*backup, instance);
}

}  // namespace cli
