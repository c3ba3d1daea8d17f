// queue, submit, jobs.
#include <cerrno>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "instance.hpp"
#include "output.hpp"
#include "page.hpp"
#include "period.hpp"
#include "progress.hpp"

namespace cli {

namespace {

struct QueueOptions {
    std::string queue;
    std::string name;
    std::string kind = "secure";
    std::string user;
    std::string group;
    std::int64_t held = -1;
    std::int64_t printed = -1;
    std::int64_t max_job_size = -1;
    int enabled = -1;
    int restricted = -1;
    int preview = -1;
    std::string encryption;
    std::vector<std::string> certificates;
    bool no_certificates = false;

    void add_fields(CLI::App& command) {
        add_duration(command, "--retention-held", held, "How long a job waits for release, e.g. 24h");
        add_duration(command, "--retention-printed", printed, "How long a printed job is kept for reprint");
        command.add_option("--max-job-size", max_job_size, "E.g. 10MiB; 0: the setting spool.max_job_size")
            ->transform(CLI::AsSizeValue(true));
        command.add_option("--enabled", enabled, "0 or 1")->check(CLI::Range(0, 1));
        command.add_option("--restricted", restricted, "1: only for those allowed")->check(CLI::Range(0, 1));
        command.add_option("--preview", preview, "1: owners may read documents without releasing them")
            ->check(CLI::Range(0, 1));
        command.add_option("--encryption", encryption, "Whether documents are encrypted")
            ->check(CLI::IsMember({"on", "off"}));
        auto* some =
            command.add_option("--certificate", certificates,
                               "Name or '#id' of a certificate that opens the jobs' files too; any number");
        command.add_flag("--no-certificates", no_certificates, "Take all certificates away")->excludes(some);
    }
    /// Points into this object.
    [[nodiscard]] myqsec_queue_fields fields(Instance& instance) {
        myqsec_queue_fields out = MYQSEC_QUEUE_FIELDS_INIT;
        out.name = or_null(name);
        out.retention_held = amount(held);
        out.retention_printed = amount(printed);
        out.max_job_size = amount(max_job_size);
        out.enabled = choice(enabled);
        out.restricted = choice(restricted);
        out.preview = choice(preview);
        if (!encryption.empty()) out.encryption = choice(encryption == "on" ? 1 : 0);
        if (!certificates.empty() || no_certificates) {
            for (const auto& name_or_id : certificates)
                certificate_ids.push_back(instance.certificate(name_or_id));
            out.certificate_count = static_cast<std::uint32_t>(certificate_ids.size());
            certificate_ids.push_back(0);  // so that it points somewhere also when empty
            out.certificates = certificate_ids.data();
        }
        return out;
    }
    std::vector<std::int64_t> certificate_ids;
};

void add_queues(CLI::App& app, Instance& instance) {
    auto options = std::make_shared<QueueOptions>();
    auto* queue = app.add_subcommand("queue", "Queues");
    queue->require_subcommand(1);
    auto* add = queue->add_subcommand("add", "Create a queue");
    add->add_option("NAME", options->name)->required();
    add->add_option("--kind", options->kind)
        ->check(CLI::IsMember({"secure", "private", "direct"}))
        ->capture_default_str();
    options->add_fields(*add);
    add->callback([&instance, options] {
        auto fields = options->fields(instance);
        fields.kind = options->kind == "secure"    ? MYQSEC_QUEUE_SECURE
                      : options->kind == "private" ? MYQSEC_QUEUE_PRIVATE
                                                   : MYQSEC_QUEUE_DIRECT;
        std::int64_t id = 0;
        check(myqsec_queue_create(instance.principal(), &fields, &id));
        print_result("queue", id, "Created queue " + std::to_string(id) + ".", instance.json);
    });
    auto* list = queue->add_subcommand("list", "Queues one may use");
    list->callback([&instance, page = PageOptions(*list)] {
        page.print(instance, myqsec_queue_list, instance.principal());
    });
    const auto about = [&](const std::string& name, const std::string& meaning) {
        auto* command = queue->add_subcommand(name, meaning);
        command->add_option("QUEUE", options->queue, by_name_or_id)->required();
        return command;
    };
    auto* change = about("change", "Change a queue");
    change->add_option("--name", options->name, "New name");
    options->add_fields(*change);
    change->callback([&instance, options] {
        const auto fields = options->fields(instance);
        check(myqsec_queue_change(instance.principal(), instance.queue(options->queue), &fields));
    });
    about("delete", "Delete a queue without jobs")->callback([&instance, options] {
        check(myqsec_queue_delete(instance.principal(), instance.queue(options->queue)));
    });
    for (const bool allow : {true, false}) {
        auto* command =
            about(allow ? "allow" : "disallow", allow ? "Let a user or group submit" : "Take that back");
        command->add_option("--to-user", options->user, by_name_or_id);
        command->add_option("--to-group", options->group, by_name_or_id);
        command->callback([&instance, options, allow] {
            require_one_of(options->user, options->group);
            const std::int64_t user = options->user.empty() ? 0 : instance.user(options->user);
            const std::int64_t group = options->group.empty() ? 0 : instance.group(options->group);
            check((allow ? myqsec_queue_allow : myqsec_queue_disallow)(
                instance.principal(), instance.queue(options->queue), user, group));
        });
    }
}

/// An open file, or standard input for "-".
class Input {
 public:
    explicit Input(const std::string& path)
        : path_(path), descriptor_(path == "-" ? 0 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (descriptor_ < 0) fail(errno, "cannot open '" + path + "'");
    }
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;
    ~Input() {
        if (descriptor_ > 0) ::close(descriptor_);
    }
    [[nodiscard]] std::uint64_t size() const { return size_of(descriptor_); }
    std::size_t read(const ProtectedMemory& into) {
        for (;;) {
            const ssize_t got = ::read(descriptor_, into.data(), into.size());
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EINTR) fail(errno, "cannot read '" + path_ + "'");
        }
    }

 private:
    std::string path_;
    int descriptor_;
};

void add_submit(CLI::App& app, Instance& instance) {
    struct Options {
        std::string queue, owner, name, format, host, file;
    };
    auto options = std::make_shared<Options>();
    auto* submit = app.add_subcommand("submit", "Submit a document");
    submit->add_option("--queue", options->queue, by_name_or_id)->required();
    submit->add_option("--owner", options->owner, "Whose job it is; otherwise that of --user");
    submit->add_option("--name", options->name, "Its title; otherwise the file's name");
    submit->add_option("--format", options->format, "Its MIME type");
    submit->add_option("--host", options->host, "The host it came from");
    submit->add_option("FILE", options->file, "The document, or - for standard input")->required();
    submit->callback([&instance, options] {
        Input input(options->file);
        std::string title = options->name;
        if (title.empty())  // a file's name may hold what a title may not
            title = options->file == "-" ? "(stdin)"
                                         : printable(options->file.substr(options->file.rfind('/') + 1));
        myqsec_job_fields fields = MYQSEC_JOB_FIELDS_INIT;
        fields.queue = instance.queue(options->queue);
        if (!options->owner.empty()) fields.owner = instance.user(options->owner);
        fields.name = title.c_str();
        fields.document_format = or_null(options->format);
        fields.host_name = or_null(options->host);
        const auto writer = get<myqsec_job_writer>(myqsec_job_submit, instance.principal(), &fields);
        const ProtectedMemory buffer(1U << 20);
        {
            Progress progress("sealing", input.size());
            while (const std::size_t size = input.read(buffer)) {
                check(myqsec_job_writer_write(writer.get(), buffer.data(), size));
                progress.add(size);
            }
        }
        std::int64_t job = 0;
        check(myqsec_job_writer_finish(writer.get(), &job));
        print_result("job", job, "Job " + std::to_string(job) + " is held.", instance.json);
    });
}

void add_jobs(CLI::App& app, Instance& instance) {
    struct Options {
        std::string owner, person, device, queue, states;
        std::int64_t job = 0;
    };
    auto options = std::make_shared<Options>();
    auto* jobs = app.add_subcommand("jobs", "List, cancel and delete jobs");
    jobs->require_subcommand(1);
    auto* list = jobs->add_subcommand("list", "Jobs");
    list->add_option("--owner", options->owner, by_name_or_id);
    list->add_option("--queue", options->queue, by_name_or_id);
    list->add_option("--state", options->states, "IPP job-states, e.g. \"pending-held completed\"");
    list->callback([&instance, options, page = PageOptions(*list)] {
        myqsec_job_filter filter = MYQSEC_JOB_FILTER_INIT;
        if (!options->owner.empty()) filter.owner = instance.user(options->owner);
        if (!options->queue.empty()) filter.queue = instance.queue(options->queue);
        filter.states = or_null(options->states);
        page.print(instance, myqsec_job_list, instance.principal(), &filter);
    });
    auto* releases = jobs->add_subcommand("releases", "How releases ended, also of jobs that are gone");
    releases->add_option("--owner", options->owner, "Of this user's jobs");
    releases->add_option("--person", options->person, "Released by this user");
    releases->add_option("--device", options->device, by_name_or_id);
    releases->add_option("--queue", options->queue, by_name_or_id);
    releases->add_option("--job", options->job, "Its id")->check(whole_number);
    releases->callback(
        [&instance, options, period = PeriodOptions(*releases), page = PageOptions(*releases)] {
            myqsec_release_filter filter = MYQSEC_RELEASE_FILTER_INIT;
            if (!options->owner.empty()) filter.owner = instance.user(options->owner);
            if (!options->person.empty()) filter.person = instance.user(options->person);
            if (!options->device.empty()) filter.device = instance.device(options->device);
            if (!options->queue.empty()) filter.queue = instance.queue(options->queue);
            filter.job = options->job;
            period.narrow(filter);
            page.print(instance, myqsec_release_list, instance.principal(), &filter);
        });
    const auto about = [&](const std::string& name, const std::string& meaning) {
        auto* command = jobs->add_subcommand(name, meaning);
        command->add_option("JOB", options->job, "Its id")->required()->check(whole_number);
        return command;
    };
    about("show", "One job")->callback([&instance, options] {
        print(get<myqsec_list>(myqsec_job_get, instance.principal(), options->job), instance.json);
    });
    about("cancel", "Cancel a job")->callback([&instance, options] {
        check(myqsec_job_cancel(instance.principal(), options->job));
    });
    about("delete", "Delete a job and destroy its key")->callback([&instance, options] {
        check(myqsec_job_delete(instance.principal(), options->job));
    });
}

}  // namespace

void add_spool_commands(CLI::App& app, Instance& instance) {
    add_queues(app, instance);
    add_submit(app, instance);
    add_jobs(app, instance);
}

}  // namespace cli
