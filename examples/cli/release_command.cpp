// release: log in at a device and print.
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include <sys/stat.h>

#include "instance.hpp"
#include "new_file.hpp"
#include "output.hpp"
#include "progress.hpp"

namespace cli {

namespace {

/// A device that prints into a new file, or to standard output.
class Printer {
 public:
    explicit Printer(const std::string& path) {
        if (path != "-") file_.emplace(path);
    }

    [[nodiscard]] myqsec_sink sink() {
        myqsec_sink out = MYQSEC_SINK_INIT;
        out.context = this;
        out.write = [](void* context, const void* data, std::size_t size) {
            return static_cast<Printer*>(context)->write(data, size) ? 0 : 1;
        };
        out.finish = [](void* context) { return static_cast<Printer*>(context)->finish() ? 0 : 1; };
        return out;
    }

 private:
    bool write(const void* data, std::size_t size) {
        progress_.add(size);
        return file_ ? file_->write(data, size) : write_all(1, data, size);
    }
    bool finish() { return !file_ || file_->keep(); }

    std::optional<NewFile> file_;
    Progress progress_{"printing"};
};

struct ReleaseOptions {
    std::string device, login_name, output;
    std::vector<std::int64_t> jobs;
    bool all = false;
    bool list = false;
    bool keep = false;
    SecretOption register_card{"register-card"};
    SecretOption card{"card"};
    SecretOption pin{"pin"};
    SecretOption password{"login-password"};
};

Handle<myqsec_session> log_in(Instance& instance, const ReleaseOptions& options) {
    const std::int64_t device = instance.device(options.device);
    const Secret card = options.card.read_if_given();
    const Secret pin = options.pin.read_if_given();
    const Secret password = options.password.read_if_given();
    myqsec_credentials credentials = MYQSEC_CREDENTIALS_INIT;
    credentials.card = or_null(card);
    credentials.user_name = or_null(options.login_name);
    credentials.pin = or_null(pin);
    credentials.password = or_null(password);
    return get<myqsec_session>(myqsec_device_login, instance.system(), device, &credentials);
}

Handle<myqsec_list> held_jobs(const Handle<myqsec_session>& session, std::int64_t after = 0) {
    myqsec_job_filter filter = MYQSEC_JOB_FILTER_INIT;
    filter.states = "pending-held";
    myqsec_page page = MYQSEC_PAGE_INIT;
    page.after = after;
    return get<myqsec_list>(myqsec_job_list, session.get(), &filter, &page);
}

void register_card(const Instance& instance, const Handle<myqsec_session>& session,
                   const ReleaseOptions& options) {
    const Secret card = options.register_card.read();
    std::int64_t id = 0;
    check(myqsec_card_register(session.get(), card.c_str(), nullptr, &id));
    print_result("card", id, "Registered card " + std::to_string(id) + ".", instance.json);
}

/// The ids of all held jobs, however many pages they fill.
std::vector<std::int64_t> all_held(const Handle<myqsec_session>& session) {
    std::vector<std::int64_t> ids;
    std::int64_t after = 0;
    do {
        const auto page = held_jobs(session, after);
        while (next(page))
            ids.push_back(integer(page, "id"));
        check(myqsec_list_more(page.get(), &after));
    } while (after != 0);
    return ids;
}

void check_usage(const Instance& instance, const ReleaseOptions& options) {
    instance.refuse_user();
    const bool releases = options.all || !options.jobs.empty();
    if (!releases && !options.list && !options.register_card.given())
        throw CLI::ValidationError("JOB", "say what to do: --list, --all, or the ids of jobs");
    if (releases && options.output.empty())
        throw CLI::ValidationError("--output",
                                   "say where the output goes: a folder, or - for standard output");
    if (instance.json && options.register_card.given() && (releases || options.list))
        throw CLI::ValidationError("--json", "it tells one thing: register the card first");
    if (releases && options.list && (instance.json || options.output == "-"))
        throw CLI::ValidationError("--list", "standard output holds one thing: list first, then release");
}

/// Before anybody logs in.
void require_folder(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return;
    throw Failure(MYQSEC_ERR_NOT_FOUND, "there is no folder '" + path + "' for the output: make it first");
}

void print_job(const Handle<myqsec_session>& session, std::int64_t job, const ReleaseOptions& options,
               Outputs& outputs) {
    const std::string path =
        options.output == "-" ? "-" : options.output + "/job-" + std::to_string(job) + ".out";
    Printer printer(path);
    const myqsec_sink sink = printer.sink();
    myqsec_release_options how = MYQSEC_RELEASE_OPTIONS_INIT;
    how.keep = options.keep ? 1 : 0;
    const myqsec_status status = myqsec_job_release(session.get(), job, &how, &sink);
    if (path != "-" && (status == MYQSEC_OK || status == MYQSEC_ERR_INCOMPLETE)) outputs.add(job, path);
    check(status);
}

/// One that fails does not keep the others back.
void release(Instance& instance, const ReleaseOptions& options) {
    check_usage(instance, options);
    if (options.output != "-" && !options.output.empty()) require_folder(options.output);
    const auto session = log_in(instance, options);
    if (options.register_card.given()) register_card(instance, session, options);
    if (instance.json && options.register_card.given()) return;
    if (options.list) print(held_jobs(session), instance.json);
    Outputs outputs(instance.json && options.output != "-" && !options.list);
    const auto jobs = options.all ? all_held(session) : options.jobs;
    if (options.all && jobs.empty() && !instance.json && !options.list)
        std::cerr << "No job is held: nothing was released.\n";
    std::vector<Failure> failures;
    for (const std::int64_t job : jobs) {
        try {
            print_job(session, job, options, outputs);
        } catch (const Failure& failure) {
            failures.push_back(failure);
            if (jobs.size() > 1) std::cerr << "myqsec: job " << job << ": " << failure.what() << '\n';
            if (failure.status == MYQSEC_ERR_SESSION_ENDED) break;
        }
    }
    if (!failures.empty() && jobs.size() > 1) {
        failures.front() = {failures.front().status, std::to_string(failures.size()) + " of " +
                                                         std::to_string(jobs.size()) + " jobs failed"};
    }
    const myqsec_status logged_out = myqsec_logout(session.get());
    if (!failures.empty()) throw Failure(failures.front().status, failures.front().what());
    check(logged_out);
}

}  // namespace

void add_release_command(CLI::App& app, Instance& instance) {
    auto options = std::make_shared<ReleaseOptions>();
    auto* command =
        app.add_subcommand("release", "Log in at a device, list and print one's own jobs, log out");
    command->add_option("--device", options->device, by_name_or_id)->required();
    command->add_option("--login-name", options->login_name, "User name, with PIN or password");
    options->card.add_to(*command, "card number");
    options->pin.add_to(*command, "PIN");
    options->password.add_to(*command, "password");
    options->register_card.add_to(
        *command, "card to register for oneself, as the reader gives it, where the device allows it");
    command->add_flag("--list", options->list, "List the held jobs");
    auto* all =
        command->add_flag("--all", options->all, "Release all held jobs; 0 and a sentence if there is none");
    command->add_flag("--keep", options->keep, "Keep the jobs held afterwards");
    command->add_option("--output", options->output, "Folder for the output, or - for standard output");
    command->add_option("JOB", options->jobs, "Ids of the jobs to release")
        ->check(whole_number)
        ->excludes(all);
    command->callback([&instance, options] { release(instance, *options); });
}

}  // namespace cli
