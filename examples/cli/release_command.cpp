// release: log in at a device and print.
#include <cerrno>
#include <cstring>
#include <iostream>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "instance.hpp"
#include "output.hpp"

namespace cli {

namespace {

/// A device that prints into a file: new, readable by its owner only, removed again if the output fails.
class FileDevice {
 public:
    explicit FileDevice(std::string path) : path_(std::move(path)) {
        descriptor_ =
            path_ == "-" ? ::dup(1) : ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (descriptor_ < 0) throw std::runtime_error("cannot create '" + path_ + "': " + ::strerror(errno));
    }
    FileDevice(const FileDevice&) = delete;
    FileDevice& operator=(const FileDevice&) = delete;
    ~FileDevice() {
        ::close(descriptor_);
        if (!printed_ && path_ != "-") ::unlink(path_.c_str());
    }

    [[nodiscard]] myqsec_sink sink() {
        myqsec_sink out = MYQSEC_SINK_INIT;
        out.context = this;
        out.write = [](void* context, const void* data, std::size_t size) {
            return static_cast<FileDevice*>(context)->write(static_cast<const char*>(data), size) ? 0 : 1;
        };
        out.finish = [](void* context) {
            auto& self = *static_cast<FileDevice*>(context);
            self.printed_ = self.path_ == "-" || ::fsync(self.descriptor_) == 0;
            return self.printed_ ? 0 : 1;
        };
        return out;
    }

 private:
    bool write(const char* data, std::size_t size) const {
        while (size > 0) {
            const ssize_t put = ::write(descriptor_, data, size);
            if (put < 0 && errno == EINTR) continue;
            if (put <= 0) return false;
            data += put;
            size -= static_cast<std::size_t>(put);
        }
        return true;
    }

    std::string path_;
    int descriptor_;
    bool printed_ = false;
};

struct ReleaseOptions {
    std::string device, login_name, output;
    std::vector<std::int64_t> jobs;
    bool all = false;
    bool list = false;
    bool keep = false;
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
    credentials.card = or_null(card.text());
    credentials.user_name = or_null(options.login_name);
    credentials.pin = or_null(pin.text());
    credentials.password = or_null(password.text());
    return get<myqsec_session>(myqsec_device_login, instance.system(), device, &credentials);
}

Handle<myqsec_list> held_jobs(const Handle<myqsec_session>& session) {
    myqsec_job_filter filter = MYQSEC_JOB_FILTER_INIT;
    filter.state = "pending-held";
    return get<myqsec_list>(myqsec_job_list, session.get(), &filter);
}

void release(Instance& instance, const ReleaseOptions& options) {
    const auto session = log_in(instance, options);
    if (options.list) print(held_jobs(session), instance.json);
    std::vector<std::int64_t> jobs = options.jobs;
    if (options.all) {
        const auto held = held_jobs(session);
        while (next(held))
            jobs.push_back(integer(held, "id"));
    }
    if (!jobs.empty() && options.output.empty()) {
        throw CLI::ValidationError("--output",
                                   "say where the output goes: a folder, or - for standard output");
    }
    for (const std::int64_t job : jobs) {
        const std::string path =
            options.output == "-" ? "-" : options.output + "/job-" + std::to_string(job) + ".out";
        FileDevice device(path);
        const myqsec_sink sink = device.sink();
        myqsec_release_options how = MYQSEC_RELEASE_OPTIONS_INIT;
        how.keep = options.keep ? 1 : 0;
        check(myqsec_job_release(session.get(), job, &how, &sink));
        if (path != "-") {
            print_result("output", path, "Released job " + std::to_string(job) + " to '" + path + "'.",
                         instance.json);
        }
    }
    check(myqsec_logout(session.get()));
}

}  // namespace

void add_release_command(CLI::App& app, Instance& instance) {
    auto options = std::make_shared<ReleaseOptions>();
    auto* command =
        app.add_subcommand("release", "Log in at a device, list and print one's own jobs, log out");
    command->add_option("--device", options->device, "Name or id")->required();
    command->add_option("--login-name", options->login_name, "User name, with PIN or password");
    options->card.add_to(*command, "card number");
    options->pin.add_to(*command, "PIN");
    options->password.add_to(*command, "password");
    command->add_flag("--list", options->list, "List the held jobs");
    command->add_flag("--all", options->all, "Release all held jobs");
    command->add_flag("--keep", options->keep, "Keep the jobs held afterwards");
    command->add_option("--output", options->output, "Folder for the output, or - for standard output");
    command->add_option("JOB", options->jobs, "Ids of the jobs to release");
    command->callback([&instance, options] { release(instance, *options); });
}

}  // namespace cli
