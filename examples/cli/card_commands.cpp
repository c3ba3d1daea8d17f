// user card, card.
#include <chrono>
#include <memory>

#include "instance.hpp"
#include "output.hpp"
#include "page.hpp"

namespace cli {

namespace {

constexpr std::size_t card_room = 160;  // 128 bytes are the most

struct CardOptions {
    std::string user, label, device, expression, value;
    std::int64_t card = 0;
    std::int64_t lifetime = 0;
    SecretOption number{"card"};
};

std::int64_t expiry_of(std::int64_t lifetime) {
    if (lifetime == 0) return 0;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count() + lifetime;
}

std::string transform_of(Instance& instance, const std::string& device) {
    const auto id = instance.device(device);
    myqsec_page page = MYQSEC_PAGE_INIT;
    page.after = id - 1;
    page.limit = 1;
    const auto rows = get<myqsec_list>(myqsec_device_list, instance.system(), &page);
    if (!next(rows) || integer(rows, "id") != id)
        throw Failure(MYQSEC_ERR_NOT_FOUND, "there is no device '" + device + "'; see 'myqsec device list'");
    return text(rows, "card_transform");
}

/// What the card is known by, as a text that is wiped.
class KnownCard {
 public:
    KnownCard(const std::string& expression, const char* given) {
        std::size_t size = sizeof number_;
        check(myqsec_card_transform(expression.c_str(), given, number_, &size));
    }
    KnownCard(const KnownCard&) = delete;
    KnownCard& operator=(const KnownCard&) = delete;
    ~KnownCard() { ::explicit_bzero(number_, sizeof number_); }
    [[nodiscard]] const char* c_str() const { return number_; }

 private:
    char number_[card_room] = {};
};

void add_cards_of_users(CLI::App& app, Instance& instance) {
    auto options = std::make_shared<CardOptions>();
    auto* card = app.get_subcommand("user")->add_subcommand("card", "Cards of a user");
    card->require_subcommand(1);
    auto* add = card->add_subcommand("add", "Register a card");
    add->add_option("USER", options->user, by_name_or_id)->required();
    options->number.add_to(*add, "card number");
    add->add_option("--label", options->label);
    add_duration(*add, "--for", options->lifetime, "How long it is valid, such as 8h: a temporary card");
    add->add_option("--read-at", options->device,
                    "The device whose reader gives the number so: what its card transform makes of it is "
                    "registered")
        ->type_name("DEVICE");
    add->callback([&instance, options] {
        myqsec_session* who = instance.principal();
        const auto user = instance.user(options->user);
        const auto expression =
            options->device.empty() ? std::string() : transform_of(instance, options->device);
        const Secret number = options->number.read();
        std::int64_t id = 0;
        const KnownCard known(expression, number.c_str());
        check(myqsec_card_add(who, user, known.c_str(), or_null(options->label), expiry_of(options->lifetime),
                              &id));
        print_result("card", id, "Registered card " + std::to_string(id) + ".", instance.json);
    });
    auto* list = card->add_subcommand("list", "Registered cards");
    list->add_option("USER", options->user, by_name_or_id)->required();
    list->callback([&instance, options, page = PageOptions(*list)] {
        page.print(instance, myqsec_card_list, instance.principal(), instance.user(options->user));
    });
    auto* remove = card->add_subcommand("remove", "Remove a card");
    remove->add_option("ID", options->card)->required()->check(whole_number);
    remove->callback(
        [&instance, options] { check(myqsec_card_remove(instance.principal(), options->card)); });
}

void add_transform(CLI::App& app, Instance& instance) {
    auto options = std::make_shared<CardOptions>();
    auto* card = app.add_subcommand("card", "Numbers of cards, without an instance");
    card->require_subcommand(1);
    auto* transform = card->add_subcommand(
        "transform", "What a card is known by at a device that has such a card transform");
    transform->add_option("EXPRESSION", options->expression, "Such as 'hex-to-decimal | pad 10 0'")
        ->required();
    auto* value = transform->add_option(
        "VALUE", options->value, "As the reader gives it; of a card in use, --card-file keeps it from 'ps'");
    options->number.add_to(*transform, "card number", "VALUE");
    options->number.excludes(value);
    transform->callback([&instance, options] {
        instance.refuse_user();
        const Secret number = options->value.empty() ? options->number.read() : Secret();
        const KnownCard known(options->expression,
                              options->value.empty() ? number.c_str() : options->value.c_str());
        print_result("card", std::string(known.c_str()), known.c_str(), instance.json);
    });
}

}  // namespace

void add_card_commands(CLI::App& app, Instance& instance) {
    add_cards_of_users(app, instance);
    add_transform(app, instance);
}

}  // namespace cli
