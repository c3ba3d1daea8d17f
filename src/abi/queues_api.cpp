// Queues (myqsec/spool.h).
#include "abi/machinery/session.hpp"
#include "myqsec/spool.h"

using namespace myqsec;
using namespace myqsec::abi;

static_assert(MYQSEC_QUEUE_SECURE == int(spool::QueueKind::secure) &&
              MYQSEC_QUEUE_PRIVATE == int(spool::QueueKind::private_) &&
              MYQSEC_QUEUE_DIRECT == int(spool::QueueKind::direct));

namespace {

constexpr Column queue_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},
    {"name", MYQSEC_COLUMN_TEXT},
    {"kind", MYQSEC_COLUMN_TEXT},
    {"retention_held", MYQSEC_COLUMN_DURATION},
    {"retention_printed", MYQSEC_COLUMN_DURATION},
    {"max_job_size", MYQSEC_COLUMN_INTEGER},
    {"enabled", MYQSEC_COLUMN_BOOLEAN},
    {"restricted", MYQSEC_COLUMN_BOOLEAN},
    {"jobs", MYQSEC_COLUMN_INTEGER},
    {"encryption", MYQSEC_COLUMN_BOOLEAN},
    {"certificates", MYQSEC_COLUMN_TEXT},
    {"converting", MYQSEC_COLUMN_BOOLEAN},
    {"preview", MYQSEC_COLUMN_BOOLEAN},
};

std::optional<std::vector<CertificateId>> certificate_ids(const myqsec_queue_fields& fields) {
    if (!fields.certificates) {
        if (fields.certificate_count != 0) fail_null("fields.certificates");
        return std::nullopt;
    }
    if (fields.certificate_count > spool::most_certificates)
        fail(Status::ERR_LIMIT, "a queue has at most {} certificates", spool::most_certificates);
    std::vector<CertificateId> out;
    for (const auto value : std::span(fields.certificates, fields.certificate_count))
        out.push_back(id<CertificateId>(value, "fields.certificates"));
    return out;
}

std::string id_list(const std::vector<CertificateId>& ids) {
    std::string out;
    for (const auto each : ids)
        out.append(out.empty() ? "" : " ").append(std::to_string(each.value));
    return out;
}

spool::QueueFields queue_fields(const myqsec_queue_fields* given) {
    const auto fields = read_struct(given, "fields");
    spool::QueueFields out;
    if (fields.kind != 0) {
        if (fields.kind < MYQSEC_QUEUE_SECURE || fields.kind > MYQSEC_QUEUE_DIRECT) {
            fail(Status::ERR_INVALID_ARGUMENT, "fields.kind {} is none of myqsec_queue_kind", fields.kind);
        }
        out.kind = static_cast<spool::QueueKind>(fields.kind);
    }
    out.name = optional_string(fields.name, "fields.name");
    out.retention_held = optional_duration(fields.retention_held, "fields.retention_held");
    out.retention_printed = optional_duration(fields.retention_printed, "fields.retention_printed");
    if (const auto size = optional_amount(fields.max_job_size, "fields.max_job_size")) {
        out.max_job_size = static_cast<std::uint64_t>(*size);
    }
    out.enabled = optional_flag(fields.enabled, "fields.enabled");
    out.restricted = optional_flag(fields.restricted, "fields.restricted");
    out.preview = optional_flag(fields.preview, "fields.preview");
    check_reserved(fields.reserved == 0, "fields");
    out.encrypted = optional_flag(fields.encryption, "fields.encryption");
    out.certificates = certificate_ids(fields);
    return out;
}

using Change = void (spool::Queues::*)(const access::Principal&, QueueId, UserId, GroupId);

myqsec_status change_allowed(myqsec_session* session, int64_t queue, int64_t user, int64_t group,
                             Change change) {
    return with_session(session, [&](Session& s) {
        const auto which = id<QueueId>(queue, "queue");
        const auto allowed_user = optional_id<UserId>(user, "user");
        const auto allowed_group = optional_id<GroupId>(group, "group");
        if (bool(allowed_user) == bool(allowed_group)) {
            fail(Status::ERR_INVALID_ARGUMENT, "name either a user or a group; the other is 0");
        }
        (s.engine.spool.queues.*change)(s.principal, which, allowed_user, allowed_group);
    });
}

}  // namespace

myqsec_status myqsec_queue_create(myqsec_session* session, const myqsec_queue_fields* fields, int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& queue = output(out, "out");
        queue = s.engine.spool.queues.create(s.principal, queue_fields(fields)).value;
    });
}

myqsec_status myqsec_queue_change(myqsec_session* session, int64_t queue, const myqsec_queue_fields* fields) {
    return with_session(session, [&](Session& s) {
        s.engine.spool.queues.change(s.principal, id<QueueId>(queue, "queue"), queue_fields(fields));
    });
}

myqsec_status myqsec_queue_delete(myqsec_session* session, int64_t queue) {
    return with_session(
        session, [&](Session& s) { s.engine.spool.queues.remove(s.principal, id<QueueId>(queue, "queue")); });
}

myqsec_status myqsec_queue_list(myqsec_session* session, const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(queue_columns);
        list.add_page(s.engine.spool.queues.list(s.principal, page_of(page)), [&](const spool::Queue& queue) {
            list.add(queue.id, queue.name, spool::queue_kind_name(queue.kind), queue.retention_held,
                     queue.retention_printed, static_cast<std::int64_t>(queue.max_job_size), queue.enabled,
                     queue.restricted, queue.jobs, queue.encrypted, id_list(queue.certificates),
                     queue.converting, queue.preview);
        });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_queue_find(myqsec_session* session, const char* name, int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& queue = output(out, "out");
        queue = s.engine.spool.queues.find(s.principal, text(name, "name")).value;
    });
}

myqsec_status myqsec_queue_allow(myqsec_session* session, int64_t queue, int64_t user, int64_t group) {
    return change_allowed(session, queue, user, group, &spool::Queues::allow);
}

myqsec_status myqsec_queue_disallow(myqsec_session* session, int64_t queue, int64_t user, int64_t group) {
    return change_allowed(session, queue, user, group, &spool::Queues::disallow);
}
