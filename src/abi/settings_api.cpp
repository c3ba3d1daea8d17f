// myqsec/settings.h.
#include <algorithm>

#include "abi/machinery/session.hpp"
#include "myqsec/settings.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column setting_columns[] = {
    {"name", MYQSEC_COLUMN_TEXT},       {"type", MYQSEC_COLUMN_TEXT},  {"value", MYQSEC_COLUMN_TEXT},
    {"default", MYQSEC_COLUMN_TEXT},    {"range", MYQSEC_COLUMN_TEXT}, {"meaning", MYQSEC_COLUMN_TEXT},
    {"changed", MYQSEC_COLUMN_INSTANT}, {"area", MYQSEC_COLUMN_TEXT},
};

void add_setting(List& list, const settings::SettingRow& row) {
    const auto& definition = *row.definition;
    list.add(definition.name, settings::type_name(definition.type), row.value, definition.initial,
             settings::range_text(definition), definition.meaning, row.changed,
             settings::area_name(definition.area));
}

bool may_read(Session& session, settings::Area area) {
    auto& authority = session.engine.access.authority;
    return authority.may(session.principal, access::right_to_read(area)) ||
           authority.may(session.principal, access::right_to_change(area));
}

}  // namespace

myqsec_status myqsec_setting_list(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        if (std::ranges::none_of(settings::areas, [&](auto area) { return may_read(s, area); }))
            static_cast<void>(authorise(s, access::Right::settings_read_login));  // which refuses, audited
        List list(setting_columns);
        for (const auto& row : s.engine.settings.list()) {
            if (may_read(s, row.definition->area)) add_setting(list, row);
        }
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_setting_get(myqsec_session* session, const char* name, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        const auto wanted = text(name, "name");
        const auto row = s.engine.settings.get(wanted);
        const auto area = row.definition->area;
        if (!may_read(s, area)) static_cast<void>(authorise(s, access::right_to_read(area)));
        List list(setting_columns);
        add_setting(list, row);
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_setting_set(myqsec_session* session, const char* name, const char* value) {
    return with_session(session, [&](Session& s) {
        const auto wanted = text(name, "name");
        const auto given = optional_text(value, "value", Characters::lines);
        const auto area = s.engine.settings.get(wanted).definition->area;
        const auto proof = s.engine.access.authority.authorise(s.principal, access::right_to_change(area));
        s.engine.settings.set(proof, wanted, given);
    });
}
