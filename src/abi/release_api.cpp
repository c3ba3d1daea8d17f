// Releases: to the host's sink, or fetched by the host (myqsec/spool.h).
#include <optional>

#include "abi/machinery/session.hpp"
#include "myqsec/spool.h"

namespace myqsec::abi {

namespace {

constexpr Column release_columns[] = {{"id", MYQSEC_COLUMN_INTEGER},     {"job", MYQSEC_COLUMN_INTEGER},
                                      {"queue", MYQSEC_COLUMN_INTEGER},  {"owner", MYQSEC_COLUMN_INTEGER},
                                      {"person", MYQSEC_COLUMN_INTEGER}, {"device", MYQSEC_COLUMN_INTEGER},
                                      {"ended", MYQSEC_COLUMN_INSTANT},  {"outcome", MYQSEC_COLUMN_TEXT},
                                      {"bytes", MYQSEC_COLUMN_INTEGER},  {"private", MYQSEC_COLUMN_BOOLEAN}};

constexpr Column attribute_columns[] = {{"name", MYQSEC_COLUMN_TEXT},
                                        {"type", MYQSEC_COLUMN_TEXT},
                                        {"number", MYQSEC_COLUMN_INTEGER},
                                        {"text", MYQSEC_COLUMN_TEXT}};

/// `lines` are as spool::attribute_lines() makes them.
List attribute_list(std::string_view lines) {
    List list(attribute_columns);
    for (const auto& one : spool::attributes_of(lines)) {
        if (const auto* text = std::get_if<std::string>(&one.value)) {
            list.add(one.name, "text", Cell(), *text);
        } else if (const auto* flag = std::get_if<bool>(&one.value)) {
            list.add(one.name, "boolean", std::int64_t{*flag}, Cell());
        } else {
            list.add(one.name, "integer", std::int64_t{std::get<std::int32_t>(one.value)}, Cell());
        }
    }
    return list;
}

/// Nothing for an id that names nothing.
template <class Tag>
Cell named(Id<Tag> id) {
    return id ? Cell(id) : Cell();
}

void add_release(List& list, const spool::ReleaseRecord& release) {
    std::optional<std::int64_t> bytes;
    if (release.bytes) bytes = static_cast<std::int64_t>(*release.bytes);
    list.add(release.id, release.job, release.queue, named(release.owner), named(release.person),
             named(release.device), release.ended, spool::release_outcome_name(release.outcome), bytes,
             release.private_queue);
}

spool::ReleaseFilter release_filter(const myqsec_release_filter* given) {
    const auto filter = read_struct_or(given, MYQSEC_RELEASE_FILTER_INIT, "filter");
    check_reserved(filter.reserved == 0, "filter");
    spool::ReleaseFilter out;
    out.job = optional_id<JobId>(filter.job, "filter.job");
    out.owner = optional_id<UserId>(filter.owner, "filter.owner");
    out.person = optional_id<UserId>(filter.person, "filter.person");
    out.device = optional_id<DeviceId>(filter.device, "filter.device");
    out.queue = optional_id<QueueId>(filter.queue, "filter.queue");
    if (filter.from != 0) out.from = from_milliseconds(filter.from);
    if (filter.to != 0) out.to = from_milliseconds(filter.to);
    return out;
}

using Pulled = Held<spool::JobRelease>;

}  // namespace

template <>
struct HandleType<myqsec_release> {
    using Object = Pulled;
    static constexpr auto kind = HandleKind::release;
    static constexpr const char* noun = "release";
};

namespace {

/// The host's sink. What one of its functions refuses is the device's failure.
class HostSink final : public spool::ReleaseSink {
 public:
    HostSink(const myqsec_sink& sink, const Session& session, JobId job)
        : sink_(sink), session_(session), job_(job) {}

    void write(ByteView bytes) override {
        const CallbackScope scope(session_, job_);
        check(scope.call(sink_.write, sink_.context, bytes.data(), bytes.size()), "write");
    }
    void finish() override {
        if (!sink_.finish) return;
        const CallbackScope scope(session_, job_);
        check(scope.call(sink_.finish, sink_.context), "finish");
    }
    void abort() noexcept override {
        if (!sink_.abort) return;
        const CallbackScope scope(session_, job_);
        sink_.abort(sink_.context);
    }

 private:
    static void check(int result, const char* function) {
        if (result != 0) fail(Status::ERR_CALLBACK, "the sink's {} function returned {}", function, result);
    }

    myqsec_sink sink_;
    const Session& session_;
    JobId job_;
};

/// A sink may end the session that it serves, by deleting the person, but what that leaves at the device goes
/// only when it has returned.
class AfterSink {
 public:
    explicit AfterSink(Session& session) : session_(session) {}
    AfterSink(const AfterSink&) = delete;
    AfterSink& operator=(const AfterSink&) = delete;
    ~AfterSink() {
        auto& [engine, principal, child] = session_;
        if (principal.kind != access::PrincipalKind::device) return;
        try {
            if (!engine.access.sessions.get(principal.session)) engine.devices.end_revoked(principal);
        } catch (...) {  // the next tick goes on with it
            return;
        }
    }

 private:
    Session& session_;
};

spool::ReleaseOptions release_options(const myqsec_release_options* given) {
    const auto options = read_struct_or(given, MYQSEC_RELEASE_OPTIONS_INIT, "options");
    return {yes_or_no(options.keep, "options.keep")};
}

/// `work` takes the spool::JobRelease&, which is undone when its session has ended.
template <class Work>
myqsec_status with_release(myqsec_release* handle, Work&& work) noexcept {
    return guard([&] {
        auto& pulled = object_of(handle);
        pulled.engine.check_process();
        const AuditMove move_audit(pulled.engine);
        work(*pulled.what);
    });
}

}  // namespace

}  // namespace myqsec::abi

using namespace myqsec;
using namespace myqsec::abi;

myqsec_status myqsec_job_release(myqsec_session* session, int64_t job, const myqsec_release_options* options,
                                 const myqsec_sink* sink) {
    return with_session(session, [&](Session& s) {
        const auto functions = read_struct(sink, "sink");
        check_reserved(functions.reserved == 0, "sink");
        if (!functions.write) fail_null("sink.write");
        const auto which = job_of(s, job);
        const AfterSink after(s);
        HostSink host(functions, s, which);
        s.engine.spool.jobs.release(s.principal, which, release_options(options), host);
    });
}

myqsec_status myqsec_release_begin(myqsec_session* session, int64_t job,
                                   const myqsec_release_options* options, myqsec_release** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        auto release =
            s.engine.spool.jobs.begin_release(s.principal, job_of(s, job), release_options(options));
        handle = new_handle<myqsec_release>(std::make_unique<Pulled>(s, std::move(release)));
    });
}

myqsec_status myqsec_release_read(myqsec_release* release, void* data, size_t* length) {
    return with_release(release, [&](spool::JobRelease& job) {
        job.require_live();
        auto& size = required(length, "length");
        const auto into = room(data, size, "data");
        if (into.empty()) fail(Status::ERR_INVALID_ARGUMENT, "there is no room to read into");
        size = 0;
        size = job.read(into);
    });
}

myqsec_status myqsec_release_attributes(myqsec_release* release, myqsec_list** out) {
    return with_release(release, [&](spool::JobRelease& job) {
        job.require_live();
        auto& handle = output(out, "out");
        handle = new_list(attribute_list(job.attributes()));
    });
}

myqsec_status myqsec_release_finish(myqsec_release* release) {
    return with_release(release, [](spool::JobRelease& job) { job.finish(); });
}

myqsec_status myqsec_release_abort(myqsec_release* release) {
    return with_release(release, [](spool::JobRelease& job) { job.abort(); });
}

// In a forked child the parent's claim is left alone.
void myqsec_release_free(myqsec_release* release) {
    if (!release) return;
    guard_free([&] {
        CallbackScope::check_calls_allowed();
        object_of(release).engine.check_process();
        take_object(release, [](Pulled& live) {
            const AuditMove move_audit(live.engine);
            live.what->abort();
        });
    });
}

myqsec_status myqsec_release_list(myqsec_session* session, const myqsec_release_filter* filter,
                                  const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(release_columns);
        list.add_page(s.engine.spool.jobs.releases(s.principal, release_filter(filter), page_of(page)),
                      [&](const spool::ReleaseRecord& release) { add_release(list, release); });
        handle = new_list(std::move(list));
    });
}
