// audit: list, head, key, checkpoint, inclusion, consistency, rotate-key, export, verify.
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "instance.hpp"
#include "output.hpp"
#include "page.hpp"
#include "period.hpp"
#include "target.hpp"

namespace cli {

namespace {

void add_reading(CLI::App& audit, Instance& instance) {
    struct Options {
        std::string object_kind, actor, action;
        std::int64_t object = 0;
    };
    auto options = std::make_shared<Options>();
    auto* list = audit.add_subcommand("list", "Events");
    list->add_option("--object-kind", options->object_kind, "Of this kind, e.g. job; with --object");
    list->add_option("--object", options->object, "Its id")->check(whole_number);
    list->add_option("--actor", options->actor, "What this user did: name or '#id'");
    list->add_option("--action", options->action, "E.g. job.released");
    list->callback([&instance, options, period = PeriodOptions(*list), page = PageOptions(*list)] {
        myqsec_audit_filter filter = MYQSEC_AUDIT_FILTER_INIT;
        filter.object_kind = or_null(options->object_kind);
        filter.object = options->object;
        if (!options->actor.empty()) filter.actor_user = instance.user(options->actor);
        filter.action = or_null(options->action);
        period.narrow(filter);
        page.print(instance, myqsec_audit_list, instance.principal(), &filter);
    });
    audit.add_subcommand("head", "Size and root hash of the tree")->callback([&instance] {
        print(get<myqsec_list>(myqsec_audit_head, instance.principal()), instance.json);
    });
}

void add_keys(CLI::App& audit, Instance& instance) {
    auto all = std::make_shared<bool>(false);
    auto* key = audit.add_subcommand("key", "The public key that a verifier needs: that of the first epoch");
    key->add_flag("--all", *all, "Those of all epochs");
    key->callback([&instance, all] {
        const auto keys = get<myqsec_list>(myqsec_audit_keys, instance.principal());
        if (*all) return print(keys, instance.json);
        next(keys);
        const auto first = text(keys, "key");
        print_result("key", first, first, instance.json);
    });
    audit.add_subcommand("rotate-key", "Let a fresh key sign from now on, and destroy the old one")
        ->callback([&instance] { check(myqsec_audit_rotate_key(instance.principal())); });
}

void add_proofs(CLI::App& audit, Instance& instance) {
    audit.add_subcommand("checkpoint", "The signed size and root of the log, to be kept outside")
        ->callback([&instance] {
            const auto newest = get<myqsec_list>(myqsec_audit_checkpoint, instance.principal());
            if (instance.json) return print(newest, true);
            next(newest);
            std::cout << text(newest, "note");
        });
    struct Sizes {
        std::int64_t first = 0;
        std::int64_t second = 0;
    };
    auto inclusion = std::make_shared<Sizes>();
    auto* one = audit.add_subcommand("inclusion", "Prove that an event is in the log (RFC 9162)");
    one->add_option("SEQUENCE", inclusion->first)->required()->check(whole_number);
    one->add_option("--size", inclusion->second, "In the tree of so many events; otherwise of all");
    one->callback([&instance, inclusion] {
        print(get<myqsec_list>(myqsec_audit_inclusion, instance.principal(), inclusion->first,
                               inclusion->second),
              instance.json);
    });
    auto consistency = std::make_shared<Sizes>();
    auto* two = audit.add_subcommand("consistency", "Prove that the log goes on from what it was (RFC 9162)");
    two->add_option("OLDER", consistency->first, "How many events it had")->required();
    two->add_option("--newer", consistency->second, "Up to the tree of so many events; otherwise of all");
    two->callback([&instance, consistency] {
        print(get<myqsec_list>(myqsec_audit_consistency, instance.principal(), consistency->first,
                               consistency->second),
              instance.json);
    });
}

void add_export(CLI::App& audit, Instance& instance) {
    struct Options {
        std::string format = "jsonl";
        std::int64_t from = 1;
        std::string host_name;
        std::string path;
        bool personal = false;
    };
    auto options = std::make_shared<Options>();
    auto* command =
        audit.add_subcommand("export", "Write events as lines, or all as a bundle for 'audit verify'");
    static const std::map<std::string, std::uint32_t> formats{
        {"jsonl", MYQSEC_AUDIT_JSON_LINES}, {"syslog", MYQSEC_AUDIT_SYSLOG}, {"bundle", MYQSEC_AUDIT_BUNDLE}};
    command->add_option("--format", options->format, "jsonl, syslog (RFC 5424), or bundle")
        ->check(CLI::IsMember({"jsonl", "syslog", "bundle"}))
        ->capture_default_str();
    command->add_option("--from", options->from, "Lines: first sequence number")->capture_default_str();
    command->add_option("--host-name", options->host_name, "syslog: the name of this host");
    command->add_flag("--personal", options->personal, "Lines: names and titles too");
    command->add_option("--output", options->path, "A file to create; otherwise standard output");
    command->callback([&instance, options] {
        myqsec_audit_export_options given = MYQSEC_AUDIT_EXPORT_OPTIONS_INIT;
        given.format = formats.at(options->format);
        given.from = options->from;
        given.host_name = or_null(options->host_name);
        given.personal = options->personal ? 1 : 0;
        auto* session = instance.principal();
        Target target(options->path);
        std::int64_t from = 1;
        const auto status = myqsec_audit_export(session, &given, Target::write, &target, &from);
        if (status == MYQSEC_ERR_CALLBACK)
            fail(target.reason(), "cannot write the export; it goes on with --from " + std::to_string(from));
        check(status);
        target.keep();
    });
}

int read_file(void* context, void* data, std::size_t* length) {
    auto* file = static_cast<std::FILE*>(context);
    *length = std::fread(data, 1, *length, file);
    return std::ferror(file) != 0 ? 1 : 0;
}

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) fail(ENOENT, "cannot read '" + path + "'");
    // With no checkpoint in it, it would be as if it had not been given.
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        throw Failure(MYQSEC_ERR_INVALID_ARGUMENT, "'" + path + "' is empty: it should hold checkpoints");
    return text;
}

std::string hex(const std::uint8_t* bytes, std::size_t size) {
    constexpr const char* digits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < size; ++i)
        out += {digits[bytes[i] >> 4], digits[bytes[i] & 15]};
    return out;
}

void print_verdict(const myqsec_audit_verdict& verdict, const std::string& reason, bool json) {
    const auto root = hex(verdict.root_hash, sizeof verdict.root_hash);
    if (json) {
        const nlohmann::ordered_json all{{"valid", verdict.wrong_event == 0},
                                         {"wrong_event", verdict.wrong_event},
                                         {"reason", reason},
                                         {"first", verdict.first},
                                         {"size", verdict.size},
                                         {"proven", verdict.proven},
                                         {"epoch", verdict.epoch},
                                         {"root_hash", root},
                                         {"sealed_values", verdict.sealed_values},
                                         {"erased_values", verdict.erased_values}};
        std::cout << all.dump() << '\n';
        return;
    }
    if (verdict.wrong_event != 0) return;  // the failure's own sentence says it
    std::cout << "Events " << verdict.first << " to " << verdict.size
              << " are as they were signed, up to epoch " << verdict.epoch << ".\nRoot hash: " << root
              << '\n';
}

void add_verify(CLI::App& audit, Instance& instance) {
    struct Options {
        std::string bundle;
        std::string key;
        std::vector<std::string> since;
    };
    auto options = std::make_shared<Options>();
    auto* command = audit.add_subcommand("verify", "Verify a bundle; needs no instance and no secret");
    command
        ->add_option("BUNDLE", options->bundle,
                     "As 'audit export --format bundle' wrote it; - is standard input")
        ->required();
    command->add_option("--key", options->key, "The first epoch's key, as 'audit key' printed it")
        ->required();
    command->add_option("--since", options->since,
                        "A file of checkpoints from before: the log must go on from each");
    command->callback([&instance, options] {
        instance.refuse_user();
        std::string known;
        for (const auto& path : options->since)
            known += read_text(path) + '\n';
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
            options->bundle == "-" ? stdin : std::fopen(options->bundle.c_str(), "rb"), std::fclose);
        if (!file) fail(errno, "cannot read '" + options->bundle + "'");
        myqsec_audit_verdict verdict = MYQSEC_AUDIT_VERDICT_INIT;
        const auto status = myqsec_audit_verify(read_file, file.get(), options->key.c_str(),
                                                options->since.empty() ? nullptr : known.c_str(), &verdict);
        const std::string reason = status == MYQSEC_OK ? "" : in_own_words(myqsec_last_error());
        if (status == MYQSEC_OK || status == MYQSEC_ERR_TAMPERED)
            print_verdict(verdict, reason, instance.json);
        if (status != MYQSEC_OK) throw Failure(status, reason);
    });
}

}  // namespace

void add_audit_commands(CLI::App& app, Instance& instance) {
    auto* audit = app.add_subcommand("audit", "Read, export and prove the audit log");
    audit->require_subcommand(1);
    add_reading(*audit, instance);
    add_keys(*audit, instance);
    add_proofs(*audit, instance);
    add_export(*audit, instance);
    add_verify(*audit, instance);
}

}  // namespace cli
