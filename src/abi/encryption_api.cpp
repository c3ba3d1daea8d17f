// myqsec/encryption.h.
#include "abi/machinery/session.hpp"
#include "base/error.hpp"
#include "myqsec/encryption.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column encryption_columns[] = {
    {"what", MYQSEC_COLUMN_TEXT},          {"encryption", MYQSEC_COLUMN_TEXT},
    {"converting", MYQSEC_COLUMN_BOOLEAN}, {"pages", MYQSEC_COLUMN_INTEGER},
    {"pages_done", MYQSEC_COLUMN_INTEGER}, {"key_version", MYQSEC_COLUMN_INTEGER},
};

Authorised proof(Session& session) {
    return session.engine.access.authority.authorise(session.principal, access::Right::key_manage);
}

}  // namespace

myqsec_status myqsec_encryption_set(myqsec_session* session, const char* what, int on) {
    return with_session(session, [&](Session& s) {
        const auto database = instance::database_named(text(what, "what"));
        if (on != 0 && on != 1) fail(Status::ERR_INVALID_ARGUMENT, "on must be 0 or 1");
        s.engine.encryption.set(proof(s), database, on == 1);
    });
}

myqsec_status myqsec_encryption_status(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(encryption_columns);
        for (const auto& [database, status] : s.engine.encryption.list(proof(s))) {
            list.add(storage::database_role_name(database), status.requested_encrypted ? "on" : "off",
                     !status.settled(), std::int64_t{status.form.pages}, std::int64_t{status.form.pages_done},
                     std::int64_t{status.form.key_version});
        }
        handle = new_list(std::move(list));
    });
}
