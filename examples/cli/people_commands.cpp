// user import, user export.
#include <cerrno>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "instance.hpp"
#include "output.hpp"
#include "target.hpp"

namespace cli {

namespace {

const std::map<std::string, std::uint32_t>& separators() {
    static const std::map<std::string, std::uint32_t> all{{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}};
    return all;
}

const std::map<std::string, std::uint32_t>& column_maps() {
    static const std::map<std::string, std::uint32_t> all{
        {"own", MYQSEC_PEOPLE_OWN}, {"myq", MYQSEC_PEOPLE_MYQ}, {"papercut", MYQSEC_PEOPLE_PAPERCUT}};
    return all;
}

/// A file that the library reads straight into its own memory: card numbers may stand in it.
class PeopleFile {
 public:
    explicit PeopleFile(const std::string& path)
        : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (descriptor_ < 0) fail(errno, "cannot read '" + path + "'");
        if (::lseek(descriptor_, 0, SEEK_SET) != 0) {
            ::close(descriptor_);
            throw Failure(
                MYQSEC_ERR_INVALID_ARGUMENT,
                "'" + path +
                    "' is read twice, to check and to import it, as a pipe cannot be; save it first");
        }
    }
    PeopleFile(const PeopleFile&) = delete;
    PeopleFile& operator=(const PeopleFile&) = delete;
    ~PeopleFile() { ::close(descriptor_); }

    [[nodiscard]] myqsec_people_source source() {
        myqsec_people_source out = MYQSEC_PEOPLE_SOURCE_INIT;
        out.context = this;
        out.read = [](void* context, void* data, std::size_t* length) {
            auto& file = *static_cast<PeopleFile*>(context);
            const auto came = ::read(file.descriptor_, data, *length);
            if (came < 0) file.reason_ = errno;
            *length = came < 0 ? 0 : static_cast<std::size_t>(came);
            return came < 0 ? 1 : 0;
        };
        out.rewind = [](void* context) {
            auto& file = *static_cast<PeopleFile*>(context);
            if (::lseek(file.descriptor_, 0, SEEK_SET) == 0) return 0;
            file.reason_ = errno;
            return 1;
        };
        return out;
    }
    void check_read() const {
        if (reason_ != 0) fail(reason_, "cannot read '" + path_ + "'");
    }

 private:
    std::string path_;
    int descriptor_;
    int reason_ = 0;
};

/// A line for each error, or with --json an array of them.
struct Errors {
    std::string file;
    bool json = false;
    nlohmann::ordered_json all = nlohmann::ordered_json::array();

    static int tell(void* context, const myqsec_people_error* error) {
        auto& errors = *static_cast<Errors*>(context);
        const std::string message = in_own_words(error->message);
        const std::string column = error->column;
        if (errors.json) {
            errors.all.push_back({{"line", error->line},
                                  {"column", column},
                                  {"status", myqsec_status_name(error->status)},
                                  {"message", message}});
        } else {
            std::cerr << printable(errors.file) << ':' << error->line << ": " << column
                      << (column.empty() ? "" : ": ") << message << '\n';
        }
        return 0;
    }
};

void print_counts(const myqsec_people_counts& counts, const Errors& errors, bool dry_run, bool json) {
    if (json) {
        const nlohmann::ordered_json all{{"rows", counts.rows},
                                         {"errors", errors.all},
                                         {"created", counts.created},
                                         {"changed", counts.changed},
                                         {"unchanged", counts.unchanged},
                                         {"groups_created", counts.groups_created},
                                         {"members_added", counts.members_added},
                                         {"members_removed", counts.members_removed},
                                         {"cards_added", counts.cards_added},
                                         {"cards_removed", counts.cards_removed}};
        std::cout << all.dump() << '\n';
        return;
    }
    std::cout << (dry_run ? "Would be imported: " : "Imported: ") << counts.rows << " rows, "
              << counts.created << " users created, " << counts.changed << " changed, " << counts.unchanged
              << " as they were.\n"
              << "Groups: " << counts.groups_created << " created, " << counts.members_added
              << " members added, " << counts.members_removed << " removed. Cards: " << counts.cards_added
              << " added, " << counts.cards_removed << " removed.\n";
}

void add_import(CLI::App& user, Instance& instance) {
    struct Options {
        std::string path, map = "own", separator;
        bool dry_run = false, no_header = false, ignore_unknown = false, clear_empty = false;
    };
    auto options = std::make_shared<Options>();
    auto* command =
        user.add_subcommand("import", "Create and change users, their groups and cards as a file says");
    command->add_option("FILE", options->path, "CSV in UTF-8")->required();
    command->add_flag("--dry-run", options->dry_run, "Only check it: a line for each error");
    command->add_option("--map", options->map, "Whose columns it has: own, myq, or papercut")
        ->check(CLI::IsMember({"own", "myq", "papercut"}))
        ->capture_default_str();
    command
        ->add_option("--separator", options->separator,
                     "comma, semicolon, or tab; otherwise as the first line shows")
        ->check(CLI::IsMember({"comma", "semicolon", "tab"}));
    command->add_flag("--no-header", options->no_header, "The first line is a row, too");
    command->add_flag("--ignore-unknown", options->ignore_unknown,
                      "Columns of unknown names count for nothing");
    command->add_flag("--clear-empty", options->clear_empty,
                      "An empty cell empties what it is of; otherwise it leaves it as it is");
    command->callback([&instance, options] {
        Errors errors{options->path, instance.json};
        myqsec_people_import_options given = MYQSEC_PEOPLE_IMPORT_OPTIONS_INIT;
        given.map = column_maps().at(options->map);
        if (!options->separator.empty()) given.separator = separators().at(options->separator);
        given.dry_run = options->dry_run ? 1 : 0;
        given.no_header = options->no_header ? 1 : 0;
        given.ignore_unknown = options->ignore_unknown ? 1 : 0;
        given.clear_empty = options->clear_empty ? 1 : 0;
        given.error = Errors::tell;
        given.error_context = &errors;
        PeopleFile file(options->path);
        auto* session = instance.principal();
        myqsec_people_counts counts = MYQSEC_PEOPLE_COUNTS_INIT;
        const auto source = file.source();
        const auto status = myqsec_people_import(session, &source, &given, &counts);
        const std::string reason = status == MYQSEC_OK ? "" : in_own_words(myqsec_last_error());
        file.check_read();
        if (status == MYQSEC_OK || (instance.json && !errors.all.empty()))
            print_counts(counts, errors, options->dry_run, instance.json);
        if (status != MYQSEC_OK) throw Failure(status, reason);
    });
}

void add_export_of_people(CLI::App& user, Instance& instance) {
    struct Options {
        std::string path, separator = "comma";
        bool bom = false, ids = false;
    };
    auto options = std::make_shared<Options>();
    auto* command =
        user.add_subcommand("export", "Write users and their groups as CSV, as 'user import' reads it");
    command->add_option("--output", options->path, "A file to create; otherwise standard output");
    command->add_option("--separator", options->separator, "comma, semicolon, or tab")
        ->check(CLI::IsMember({"comma", "semicolon", "tab"}))
        ->capture_default_str();
    command->add_flag("--bom", options->bom, "With a byte order mark, by which spreadsheets know UTF-8");
    command->add_flag("--ids", options->ids, "With the column id, to rename users of this instance");
    command->callback([&instance, options] {
        myqsec_people_export_options given = MYQSEC_PEOPLE_EXPORT_OPTIONS_INIT;
        given.separator = separators().at(options->separator);
        given.bom = options->bom ? 1 : 0;
        given.ids = options->ids ? 1 : 0;
        auto* session = instance.principal();
        Target target(options->path);
        const auto status = myqsec_people_export(session, &given, Target::write, &target);
        if (status == MYQSEC_ERR_CALLBACK) fail(target.reason(), "cannot write the export");
        check(status);
        target.keep();
    });
}

}  // namespace

void add_people_commands(CLI::App& app, Instance& instance) {
    auto* user = app.get_subcommand("user");
    add_import(*user, instance);
    add_export_of_people(*user, instance);
}

}  // namespace cli
