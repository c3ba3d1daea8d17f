// myqsec/settings.h.
#include "abi/machinery/session.hpp"
#include "myqsec/settings.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column setting_columns[] = {
    {"name", MYQSEC_COLUMN_TEXT},       {"type", MYQSEC_COLUMN_TEXT},  {"value", MYQSEC_COLUMN_TEXT},
    {"default", MYQSEC_COLUMN_TEXT},    {"range", MYQSEC_COLUMN_TEXT}, {"meaning", MYQSEC_COLUMN_TEXT},
    {"changed", MYQSEC_COLUMN_INSTANT},
};

void add_setting(List& list, const settings::SettingRow& row) {
    const auto& definition = *row.definition;
    list.add(definition.name, settings::type_name(definition.type), row.value, definition.initial,
             settings::range_text(definition), definition.meaning, row.changed);
}

}  // namespace

myqsec_status myqsec_setting_list(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        static_cast<void>(authorise(s, access::Right::settings_read));
        List list(setting_columns);
        for (const auto& row : s.engine.settings.list())
            add_setting(list, row);
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_setting_get(myqsec_session* session, const char* name, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        const auto wanted = text(name, "name");
        static_cast<void>(authorise(s, access::Right::settings_read));
        List list(setting_columns);
        add_setting(list, s.engine.settings.get(wanted));
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_setting_set(myqsec_session* session, const char* name, const char* value) {
    return with_session(session, [&](Session& s) {
        const auto wanted = text(name, "name");
        const auto given = optional_text(value, "value", Characters::lines);
        const auto proof = s.engine.access.authority.authorise(s.principal, access::Right::settings_change);
        s.engine.settings.set(proof, wanted, given);
    });
}
