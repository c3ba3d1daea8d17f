#include "instance.hpp"

#include <algorithm>
#include <map>

namespace cli {

namespace {

bool is_number(const std::string& text) {
    return !text.empty() && text.size() < 19 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void Instance::add_to(CLI::App& app) {
    app.add_option("--instance", directory, "The instance's folder")->envname("MYQSEC_INSTANCE");
    app.add_flag("--json", json, "Print JSON for programs");
    root_.add_to(app);
    app.add_option("--user", user_name, "Log in as this user; otherwise the host itself is asking");
    password_.add_to(app, "password of --user");
}

void Instance::with_root(RootOptions::Costs costs, RootOptions::Purpose purpose,
                         const std::function<void(const myqsec_root&)>& use) {
    if (directory.empty()) throw CLI::ValidationError("--instance", "name the instance's folder");
    root_.with(costs, purpose, use);
}

void Instance::warn_of_loose_folder() const {
    constexpr unsigned writable_or_open_to_all = 027;
    if (!directory.empty()) warn_of_loose_mode(directory, writable_or_open_to_all, "instance's folder");
}

void Instance::create(RootOptions::Costs costs) {
    warn_of_loose_folder();
    with_root(costs, RootOptions::Purpose::fresh, [&](const myqsec_root& root) {
        engine_ = get<myqsec_engine>(myqsec_create, directory.c_str(), &root, nullptr);
    });
}

myqsec_engine* Instance::engine() {
    if (!engine_) {
        warn_of_loose_folder();
        with_root({}, RootOptions::Purpose::existing, [&](const myqsec_root& root) {
            engine_ = get<myqsec_engine>(myqsec_open, directory.c_str(), &root, nullptr);
        });
    }
    return engine_.get();
}

myqsec_session* Instance::system() {
    if (!system_) system_ = get<myqsec_session>(myqsec_system_session, engine());
    return system_.get();
}

myqsec_session* Instance::principal() {
    if (user_name.empty()) return system();
    if (!login_) {
        myqsec_session* host = system();
        login_password_ = password_.read();
        login_ = get<myqsec_session>(myqsec_login, host, user_name.c_str(), login_password_.c_str(), nullptr);
    }
    return login_.get();
}

const char* Instance::own_password(std::int64_t user) {
    if (!login_) return nullptr;
    const auto info = get<myqsec_list>(myqsec_session_info, login_.get());
    return next(info) && integer(info, "user") == user ? login_password_.c_str() : nullptr;
}

std::int64_t Instance::user(const std::string& name_or_id) {
    if (is_number(name_or_id)) return std::stoll(name_or_id);
    std::int64_t id = 0;
    check(myqsec_user_find(system(), name_or_id.c_str(), &id));
    return id;
}

std::int64_t Instance::named(myqsec_status (*list)(myqsec_session*, const myqsec_page*, myqsec_list**),
                             const std::string& name_or_id, const char* kind, myqsec_session* who) {
    if (is_number(name_or_id)) return std::stoll(name_or_id);
    myqsec_page page = MYQSEC_PAGE_INIT;
    do {
        const auto rows = get<myqsec_list>(list, who, &page);
        while (next(rows)) {
            if (text(rows, "name") == name_or_id) return integer(rows, "id");
        }
        check(myqsec_list_more(rows.get(), &page.after));
    } while (page.after != 0);
    throw Failure(MYQSEC_ERR_NOT_FOUND, std::string("there is no ") + kind + " '" + name_or_id +
                                            "'; see 'myqsec " + kind + " list'");
}

std::int64_t Instance::queue(const std::string& name_or_id) {
    return named(myqsec_queue_list, name_or_id, "queue", system());
}
std::int64_t Instance::device(const std::string& name_or_id) {
    return named(myqsec_device_list, name_or_id, "device", system());
}
std::int64_t Instance::group(const std::string& name_or_id) {
    return named(myqsec_group_list, name_or_id, "group", principal());
}
std::int64_t Instance::role(const std::string& name_or_id) {
    return named(myqsec_role_list, name_or_id, "role", principal());
}

std::int64_t Instance::certificate(const std::string& name_or_id) {
    return named(myqsec_certificate_list, name_or_id, "certificate", principal());
}

void add_text(CLI::App& command, const std::string& name, Text& into, const std::string& meaning) {
    command
        .add_option_function<std::string>(
            name, [&into](const std::string& text) { into = text; }, meaning)
        ->type_name("TEXT");
}

CLI::Option* add_duration(CLI::App& command, const std::string& name, std::int64_t& into,
                          const std::string& meaning) {
    static const std::map<std::string, std::int64_t> units{
        {"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    return command.add_option(name, into, meaning)
        ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_OPTIONAL, "DURATION"));
}

}  // namespace cli
