// Jobs: lists, cancelling, deletion (myqsec/spool.h).
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
    {"attributes", MYQSEC_COLUMN_TEXT},
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
             job.releases, job.attributes);
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
