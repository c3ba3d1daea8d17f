// device.
#include <memory>

#include "instance.hpp"
#include "output.hpp"
#include "page.hpp"

namespace cli {

namespace {

struct DeviceOptions {
    std::string device, name;
    Text model, serial, mac, address, location, card_transform;
    std::vector<std::string> methods;
    std::int64_t idle_timeout = -1;
    int enabled = -1;
    int self_registration = -1;

    void add_fields(CLI::App& command) {
        add_text(command, "--model", model);
        add_text(command, "--serial", serial);
        add_text(command, "--mac", mac);
        add_text(command, "--address", address);
        add_text(command, "--location", location);
        command.add_option("--method", methods, "Ways to log in, any number")
            ->check(CLI::IsMember({"card", "pin", "name-pin", "name-password", "card-pin", "card-password"}));
        add_duration(command, "--idle-timeout", idle_timeout, "0: the setting device.idle_timeout");
        add_text(command, "--card-transform", card_transform,
                 "What is done to a card's number as the reader gives it, such as 'hex-to-decimal | pad 10 "
                 "0'; try it "
                 "with 'myqsec card transform'");
        command
            .add_option("--self-registration", self_registration,
                        "0 or 1: whether people register cards of their own there")
            ->check(CLI::Range(0, 1));
        command.add_option("--enabled", enabled, "0 or 1")->check(CLI::Range(0, 1));
    }
    [[nodiscard]] myqsec_device_fields fields() const {
        static constexpr const char* names[] = {"card",          "pin",      "name-pin",
                                                "name-password", "card-pin", "card-password"};
        myqsec_device_fields out = MYQSEC_DEVICE_FIELDS_INIT;
        out.name = or_null(name);
        out.model = or_null(model);
        out.serial = or_null(serial);
        out.mac = or_null(mac);
        out.address = or_null(address);
        out.location = or_null(location);
        out.idle_timeout = amount(idle_timeout);
        out.enabled = choice(enabled);
        out.card_transform = or_null(card_transform);
        out.self_registration = choice(self_registration);
        if (methods.empty()) return out;
        for (const std::string& method : methods) {
            for (int bit = 0; bit < 6; ++bit) {
                if (method == names[bit]) out.methods |= 1 << bit;
            }
        }
        return out;
    }
};

}  // namespace

void add_device_commands(CLI::App& app, Instance& instance) {
    auto options = std::make_shared<DeviceOptions>();
    auto* device = app.add_subcommand("device", "Devices");
    device->require_subcommand(1);
    auto* add = device->add_subcommand("add", "Register a device");
    add->add_option("NAME", options->name)->required();
    options->add_fields(*add);
    add->callback([&instance, options] {
        const auto fields = options->fields();
        std::int64_t id = 0;
        check(myqsec_device_create(instance.principal(), &fields, &id));
        print_result("device", id, "Registered device " + std::to_string(id) + ".", instance.json);
    });
    auto* list = device->add_subcommand("list", "All devices");
    list->callback([&instance, page = PageOptions(*list)] {
        page.print(instance, myqsec_device_list, instance.principal());
    });
    const auto about = [&](const std::string& name, const std::string& meaning) {
        auto* command = device->add_subcommand(name, meaning);
        command->add_option("DEVICE", options->device, by_name_or_id)->required();
        return command;
    };
    auto* change = about("change", "Change a device");
    change->add_option("--name", options->name, "New name");
    options->add_fields(*change);
    change->callback([&instance, options] {
        const auto fields = options->fields();
        check(myqsec_device_change(instance.principal(), instance.device(options->device), &fields));
    });
    about("delete", "Remove a device")->callback([&instance, options] {
        check(myqsec_device_delete(instance.principal(), instance.device(options->device)));
    });
    about("clear", "Clear the memory of a locked device")->callback([&instance, options] {
        check(myqsec_device_clear(instance.principal(), instance.device(options->device)));
    });
}

}  // namespace cli
