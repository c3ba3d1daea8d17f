// The options that every command shares: which instance, how its root key is found, who is asking.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "call.hpp"
#include "root.hpp"
#include "secret.hpp"

namespace cli {

/// The meaning of every argument that is resolved so.
inline constexpr const char* by_name_or_id = "Its name; or its id, as '#3' in quotes";

class Instance {
 public:
    void add_to(CLI::App& app);

    bool json = false;

    void create(RootOptions::Costs costs);
    void open(const myqsec_root& root);
    /// The root secret that the options name, for calls on an instance that is not open.
    void with_root(RootOptions::Costs costs, RootOptions::Purpose purpose,
                   const std::function<void(const myqsec_root&)>& use);
    /// Prints what is wrong with it. Throws if it does not open, so that the exit status tells, as an
    /// opening's would.
    void diagnose(bool with_root_key);
    /// The host's own principal.
    myqsec_session* system();
    /// The user named by --user, logged in; the system principal if none is named.
    myqsec_session* principal();
    /// For commands that ask nothing of a principal, or are the host's own: --user would be ignored. Throws
    /// if it is given.
    void refuse_user() const;
    myqsec_engine* engine();

    /// The password that --user logged in with if `user` is that one, which changing one's own password asks
    /// for; otherwise NULL.
    const char* own_password(std::int64_t user);

    // "#3" is an id and everything else a name: a number, too.
    std::int64_t user(const std::string& name_or_id);
    std::int64_t queue(const std::string& name_or_id);
    std::int64_t device(const std::string& name_or_id);
    std::int64_t group(const std::string& name_or_id);
    std::int64_t role(const std::string& name_or_id);
    std::int64_t certificate(const std::string& name_or_id);

    std::string directory;
    std::string user_name;

 private:
    void warn_of_loose_folder() const;
    std::int64_t found(myqsec_status (*find)(myqsec_session*, const char*, std::int64_t*),
                       const std::string& name_or_id, const char* kind);
    std::int64_t named(myqsec_status (*list)(myqsec_session*, const myqsec_page*, myqsec_list**),
                       const std::string& name_or_id, const char* kind, myqsec_session* who);

    bool accept_earlier_parts_ = false;
    RootOptions root_;
    SecretOption password_{"password"};
    Secret login_password_;
    // In this order: sessions go before the engine.
    Handle<myqsec_engine> engine_;
    Handle<myqsec_session> system_;
    Handle<myqsec_session> login_;
};

/// A text that may be given empty, to clear a field.
using Text = std::optional<std::string>;
void add_text(CLI::App& command, const std::string& name, Text& into, const std::string& meaning = {});
inline const char* or_null(const Text& text) {
    return text ? text->c_str() : nullptr;
}

/// An option that takes "90s", "15min", "24h" and "7d", as the tables show durations: no number but 0 without
/// a unit.
CLI::Option* add_duration(CLI::App& command, const std::string& name, std::int64_t& into,
                          const std::string& meaning);

/// A check of ids and the like: the parser would take one that is too large for the largest that there is.
std::string whole_number(const std::string& text);

/// Throws unless one of --to-user and --to-group is given.
void require_one_of(const std::string& to_user, const std::string& to_group);

/// Every family of commands adds itself to the program.
void add_access_commands(CLI::App& app, Instance& instance);
void add_people_commands(CLI::App& app, Instance& instance);
void add_card_commands(CLI::App& app, Instance& instance);
void add_lockout_commands(CLI::App& app, Instance& instance);
void add_spool_commands(CLI::App& app, Instance& instance);
void add_device_commands(CLI::App& app, Instance& instance);
void add_delegate_commands(CLI::App& app, Instance& instance);
void add_release_command(CLI::App& app, Instance& instance);
void add_instance_commands(CLI::App& app, Instance& instance);
void add_encryption_commands(CLI::App& app, Instance& instance);
void add_certificate_commands(CLI::App& app, Instance& instance);
void add_backup_commands(CLI::App& app, Instance& instance);
void add_host_commands(CLI::App& app, Instance& instance);
void add_notification_commands(CLI::App& app, Instance& instance);
void add_keys_commands(CLI::App& app, Instance& instance);
void add_audit_commands(CLI::App& app, Instance& instance);
void add_container_commands(CLI::App& app, Instance& instance);

}  // namespace cli
