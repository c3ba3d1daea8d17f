// myqsec/health.h.
#include "abi/machinery/session.hpp"
#include "instance/health.hpp"
#include "myqsec/health.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column health_columns[] = {
    {"code", MYQSEC_COLUMN_TEXT},     {"level", MYQSEC_COLUMN_TEXT},    {"sentence", MYQSEC_COLUMN_TEXT},
    {"since", MYQSEC_COLUMN_INSTANT}, {"count", MYQSEC_COLUMN_INTEGER},
};

}  // namespace

myqsec_status myqsec_health(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(health_columns);
        for (const auto& row : instance::health_of(s.engine, s.principal))
            list.add(row.code, instance::health_level_name(row.level), row.sentence, row.since, row.count);
        handle = new_list(std::move(list));
    });
}
