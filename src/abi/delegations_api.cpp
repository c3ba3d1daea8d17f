// Delegates (myqsec/delegation.h).
#include "abi/machinery/session.hpp"
#include "myqsec/delegation.h"

using namespace myqsec;
using namespace myqsec::abi;

namespace {

constexpr Column delegation_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},           {"owner", MYQSEC_COLUMN_INTEGER},
    {"owner_name", MYQSEC_COLUMN_TEXT},      {"delegate", MYQSEC_COLUMN_INTEGER},
    {"delegate_name", MYQSEC_COLUMN_TEXT},   {"given", MYQSEC_COLUMN_INSTANT},
    {"until", MYQSEC_COLUMN_INSTANT},        {"names", MYQSEC_COLUMN_BOOLEAN},
    {"private_jobs", MYQSEC_COLUMN_BOOLEAN},
};

spool::DelegationFields delegation_fields(const myqsec_delegation_fields* given) {
    const auto fields = read_struct(given, "fields");
    check_reserved(fields.reserved == 0, "fields");
    spool::DelegationFields out;
    out.owner = optional_id<UserId>(fields.owner, "fields.owner");
    out.delegate = optional_id<UserId>(fields.delegate, "fields.delegate");
    if (const auto name = optional_text(fields.delegate_name, "fields.delegate_name")) {
        if (name->empty()) fail(Status::ERR_INVALID_ARGUMENT, "fields.delegate_name may not be empty");
        out.delegate_name = *name;
    }
    out.until = optional_instant(fields.until, "fields.until");
    out.names = yes_or_no(fields.names, "fields.names");
    out.private_jobs = yes_or_no(fields.private_jobs, "fields.private_jobs");
    return out;
}

}  // namespace

myqsec_status myqsec_delegation_give(myqsec_session* session, const myqsec_delegation_fields* fields,
                                     int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& delegation = output(out, "out");
        delegation = s.engine.spool.delegations.give(s.principal, delegation_fields(fields)).value;
    });
}

myqsec_status myqsec_delegation_take(myqsec_session* session, int64_t delegation) {
    return with_session(session, [&](Session& s) {
        s.engine.spool.delegations.take(s.principal, id<DelegationId>(delegation, "delegation"));
    });
}

myqsec_status myqsec_delegation_list(myqsec_session* session, const myqsec_delegation_filter* filter,
                                     const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        const auto given = read_struct_or(filter, MYQSEC_DELEGATION_FILTER_INIT, "filter");
        check_reserved(given.reserved == 0, "filter");
        const spool::DelegationFilter wanted{optional_id<UserId>(given.owner, "filter.owner"),
                                             optional_id<UserId>(given.delegate, "filter.delegate")};
        auto& users = s.engine.access.users;
        List list(delegation_columns);
        list.add_page(s.engine.spool.delegations.list(s.principal, wanted, page_of(page)),
                      [&](const spool::Delegation& one) {
                          list.add(one.id, one.owner, users.user_name(one.owner), one.delegate,
                                   users.user_name(one.delegate), one.given, one.until, one.names,
                                   one.private_jobs);
                      });
        handle = new_list(std::move(list));
    });
}
