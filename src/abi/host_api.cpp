// myqsec/host.h.
#include <cstring>

#include "abi/machinery/session.hpp"
#include "myqsec/host.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column host_secret_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER}, {"name", MYQSEC_COLUMN_TEXT}, {"changed", MYQSEC_COLUMN_INSTANT}};
constexpr Column host_setting_columns[] = {{"id", MYQSEC_COLUMN_INTEGER},
                                           {"name", MYQSEC_COLUMN_TEXT},
                                           {"value", MYQSEC_COLUMN_TEXT},
                                           {"changed", MYQSEC_COLUMN_INSTANT}};

audit::Object object_of_event(const myqsec_host_event& given) {
    const auto kind = optional_text(given.object_kind, "event.object_kind");
    if (given.object < 0 || (given.object != 0 && !kind))
        fail(Status::ERR_INVALID_ARGUMENT, "event.object is an id, together with event.object_kind");
    if (!kind) return {};
    const auto named = audit::object_kind_named(*kind);
    if (!named) fail(Status::ERR_INVALID_ARGUMENT, "event.object_kind is none of the kinds of objects");
    return {*named, given.object};
}

audit::Result result_of_event(std::uint32_t result) {
    if (result > MYQSEC_EVENT_FAILED)
        fail(Status::ERR_INVALID_ARGUMENT, "event.result {} is none of myqsec_host_event_result", result);
    return static_cast<audit::Result>(result);
}

void add_setting_row(List& list, const host::store::SettingRecord& row) {
    list.add(row.id, row.name, row.value, row.changed);
}

}  // namespace

myqsec_status myqsec_host_event_record(myqsec_session* session, const myqsec_host_event* event) {
    return with_session(session, [&](Session& s) {
        const auto given = read_struct(event, "event");
        check_reserved(given.reserved == 0, "event");
        host::HostEvent out{.name = text(given.name, "event.name"),
                            .object = object_of_event(given),
                            .result = result_of_event(given.result)};
        if (given.field_count > host::most_event_fields)
            fail(Status::ERR_LIMIT, "event.field_count is {}, of at most {}", given.field_count,
                 host::most_event_fields);
        if (given.field_count > 0) required(given.fields, "event.fields");
        for (std::uint32_t i = 0; i < given.field_count; ++i) {
            const auto field = read_element(given.fields, i, "event.fields");
            check_reserved(field.reserved == 0, "event.fields");
            out.fields.push_back({text(field.name, "event.fields.name"), raw_text(field.old_value),
                                  raw_text(field.new_value)});
        }
        out.person = optional_id<UserId>(given.person, "event.person");
        out.details = raw_text(given.details);
        s.engine.host.events.record(s.principal, out);
    });
}

myqsec_status myqsec_host_secret_set(myqsec_session* session, const char* name, const void* data,
                                     size_t length) {
    return with_session(session, [&](Session& s) {
        s.engine.host.secrets.set(s.principal, text(name, "name"), bytes(data, length, "data"));
    });
}

myqsec_status myqsec_host_secret_get(myqsec_session* session, const char* name, void* data, size_t* length) {
    return with_session(session, [&](Session& s) {
        const auto into = room(data, required(length, "length"), "data");
        *length = 0;
        const auto wanted = text(name, "name");
        const auto value = s.engine.host.secrets.get(s.principal, wanted);
        *length = value.size();
        if (into.size() < value.size())
            fail(Status::ERR_BUFFER_TOO_SMALL, "the buffer for the host secret needs {} bytes", value.size());
        std::memcpy(into.data(), value.view().data(), value.size());
    });
}

myqsec_status myqsec_host_secret_remove(myqsec_session* session, const char* name) {
    return with_session(session,
                        [&](Session& s) { s.engine.host.secrets.remove(s.principal, text(name, "name")); });
}

myqsec_status myqsec_host_secret_list(myqsec_session* session, const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(host_secret_columns);
        list.add_page(s.engine.host.secrets.list(s.principal, page_of(page)),
                      [&](const host::store::SecretRecord& row) { list.add(row.id, row.name, row.changed); });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_host_setting_set(myqsec_session* session, const char* name, const char* value) {
    return with_session(session, [&](Session& s) {
        s.engine.host.settings.set(s.principal, text(name, "name"),
                                   optional_text(value, "value", Characters::lines));
    });
}

myqsec_status myqsec_host_setting_get(myqsec_session* session, const char* name, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(host_setting_columns);
        add_setting_row(list, s.engine.host.settings.get(s.principal, text(name, "name")));
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_host_setting_list(myqsec_session* session, const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(host_setting_columns);
        list.add_page(s.engine.host.settings.list(s.principal, page_of(page)),
                      [&](const host::store::SettingRecord& row) { add_setting_row(list, row); });
        handle = new_list(std::move(list));
    });
}
