#include "spool/records/sealed_names.hpp"

#include "crypto/hash.hpp"
#include "spool/records/queue_store.hpp"
#include "storage/keys/personal_field.hpp"

namespace myqsec::spool {

namespace {

std::string name_field(const crypto::ContainerId& uuid) {
    return "job.name:" + to_hex(uuid);
}
std::string host_name_field(const crypto::ContainerId& uuid) {
    return "job.host_name:" + to_hex(uuid);
}
std::string attributes_field(const crypto::ContainerId& uuid) {
    return "job.attributes:" + to_hex(uuid);
}

}  // namespace

crypto::Secret private_names_key(const crypto::Secret& person_key, const crypto::Secret& job_key) {
    return crypto::hkdf_sha256(person_key.view(), job_key.view(),
                               as_bytes("libmyqsec names of a private job"), person_key.size());
}

Bytes seal_job_name(const crypto::Secret& person_key, const crypto::ContainerId& uuid,
                    std::string_view name) {
    return storage::seal_field(person_key, name_field(uuid), name);
}

Bytes seal_host_name(const crypto::Secret& person_key, const crypto::ContainerId& uuid,
                     std::string_view host_name) {
    return storage::seal_field(person_key, host_name_field(uuid), host_name);
}

Bytes seal_attributes(const crypto::Secret& person_key, const crypto::ContainerId& uuid,
                      std::string_view lines) {
    if (lines.empty()) return {};
    return storage::seal_field(person_key, attributes_field(uuid), lines);
}

Job JobDescriptions::describe(const store::JobRecord& record, JobView view) {
    const auto& person = owner(record.owner);
    Job job{.id = record.id,
            .uuid = record.uuid,
            .queue = record.queue,
            .queue_name = queue_name(record.queue),
            .owner = record.owner,
            .owner_name = person.name,
            .name = "",
            .host_name = "",
            .attributes = "",
            .document_format = record.document_format,
            .size = record.size,
            .state = record.state,
            .reasons = record.reasons,
            .submitted = record.submitted,
            .printed = record.printed,
            .expires = record.expires,
            .releases = record.releases};
    if (view == JobView::nameless) {
        job.name = hidden_name;
        job.host_name = hidden_name;
    } else if (const auto key = names_key(record, person.key)) {
        storage::PersonalFields fields(*key);
        job.name = fields.open(name_field(record.uuid), record.name);
        job.host_name = fields.open(host_name_field(record.uuid), record.host_name);
        job.attributes = fields.open(attributes_field(record.uuid), record.attributes);
    }
    return job;
}

std::optional<crypto::Secret> JobDescriptions::names_key(const store::JobRecord& record,
                                                         const crypto::Secret& person_key) {
    if (person_key.empty()) return std::nullopt;
    if (!record.private_names) return person_key.clone();
    if (!record.leaf) return std::nullopt;
    try {
        return private_names_key(person_key, keys_.get(record.leaf));
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NOT_FOUND) throw;
        return std::nullopt;
    }
}

const access::NamedKey& JobDescriptions::owner(UserId user) {
    const auto known = owners_.find(user);
    if (known != owners_.end()) return known->second;
    access::NamedKey owner;
    try {
        owner = context_.access.users.named_key(user, keys_);
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NOT_FOUND) throw;
    }
    return owners_.emplace(user, std::move(owner)).first->second;
}

const std::string& JobDescriptions::queue_name(QueueId queue) {
    const auto known = queues_.find(queue);
    if (known != queues_.end()) return known->second;
    const auto found = store::find_queue(context_.main(), queue);
    return queues_.emplace(queue, found ? found->name : "").first->second;
}

}  // namespace myqsec::spool
