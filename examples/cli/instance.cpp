#include "instance.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "output.hpp"

namespace cli {

namespace {

bool is_number(const std::string& text) {
    return !text.empty() && text.size() < 19 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "#3" is an id, whatever is called so; nothing else is one.
std::optional<std::int64_t> marked_id(const std::string& text) {
    if (text.empty() || text.front() != '#' || !is_number(text.substr(1))) return std::nullopt;
    return std::stoll(text.substr(1));
}

/// Of a row's code such as "ERR_IN_USE"; MYQSEC_OK of any other.
myqsec_status status_of(const std::string& code) {
    if (!code.starts_with("ERR_")) return MYQSEC_OK;
    for (const auto status :
         {MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_FILE_ACCESS, MYQSEC_ERR_IN_USE, MYQSEC_ERR_WRONG_KEY,
          MYQSEC_ERR_CORRUPT, MYQSEC_ERR_TAMPERED, MYQSEC_ERR_NEWER_VERSION, MYQSEC_ERR_LOCKED_OUT}) {
        if ("MYQSEC_" + code == myqsec_status_name(status)) return status;
    }
    return MYQSEC_ERR_NOT_POSSIBLE;
}

/// A bare number is no id: the name of somebody who was removed would else be the id of somebody else.
[[noreturn]] void refuse_missing(const std::string& kind, const std::string& name) {
    throw Failure(MYQSEC_ERR_NOT_FOUND, "there is no " + kind + " '" + name + "'; " +
                                            (is_number(name) ? "an id is written '#" + name + "'"
                                                             : "see 'myqsec " + kind + " list'"));
}

}  // namespace

void Instance::add_to(CLI::App& app) {
    app.add_option("--instance", directory, "The instance's folder")->envname("MYQSEC_INSTANCE");
    app.add_flag("--json", json, "Print JSON for programs");
    root_.add_to(app);
    app.add_option("--user", user_name, "Log in as this user; otherwise the host itself is asking");
    password_.add_to(app, "password of --user");
    app.add_flag("--accept-earlier-parts", accept_earlier_parts_,
                 "Open the instance although its files are of different times, which is audited; 'status' "
                 "then says which");
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
        with_root({}, RootOptions::Purpose::existing, [&](const myqsec_root& root) { open(root); });
    }
    return engine_.get();
}

void Instance::diagnose(bool with_root_key) {
    myqsec_status opening = MYQSEC_OK;
    warn_of_loose_folder();
    const auto tell = [&](const myqsec_root* root) {
        const auto rows =
            get<myqsec_list>(myqsec_doctor, directory.c_str(), root, static_cast<myqsec_options*>(nullptr));
        print(rows, json, [&] {
            if (opening == MYQSEC_OK) opening = status_of(text(rows, "code"));
        });
    };
    if (with_root_key) {
        with_root({}, RootOptions::Purpose::existing, [&](const myqsec_root& root) { tell(&root); });
    } else if (directory.empty()) {
        throw CLI::ValidationError("--instance", "name the instance's folder");
    } else {
        tell(nullptr);
    }
    if (opening != MYQSEC_OK) throw Failure(opening, "the instance does not open as it is");
}

void Instance::open(const myqsec_root& root) {
    warn_of_loose_folder();
    myqsec_options options = MYQSEC_OPTIONS_INIT;
    options.accept_earlier_parts = accept_earlier_parts_ ? 1 : 0;
    engine_ = get<myqsec_engine>(myqsec_open, directory.c_str(), &root, &options);
}

myqsec_session* Instance::system() {
    if (!system_) system_ = get<myqsec_session>(myqsec_system_session, engine());
    return system_.get();
}

myqsec_session* Instance::principal() {
    if (user_name.empty()) {
        if (password_.given())
            throw CLI::ValidationError("--password-file", "say whose password it is: --user");
        return system();
    }
    if (!login_) {
        myqsec_session* host = system();
        login_password_ = password_.read();
        login_ = get<myqsec_session>(myqsec_login, host, user_name.c_str(), login_password_.c_str(), nullptr);
    }
    return login_.get();
}

void Instance::refuse_user() const {
    if (user_name.empty() && !password_.given()) return;
    throw CLI::ValidationError("--user",
                               "nobody logs in for this command: leave --user and its password out");
}

const char* Instance::own_password(std::int64_t user) {
    if (!login_) return nullptr;
    const auto info = get<myqsec_list>(myqsec_session_info, login_.get());
    return next(info) && integer(info, "user") == user ? login_password_.c_str() : nullptr;
}

std::int64_t Instance::user(const std::string& name_or_id) {
    return found(myqsec_user_find, name_or_id, "user");
}

std::int64_t Instance::found(myqsec_status (*find)(myqsec_session*, const char*, std::int64_t*),
                             const std::string& name_or_id, const char* kind) {
    if (const auto id = marked_id(name_or_id)) return *id;
    std::int64_t id = 0;
    const auto status = find(system(), name_or_id.c_str(), &id);
    if (status == MYQSEC_ERR_NOT_FOUND) refuse_missing(kind, name_or_id);
    check(status);
    return id;
}

std::int64_t Instance::named(myqsec_status (*list)(myqsec_session*, const myqsec_page*, myqsec_list**),
                             const std::string& name_or_id, const char* kind, myqsec_session* who) {
    if (const auto id = marked_id(name_or_id)) return *id;
    myqsec_page page = MYQSEC_PAGE_INIT;
    do {
        const auto rows = get<myqsec_list>(list, who, &page);
        while (next(rows)) {
            if (text(rows, "name") == name_or_id) return integer(rows, "id");
        }
        check(myqsec_list_more(rows.get(), &page.after));
    } while (page.after != 0);
    refuse_missing(kind, name_or_id);
}

std::int64_t Instance::queue(const std::string& name_or_id) {
    return found(myqsec_queue_find, name_or_id, "queue");
}
std::int64_t Instance::device(const std::string& name_or_id) {
    return found(myqsec_device_find, name_or_id, "device");
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

std::string whole_number(const std::string& text) {
    constexpr std::size_t most_digits = 18;
    if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos)
        return "must be a whole number, not '" + text + "'";
    return text.size() > most_digits ? "the number " + text + " is too large" : std::string();
}

void require_one_of(const std::string& to_user, const std::string& to_group) {
    if (to_user.empty() == to_group.empty())
        throw CLI::ValidationError("--to-user",
                                   "say to whom: either --to-user or --to-group (--user is who asks)");
}

CLI::Option* add_duration(CLI::App& command, const std::string& name, std::int64_t& into,
                          const std::string& meaning) {
    static const std::map<std::string, std::int64_t> units{
        {"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    return command.add_option(name, into, meaning)
        ->transform(CLI::Validator(
            [](std::string& text) {
                if (text == "0") return std::string();
                try {
                    const bool number = !text.empty() && text.front() >= '0' && text.front() <= '9';
                    if (!number) throw CLI::ValidationError(text);  // a unit alone would be taken for 0
                    return CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::UNIT_REQUIRED)(text);
                } catch (const CLI::ValidationError&) {
                    return "'" + text +
                           "' is no duration: give a number with ms, s, min, h or d, such as 5min";
                }
            },
            "DURATION"));
}

}  // namespace cli
