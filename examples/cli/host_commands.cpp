// host: events, secrets and settings of the host.
#include <cerrno>
#include <memory>
#include <vector>

#include <unistd.h>

#include "instance.hpp"
#include "new_file.hpp"
#include "output.hpp"
#include "page.hpp"

namespace cli {

namespace {

struct HostOptions {
    std::string name, file;
    std::string value;
    std::vector<std::string> fields;
    std::string result = "ok";
};

CLI::App* about_host(CLI::App* parent, const char* name, const char* meaning,
                     const std::shared_ptr<HostOptions>& options) {
    auto* command = parent->add_subcommand(name, meaning);
    command->add_option("NAME", options->name, "Lowercase letters, digits, '-', '.' and '_'")->required();
    return command;
}

void write_host_secret(Instance& instance, const std::string& name) {
    constexpr std::size_t most = 65536;
    ProtectedMemory room(most);
    std::size_t length = most;
    check(myqsec_host_secret_get(instance.principal(), name.c_str(), room.data(), &length));
    if (!write_all(STDOUT_FILENO, room.data(), length)) fail(errno, "cannot write to standard output");
}

void add_host_secrets(CLI::App* host, Instance& instance) {
    auto options = std::make_shared<HostOptions>();
    auto* secret =
        host->add_subcommand("secret", "Secrets of the host, such as the key of its TLS certificate");
    secret->require_subcommand(1);
    auto* list = secret->add_subcommand("list", "Which there are; never what they are");
    list->callback([&instance, page = PageOptions(*list)] {
        page.print(instance, myqsec_host_secret_list, instance.principal());
    });
    auto* set = about_host(secret, "set", "Keep what a file holds, in place of an earlier one", options);
    set->add_option("FILE", options->file, "1 to 65,536 bytes")->required();
    set->callback([&instance, options] {
        const Secret value = read_secret_key_file(options->file);
        const auto text = value.text();
        check(myqsec_host_secret_set(instance.principal(), options->name.c_str(), text.data(), text.size()));
    });
    about_host(secret, "read", "Write one to standard output", options)->callback([&instance, options] {
        write_host_secret(instance, options->name);
    });
    about_host(secret, "remove", "Remove one", options)->callback([&instance, options] {
        check(myqsec_host_secret_remove(instance.principal(), options->name.c_str()));
    });
}

void add_host_settings(CLI::App* host, Instance& instance) {
    auto options = std::make_shared<HostOptions>();
    auto* setting = host->add_subcommand("setting", "Settings of the host");
    setting->require_subcommand(1);
    auto* list = setting->add_subcommand("list", "All of them");
    list->callback([&instance, page = PageOptions(*list)] {
        page.print(instance, myqsec_host_setting_list, instance.principal());
    });
    about_host(setting, "show", "One setting", options)->callback([&instance, options] {
        print(get<myqsec_list>(myqsec_host_setting_get, instance.principal(), options->name.c_str()),
              instance.json);
    });
    auto* set = about_host(setting, "set", "Set one", options);
    set->add_option("VALUE", options->value, "No secret: the audit log shows it")->required();
    set->callback([&instance, options] {
        check(myqsec_host_setting_set(instance.principal(), options->name.c_str(), options->value.c_str()));
    });
    about_host(setting, "remove", "Remove one", options)->callback([&instance, options] {
        check(myqsec_host_setting_set(instance.principal(), options->name.c_str(), nullptr));
    });
}

void add_host_events(CLI::App* host, Instance& instance) {
    auto options = std::make_shared<HostOptions>();
    auto* event = about_host(host, "event", "Record an event of the host in the audit log", options);
    event->add_option("--field", options->fields, "NAME=VALUE, as often as there are fields");
    event->add_option("--result", options->result)->check(CLI::IsMember({"ok", "denied", "failed"}));
    event->callback([&instance, options] {
        std::vector<myqsec_host_event_field> fields;
        for (std::string& field : options->fields) {
            const auto at = field.find('=');
            if (at == std::string::npos) throw CLI::ValidationError("--field", "write it as NAME=VALUE");
            field[at] = '\0';
            myqsec_host_event_field out = MYQSEC_HOST_EVENT_FIELD_INIT;
            out.name = field.c_str();
            out.new_value = field.c_str() + at + 1;
            fields.push_back(out);
        }
        myqsec_host_event out = MYQSEC_HOST_EVENT_INIT;
        out.name = options->name.c_str();
        out.result = options->result == "ok"       ? MYQSEC_EVENT_OK
                     : options->result == "denied" ? MYQSEC_EVENT_DENIED
                                                   : MYQSEC_EVENT_FAILED;
        out.fields = fields.data();
        out.field_count = static_cast<std::uint32_t>(fields.size());
        check(myqsec_host_event_record(instance.principal(), &out));
    });
}

}  // namespace

void add_host_commands(CLI::App& app, Instance& instance) {
    auto* host = app.add_subcommand("host", "What belongs to the host: events, secrets, settings");
    host->require_subcommand(1);
    add_host_secrets(host, instance);
    add_host_settings(host, instance);
    add_host_events(host, instance);
}

}  // namespace cli
