// myqsec/lockout.h.
#include "abi/machinery/session.hpp"
#include "myqsec/lockout.h"

using namespace myqsec;
using namespace myqsec::abi;

static_assert(MYQSEC_LOCK_ACCOUNT == static_cast<int>(access::LockScope::account) &&
              MYQSEC_LOCK_DEVICE == static_cast<int>(access::LockScope::device) &&
              MYQSEC_LOCK_SOURCE == static_cast<int>(access::LockScope::source) &&
              MYQSEC_LOCK_SITE == static_cast<int>(access::LockScope::site));

namespace {

constexpr std::size_t secret_room = 64;

constexpr Column lock_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},      {"scope", MYQSEC_COLUMN_TEXT},    {"user", MYQSEC_COLUMN_INTEGER},
    {"device", MYQSEC_COLUMN_INTEGER},  {"source", MYQSEC_COLUMN_TEXT},   {"method", MYQSEC_COLUMN_TEXT},
    {"entries", MYQSEC_COLUMN_INTEGER}, {"until", MYQSEC_COLUMN_INSTANT},
};

}  // namespace

myqsec_status myqsec_last_refusal(myqsec_login_refusal* out) {
    return guard([&] {
        auto& refusal = required(out, "out");
        const auto size = refusal.struct_size;
        if (size < sizeof refusal) fail(Status::ERR_INVALID_ARGUMENT, "out.struct_size is too small");
        refusal = last_refusal();
        refusal.struct_size = size;
    });
}

myqsec_status myqsec_lock_list(myqsec_session* session, const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(lock_columns);
        list.add_page(s.engine.access.locks.list(s.principal, page_of(page)), [&](const access::Lock& lock) {
            list.add(lock.id, access::lock_scope_name(lock.scope), lock.user, lock.device, lock.source,
                     lock.method, lock.entries, lock.until);
        });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_lock_lift(myqsec_session* session, int64_t lock) {
    return with_session(session, [&](Session& s) {
        if (lock <= 0) fail(Status::ERR_INVALID_ARGUMENT, "lock must be the id of a lock");
        s.engine.access.locks.lift(s.principal, lock);
    });
}

myqsec_status myqsec_recovery_code(myqsec_session* session, char* code, size_t* code_length) {
    return with_session(session, [&](Session& s) {
        const auto given = required(code_length, "code_length");
        required(code, "code");
        check_room(code, code_length, secret_room, "code");
        auto made = s.engine.access.recovery.make_code(s.principal);
        const Wiped wiped(made);
        *code_length = given;
        write_text(made, code, code_length, "code");
    });
}

myqsec_status myqsec_recover_administrator(myqsec_session* system, const myqsec_root* root,
                                           const char* user_name, const char* code, char* password,
                                           size_t* password_length, int64_t* from) {
    return with_session(system, [&](Session& s) {
        const auto given = required(password_length, "password_length");
        required(password, "password");
        check_room(password, password_length, secret_room, "password");
        const auto provider = root_provider(root, Engine::Birth::opened);
        auto made = s.engine.access.recovery.recover(s.principal, *provider, text(user_name, "user_name"),
                                                     optional_text(code, "code"));
        const Wiped wiped(made.password);
        *password_length = given;
        write_text(made.password, password, password_length, "password");
        if (from) *from = to_milliseconds(made.from);
    });
}
