#include "spool/queues/queues.hpp"

#include <algorithm>

#include "spool/permits/permit.hpp"
#include "spool/queues/recipients.hpp"
#include "spool/records/queue_store.hpp"
#include "spool/records/trusted_time.hpp"

namespace myqsec::spool {

using access::Right;

std::string_view queue_kind_name(QueueKind kind) {
    switch (kind) {
        case QueueKind::secure:
            return "secure";
        case QueueKind::private_:
            return "private";
        case QueueKind::direct:
            return "direct";
    }
    fail(Status::ERR_CORRUPT, "a queue's row has a kind that this version does not know");
}

namespace {

void require_valid(Queue& queue) {
    queue.name = access::prepared_name("a queue's name", queue.name, 127);
    for (const auto retention : {queue.retention_held, queue.retention_printed}) {
        if (retention < Duration::zero() || retention > longest_retention) {
            fail(Status::ERR_INVALID_ARGUMENT, "a queue's retention must be 0 to 90 days");
        }
    }
    if (queue.kind == QueueKind::private_ && queue.retention_printed != Duration::zero()) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "a private queue keeps nothing after release: its retention for reprint is 0");
    }
    if (queue.max_job_size > static_cast<std::uint64_t>(INT64_MAX)) {
        fail(Status::ERR_INVALID_ARGUMENT, "a queue's largest job size is out of range");
    }
}

void apply(const QueueFields& fields, Queue& queue) {
    if (fields.name) queue.name = *fields.name;
    if (fields.retention_held) queue.retention_held = *fields.retention_held;
    if (fields.retention_printed) queue.retention_printed = *fields.retention_printed;
    if (fields.max_job_size) queue.max_job_size = *fields.max_job_size;
    if (fields.enabled) queue.enabled = *fields.enabled;
    if (fields.restricted) queue.restricted = *fields.restricted;
    if (fields.preview) queue.preview = *fields.preview;
    if (fields.encrypted) queue.encrypted = *fields.encrypted;
    if (fields.certificates) {
        queue.certificates = *fields.certificates;
        std::ranges::sort(queue.certificates);
    }
    require_valid(queue);
}

void require_sound_protection(const Context& context, const Queue& queue) {
    if (queue.kind == QueueKind::private_ && !queue.encrypted) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "a private queue is always encrypted: what it erases after release is the key");
    }
    if (!queue.encrypted && !queue.certificates.empty()) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "a queue whose jobs are not encrypted has no certificates: take them away, or leave encryption "
             "on");
    }
    if (queue.certificates.size() > most_certificates) {
        fail(Status::ERR_LIMIT, "a queue has at most {} certificates", most_certificates);
    }
    if (std::ranges::adjacent_find(queue.certificates) != queue.certificates.end()) {
        fail(Status::ERR_INVALID_ARGUMENT, "a certificate is named twice");
    }
    (void)certificates_of(context, queue);  // each is there and valid
}

/// Who may open documents is a matter of keys, not of queues.
void authorise_protection(const Context& context, const access::Principal& principal,
                          const QueueFields& fields) {
    if (fields.encrypted || fields.certificates)
        (void)context.access.authority.authorise(principal, Right::key_manage);
}

bool same_protection(const Queue& a, const Queue& b) {
    return a.encrypted == b.encrypted && a.certificates == b.certificates;
}

std::string id_list(const std::vector<CertificateId>& ids) {
    std::string out;
    for (const auto id : ids)
        out.append(out.empty() ? "" : " ").append(std::to_string(id.value));
    return out;
}

std::vector<audit::Change> differences(const Queue& old, const Queue& now) {
    std::vector<audit::Change> changes;
    const auto compare = [&](std::string_view field, const std::string& before, const std::string& after) {
        if (before != after) changes.push_back({std::string(field), before, after});
    };
    const auto flag = [](bool value) { return std::string(value ? "true" : "false"); };
    compare("name", old.name, now.name);
    compare("retention_held", settings::format_duration(old.retention_held),
            settings::format_duration(now.retention_held));
    compare("retention_printed", settings::format_duration(old.retention_printed),
            settings::format_duration(now.retention_printed));
    compare("max_job_size", std::to_string(old.max_job_size), std::to_string(now.max_job_size));
    compare("enabled", flag(old.enabled), flag(now.enabled));
    compare("restricted", flag(old.restricted), flag(now.restricted));
    compare("preview", flag(old.preview), flag(now.preview));
    compare("encrypted", flag(old.encrypted), flag(now.encrypted));
    compare("certificates", id_list(old.certificates), id_list(now.certificates));
    return changes;
}

void require_free_name(storage::Database& main, const Queue& queue) {
    const auto holder = store::find_queue_named(main, queue.name);
    if (holder && *holder != queue.id) fail(Status::ERR_EXISTS, "there is a queue of that name already");
}

}  // namespace

Queues::Queues(const Context& context) : context_(context) {
    context.access.roles.know_queues(
        [&main = context.main()](QueueId queue) { return store::find_queue(main, queue).has_value(); });
    context.access.authority.know_queues([&main = context.main()](const std::vector<GroupId>& groups) {
        return store::queues_open_to(main, groups);
    });
}

QueueId Queues::create(const access::Principal& principal, const QueueFields& fields) {
    const auto proof = context_.access.authority.authorise(principal, Right::queue_manage);
    authorise_protection(context_, principal, fields);
    Queue queue;
    queue.kind = fields.kind.value_or(QueueKind::secure);
    queue.retention_held = context_.settings.duration(settings::Setting::queue_retention);
    if (queue.kind != QueueKind::private_) {
        queue.retention_printed = context_.settings.duration(settings::Setting::queue_reprint);
    }
    apply(fields, queue);

    storage::Transaction transaction(context_.main());
    require_free_name(context_.main(), queue);
    require_sound_protection(context_, queue);
    queue.id = store::insert_queue(context_.main(), queue);
    store::set_recipients(context_.main(), queue.id, queue.certificates);
    auto changes = differences({}, queue);
    changes.push_back({"kind", "", std::string(queue_kind_name(queue.kind))});
    context_.audit.append(transaction, {.action = audit::Action::queue_created,
                                        .actor = proof.actor(),
                                        .object = queue.id,
                                        .changes = std::move(changes),
                                        .personal = {}});
    transaction.commit();
    return queue.id;
}

void Queues::change(const access::Principal& principal, QueueId id, const QueueFields& fields) {
    const auto proof = context_.access.authority.authorise(principal, Right::queue_manage, {{}, id, {}});
    authorise_protection(context_, principal, fields);
    storage::Transaction transaction(context_.main());
    const auto old = require_queue(context_.main(), id);
    if (fields.kind && *fields.kind != old.kind) {
        fail(Status::ERR_NOT_POSSIBLE, "the kind of a queue can't be changed: create another queue");
    }
    auto queue = old;
    apply(fields, queue);
    require_free_name(context_.main(), queue);
    if (!same_protection(old, queue)) {
        require_sound_protection(context_, queue);
        ++queue.protection;
        queue.converting = true;
        store::set_recipients(context_.main(), id, queue.certificates);
    }
    auto changes = differences(old, queue);
    if (!changes.empty()) {
        store::update_queue(context_.main(), queue);
        context_.audit.append(transaction, {.action = audit::Action::queue_changed,
                                            .actor = proof.actor(),
                                            .object = id,
                                            .changes = std::move(changes),
                                            .personal = {}});
    }
    transaction.commit();
}

void Queues::remove(const access::Principal& principal, QueueId id) {
    const auto proof = context_.access.authority.authorise(principal, Right::queue_manage, {{}, id, {}});
    context_.access.roles.authorise_forgetting(principal, id);
    storage::Transaction transaction(context_.main());
    const auto queue = require_queue(context_.main(), id);
    if (queue.jobs > 0) {
        fail(Status::ERR_NOT_POSSIBLE,
             "queue {} still holds {} jobs: release or delete them first; those that have expired go with "
             "the next tick",
             id.value, queue.jobs);
    }
    store::remove_queue(context_.main(), id);
    auto ended = context_.access.roles.forget_queue(transaction, proof, id);
    context_.audit.append(transaction, {.action = audit::Action::queue_deleted,
                                        .actor = proof.actor(),
                                        .object = id,
                                        .changes = {{"name", queue.name, ""}},
                                        .personal = {}});
    transaction.commit();
    ended.settle();
}

QueueId Queues::find(const access::Principal& principal, std::string_view name) {
    context_.touch(principal);
    const auto found = store::find_queue_named(context_.main(), access::fold_name(name));
    const auto queue = found ? store::find_queue(context_.main(), *found) : std::nullopt;
    if (queue && may_see(context_, principal, *queue)) return queue->id;
    auto& authority = context_.access.authority;
    if (!authority.may(principal, Right::session_host))
        authority.record_denial(principal, Right::job_submit, {});
    fail(Status::ERR_NOT_FOUND, "there is no queue of that name");
}

Paged<Queue> Queues::list(const access::Principal& principal, const Page& page) {
    context_.touch(principal);
    auto& authority = context_.access.authority;
    const auto managed = authority.reach(principal, Right::queue_manage);
    const auto submits = authority.reach(principal, Right::job_submit);
    store::QueueView view;
    view.all = managed.everywhere || authority.may(principal, Right::session_host);
    view.managed = managed.queues;
    view.submits_everywhere =
        submits.everywhere || authority.may(principal, Right::job_submit, {principal.user, {}, {}});
    view.submits = submits.queues;
    view.user = principal.user;
    view.groups = context_.access.groups.groups_of(principal.user);
    auto queues = store::list_queues(context_.main(), view, page);
    // After them: what a tick erases in between is subtracted from neither.
    const auto over = store::count_documents_over(context_.main(), trusted_now(context_));
    for (auto& queue : queues) {
        if (const auto found = over.find(queue.id); found != over.end())
            queue.jobs = std::max<std::int64_t>(queue.jobs - found->second, 0);
    }
    return queues;
}

void Queues::allow(const access::Principal& principal, QueueId queue, UserId user, GroupId group) {
    if (set_allowed(principal, queue, user, group, true)) return;
    auto& authority = context_.access.authority;
    const auto right = user ? Right::user_manage : Right::group_manage;
    const auto nobody = user ? audit::Object(user) : audit::Object(group);
    if (authority.may(principal, right))
        fail(Status::ERR_NOT_FOUND, "there is no {} {}", user ? "user" : "group", nobody.id);
    authority.record_denial(principal, right, nobody);
}

void Queues::disallow(const access::Principal& principal, QueueId queue, UserId user, GroupId group) {
    set_allowed(principal, queue, user, group, false);
}

bool Queues::set_allowed(const access::Principal& principal, QueueId id, UserId user, GroupId group,
                         bool allowed) {
    const auto proof = context_.access.authority.authorise(principal, Right::queue_manage, {{}, id, {}});
    if (static_cast<bool>(user) == static_cast<bool>(group)) {
        fail(Status::ERR_INVALID_ARGUMENT, "name either a user or a group");
    }
    storage::Transaction transaction(context_.main());
    (void)require_queue(context_.main(), id);
    auto& access = context_.access;
    if (allowed && !(user ? access.users.exists(user) : access.groups.exists(group))) return false;
    const bool changed = allowed ? store::allow(context_.main(), id, {user, group})
                                 : store::disallow(context_.main(), id, {user, group});
    if (changed) {
        const auto who = std::to_string(user ? user.value : group.value);
        context_.audit.append(
            transaction,
            {.action = audit::Action::queue_changed,
             .actor = proof.actor(),
             .object = id,
             .changes = {{user ? "allowed_user" : "allowed_group", allowed ? "" : who, allowed ? who : ""}},
             .personal = {}});
    }
    transaction.commit();
    return true;
}

Duration Queues::shortest_retention() const {
    return store::shortest_retention(context_.main()).value_or(Duration::max());
}

void Queues::forget_user(storage::Transaction& transaction, UserId user) {
    store::disallow_everywhere(transaction.database(), user);
}

}  // namespace myqsec::spool
