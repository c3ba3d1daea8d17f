// Jobs: lists, cancelling, deletion, release (myqsec/spool.h).
#include "abi/machinery/session.hpp"
#include "myqsec/spool.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column job_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},        {"uuid", MYQSEC_COLUMN_TEXT},
    {"queue", MYQSEC_COLUMN_INTEGER},     {"queue_name", MYQSEC_COLUMN_TEXT},
    {"owner", MYQSEC_COLUMN_INTEGER},     {"owner_name", MYQSEC_COLUMN_TEXT},
    {"name", MYQSEC_COLUMN_TEXT},         {"document_format", MYQSEC_COLUMN_TEXT},
    {"host_name", MYQSEC_COLUMN_TEXT},    {"size", MYQSEC_COLUMN_INTEGER},
    {"state", MYQSEC_COLUMN_TEXT},        {"reasons", MYQSEC_COLUMN_TEXT},
    {"submitted", MYQSEC_COLUMN_INSTANT}, {"printed", MYQSEC_COLUMN_INSTANT},
    {"expires", MYQSEC_COLUMN_INSTANT},   {"releases", MYQSEC_COLUMN_INTEGER},
};

// 8-4-4-4-12 (RFC 9562 §4).
std::string uuid_text(const crypto::ContainerId& uuid) {
    auto out = to_hex(uuid);
    for (const std::size_t at : {20, 16, 12, 8})
        out.insert(at, 1, '-');
    return out;
}

void add_job(List& list, const spool::Job& job) {
    list.add(job.id, uuid_text(job.uuid), job.queue, job.queue_name, job.owner, job.owner_name, job.name,
             job.document_format, job.host_name, static_cast<std::int64_t>(job.size),
             spool::job_state_name(job.state), job.reasons, job.submitted, job.printed, job.expires,
             job.releases);
}

spool::JobFilter job_filter(const myqsec_job_filter* given) {
    const auto filter = read_struct_or(given, MYQSEC_JOB_FILTER_INIT, "filter");
    check_reserved(filter.reserved == 0, "filter");
    spool::JobFilter out;
    out.owner = optional_id<UserId>(filter.owner, "filter.owner");
    out.queue = optional_id<QueueId>(filter.queue, "filter.queue");
    if (const auto states = optional_text(filter.states, "filter.states"))
        out.states = spool::parse_job_states(*states);
    return out;
}

JobId job_of(const Session& session, int64_t job) {
    const auto out = id<JobId>(job, "job");
    CallbackScope::check_job(session.engine, out);
    return out;
}

/// The host's sink. What one of its functions refuses is the device's failure.
class HostSink final : public spool::ReleaseSink {
 public:
    HostSink(const myqsec_sink& sink, const Session& session, JobId job)
        : sink_(sink), session_(session), job_(job) {}

    void write(ByteView bytes) override {
        const CallbackScope scope(session_, job_);
        check(sink_.write(sink_.context, bytes.data(), bytes.size()), "write");
    }
    void finish() override {
        if (!sink_.finish) return;
        const CallbackScope scope(session_, job_);
        check(sink_.finish(sink_.context), "finish");
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

spool::ReleaseOptions release_options(const myqsec_release_options* given) {
    const auto options = read_struct_or(given, MYQSEC_RELEASE_OPTIONS_INIT, "options");
    if (options.keep > 1) fail(Status::ERR_INVALID_ARGUMENT, "options.keep must be 0 or 1");
    return {options.keep == 1};
}

}  // namespace

myqsec_status myqsec_job_list(myqsec_session* session, const myqsec_job_filter* filter,
                              const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(job_columns);
        list.add_page(s.engine.spool.jobs.list(s.principal, job_filter(filter), page_of(page)),
                      [&](const spool::Job& job) { add_job(list, job); });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_job_get(myqsec_session* session, int64_t job, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(job_columns);
        add_job(list, s.engine.spool.jobs.get(s.principal, job_of(s, job)));
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_job_cancel(myqsec_session* session, int64_t job) {
    return with_session(session,
                        [&](Session& s) { s.engine.spool.jobs.cancel(s.principal, job_of(s, job)); });
}

myqsec_status myqsec_job_delete(myqsec_session* session, int64_t job) {
    return with_session(session,
                        [&](Session& s) { s.engine.spool.jobs.remove(s.principal, job_of(s, job)); });
}

myqsec_status myqsec_job_release(myqsec_session* session, int64_t job, const myqsec_release_options* options,
                                 const myqsec_sink* sink) {
    return with_session(session, [&](Session& s) {
        const auto functions = read_struct(sink, "sink");
        check_reserved(functions.reserved == 0, "sink");
        if (!functions.write) fail_null("sink.write");
        const auto which = job_of(s, job);
        HostSink host(functions, s, which);
        s.engine.spool.jobs.release(s.principal, which, release_options(options), host);
    });
}
