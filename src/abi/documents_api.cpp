// Documents on their way in, and read for previews (myqsec/spool.h).
#include "abi/machinery/session.hpp"
#include "myqsec/spool.h"

namespace myqsec::abi {

namespace {

using Writer = Held<spool::JobWriter>;
using Reader = Held<spool::JobReader>;

}  // namespace

template <>
struct HandleType<myqsec_job_writer> {
    using Object = Writer;
    static constexpr auto kind = HandleKind::job_writer;
    static constexpr const char* noun = "job writer";
};

template <>
struct HandleType<myqsec_job_reader> {
    using Object = Reader;
    static constexpr auto kind = HandleKind::job_reader;
    static constexpr const char* noun = "job reader";
};

namespace {

/// IPP's integers have 32 bits.
spool::JobAttribute job_attribute(const myqsec_job_attribute& given, std::uint32_t index) {
    const auto where = fmt::format("fields.attributes[{}]", index);
    const auto field = [&](const char* name) { return where + "." + name; };
    spool::JobAttribute out{.name = std::string(text(given.name, field("name").c_str())), .value = false};
    const auto within = [&](std::int64_t least, std::int64_t most) {
        if (given.number < least || given.number > most) {
            fail(Status::ERR_INVALID_ARGUMENT, "the number of attribute '{}' must be from {} to {}", out.name,
                 least, most);
        }
        return static_cast<std::int32_t>(given.number);
    };
    switch (given.type) {
        case MYQSEC_ATTRIBUTE_INTEGER:
            out.value = within(INT32_MIN, INT32_MAX);
            break;
        case MYQSEC_ATTRIBUTE_BOOLEAN:
            out.value = within(0, 1) == 1;
            break;
        case MYQSEC_ATTRIBUTE_TEXT:
            out.value = std::string(text(given.text, field("text").c_str()));
            break;
        default:
            fail(Status::ERR_INVALID_ARGUMENT, "{}.type {} is none of myqsec_attribute_type", where,
                 given.type);
    }
    return out;
}

spool::JobFields job_fields(const myqsec_job_fields* given) {
    const auto fields = read_struct(given, "fields");
    spool::JobFields out;
    out.queue = id<QueueId>(fields.queue, "fields.queue");
    out.owner = optional_id<UserId>(fields.owner, "fields.owner");
    out.name = raw_text(fields.name);
    if (const auto format = optional_text(fields.document_format, "fields.document_format")) {
        out.document_format = *format;
    }
    out.host_name = raw_text(fields.host_name);
    if (fields.attribute_count > spool::most_job_attributes)
        fail(Status::ERR_LIMIT, "a job has at most {} attributes", spool::most_job_attributes);
    if (fields.attribute_count > 0) required(fields.attributes, "fields.attributes");
    for (std::uint32_t i = 0; i < fields.attribute_count; ++i)
        out.attributes.push_back(job_attribute(read_element(fields.attributes, i, "fields.attributes"), i));
    return out;
}

/// Runs `work` on the document; whatever it throws ends the writer.
template <class Work>
void step(Writer& writer, Work&& work) {
    if (writer.over)
        fail(Status::ERR_NOT_POSSIBLE, "this writer has finished or failed; free it and begin another job");
    writer.over = true;
    const AuditMove move_audit(writer.engine);
    writer.over = work(*writer.what);
}

// Freeing in a forked child would touch the parent's files; the child's copy is left alone.
template <class Opaque>
void free_document(Opaque* handle) {
    if (!handle) return;
    guard_free([&] {
        CallbackScope::check_calls_allowed();
        object_of(handle).engine.check_process();
        take_object(handle);
    });
}

}  // namespace

}  // namespace myqsec::abi

using namespace myqsec;
using namespace myqsec::abi;

myqsec_status myqsec_job_submit(myqsec_session* session, const myqsec_job_fields* fields,
                                myqsec_job_writer** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        auto writer = s.engine.spool.jobs.submit(s.principal, job_fields(fields));
        handle = new_handle<myqsec_job_writer>(std::make_unique<Writer>(s, std::move(writer)));
    });
}

myqsec_status myqsec_job_writer_write(myqsec_job_writer* writer, const void* data, size_t length) {
    return guard([&] {
        auto& open = object_of(writer);
        open.require_usable();
        const auto document = bytes(data, length, "data");
        step(open, [&](spool::JobWriter& job) {
            job.write(document);
            return false;
        });
    });
}

myqsec_status myqsec_job_writer_finish(myqsec_job_writer* writer, int64_t* job) {
    return guard([&] {
        auto& open = object_of(writer);
        open.require_usable();
        auto& held = output(job, "job");
        step(open, [&](spool::JobWriter& document) {
            held = document.finish().value;
            return true;
        });
    });
}

void myqsec_job_writer_free(myqsec_job_writer* writer) {
    free_document(writer);
}

myqsec_status myqsec_job_open(myqsec_session* session, int64_t job, myqsec_job_reader** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        auto reader = s.engine.spool.jobs.open_document(s.principal, job_of(s, job));
        handle = new_handle<myqsec_job_reader>(std::make_unique<Reader>(s, std::move(reader)));
    });
}

myqsec_status myqsec_job_reader_read(myqsec_job_reader* reader, uint64_t offset, void* data, size_t* length) {
    return guard([&] {
        auto& open = object_of(reader);
        open.require_usable();
        auto& size = required(length, "length");
        const auto into = room(data, size, "data");
        size = 0;
        size = open.what->read_at(offset, into);
    });
}

myqsec_status myqsec_job_reader_size(myqsec_job_reader* reader, uint64_t* out) {
    return guard([&] {
        auto& open = object_of(reader);
        open.require_usable();
        output(out, "out") = open.what->size();
    });
}

void myqsec_job_reader_free(myqsec_job_reader* reader) {
    free_document(reader);
}
