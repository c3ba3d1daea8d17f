// Groups, roles and rights (myqsec/access.h).
#include <cstddef>
#include <optional>

#include "abi/machinery/session.hpp"
#include "myqsec/access.h"

using namespace myqsec;
using namespace myqsec::abi;

template <>
inline constexpr std::size_t myqsec::abi::first_size<myqsec_role_grant> = offsetof(myqsec_role_grant, until);

namespace {

constexpr Column group_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},
    {"name", MYQSEC_COLUMN_TEXT},
    {"parent", MYQSEC_COLUMN_INTEGER},
    {"members", MYQSEC_COLUMN_INTEGER},
};
constexpr Column member_columns[] = {{"user", MYQSEC_COLUMN_INTEGER}, {"user_name", MYQSEC_COLUMN_TEXT}};
constexpr Column right_columns[] = {{"name", MYQSEC_COLUMN_TEXT}, {"meaning", MYQSEC_COLUMN_TEXT}};
constexpr Column role_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},
    {"name", MYQSEC_COLUMN_TEXT},
    {"built_in", MYQSEC_COLUMN_BOOLEAN},
    {"rights", MYQSEC_COLUMN_TEXT},
};
constexpr Column grant_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},          {"role", MYQSEC_COLUMN_TEXT},
    {"user", MYQSEC_COLUMN_INTEGER},        {"group", MYQSEC_COLUMN_INTEGER},
    {"scope_group", MYQSEC_COLUMN_INTEGER}, {"scope_queue", MYQSEC_COLUMN_INTEGER},
    {"until", MYQSEC_COLUMN_INSTANT},
};
constexpr Column path_columns[] = {
    {"id", MYQSEC_COLUMN_INTEGER},          {"role", MYQSEC_COLUMN_TEXT},
    {"group", MYQSEC_COLUMN_INTEGER},       {"scope_group", MYQSEC_COLUMN_INTEGER},
    {"scope_queue", MYQSEC_COLUMN_INTEGER}, {"until", MYQSEC_COLUMN_INSTANT},
    {"applies", MYQSEC_COLUMN_BOOLEAN},     {"at_devices", MYQSEC_COLUMN_BOOLEAN},
    {"reason", MYQSEC_COLUMN_TEXT},
};

access::Right right_of(const char* given) {
    const auto name = text(given, "right");
    for (const auto& one : access::all_rights()) {
        if (one.name == name) return one.right;
    }
    (void)access::RightSet::parse(name);  // says that there is none
    fail(Status::ERR_INVALID_ARGUMENT, "right must be the name of one right");
}

access::Target target_of(const myqsec_right_target* given) {
    const auto target = read_struct_or(given, MYQSEC_RIGHT_TARGET_INIT, "target");
    check_reserved(target.reserved == 0, "target");
    return {optional_id<UserId>(target.user, "target.user"),
            optional_id<QueueId>(target.queue, "target.queue"),
            {}};
}

access::Grant grant_of(const myqsec_role_grant* given) {
    const auto grant = read_struct(given, MYQSEC_ROLE_GRANT_INIT, "grant");
    access::Grant out;
    out.user = optional_id<UserId>(grant.user, "grant.user");
    out.group = optional_id<GroupId>(grant.group, "grant.group");
    out.scope_group = optional_id<GroupId>(grant.scope_group, "grant.scope_group");
    out.scope_queue = optional_id<QueueId>(grant.scope_queue, "grant.scope_queue");
    if (bool(out.user) == bool(out.group)) {
        fail(Status::ERR_INVALID_ARGUMENT, "a grant names either a user or a group");
    }
    const bool everywhere = yes_or_no(grant.everywhere, "grant.everywhere");
    if ((out.scope_group || out.scope_queue) == everywhere) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "a grant is limited to a group or to a queue, or holds everywhere: say which");
    }
    out.until = optional_instant(grant.until, "grant.until");
    return out;
}

}  // namespace

myqsec_status myqsec_group_create(myqsec_session* session, const char* name, int64_t parent, int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& group = output(out, "out");
        group = s.engine.access.groups
                    .create(s.principal, text(name, "name"), optional_id<GroupId>(parent, "parent"))
                    .value;
    });
}

myqsec_status myqsec_group_change(myqsec_session* session, int64_t group, const char* name, int64_t parent) {
    return with_session(session, [&](Session& s) {
        std::optional<GroupId> to;
        if (parent != -1) to = optional_id<GroupId>(parent, "parent");
        s.engine.access.groups.change(s.principal, id<GroupId>(group, "group"), optional_text(name, "name"),
                                      to);
    });
}

myqsec_status myqsec_group_delete(myqsec_session* session, int64_t group) {
    return with_session(session, [&](Session& s) {
        s.engine.access.groups.remove(s.principal, id<GroupId>(group, "group"));
    });
}

myqsec_status myqsec_group_list(myqsec_session* session, const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(group_columns);
        list.add_page(
            s.engine.access.groups.list(s.principal, page_of(page)),
            [&](const access::Group& group) { list.add(group.id, group.name, group.parent, group.members); });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_group_add(myqsec_session* session, int64_t group, int64_t user) {
    return with_session(session, [&](Session& s) {
        s.engine.access.groups.add(s.principal, id<GroupId>(group, "group"), id<UserId>(user, "user"));
    });
}

myqsec_status myqsec_group_remove(myqsec_session* session, int64_t group, int64_t user) {
    return with_session(session, [&](Session& s) {
        s.engine.access.groups.remove_member(s.principal, id<GroupId>(group, "group"),
                                             id<UserId>(user, "user"));
    });
}

myqsec_status myqsec_group_members(myqsec_session* session, int64_t group, const myqsec_page* page,
                                   myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        auto& access = s.engine.access;
        List list(member_columns);
        list.add_page(access.groups.members(s.principal, id<GroupId>(group, "group"), page_of(page)),
                      [&](UserId user) { list.add(user, access.users.user_name(user)); });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_right_list(myqsec_session* session, myqsec_list** out) {
    return with_session(session, [&](Session&) {
        auto& handle = output(out, "out");
        List list(right_columns);
        for (const auto& right : access::all_rights())
            list.add(right.name, right.meaning);
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_role_list(myqsec_session* session, const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(role_columns);
        list.add_page(s.engine.access.roles.list(s.principal, page_of(page)), [&](const access::Role& role) {
            list.add(role.id, role.name, role.built_in, role.rights.names());
        });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_role_create(myqsec_session* session, const char* name, const char* rights,
                                 int64_t* out) {
    return with_session(session, [&](Session& s) {
        auto& role = output(out, "out");
        role = s.engine.access.roles
                   .create(s.principal, text(name, "name"), access::RightSet::parse(text(rights, "rights")))
                   .value;
    });
}

myqsec_status myqsec_role_change(myqsec_session* session, int64_t role, const char* name,
                                 const char* rights) {
    return with_session(session, [&](Session& s) {
        std::optional<access::RightSet> set;
        if (const auto names = optional_text(rights, "rights")) set = access::RightSet::parse(*names);
        s.engine.access.roles.change(s.principal, id<RoleId>(role, "role"), optional_text(name, "name"), set);
    });
}

myqsec_status myqsec_role_delete(myqsec_session* session, int64_t role) {
    return with_session(
        session, [&](Session& s) { s.engine.access.roles.remove(s.principal, id<RoleId>(role, "role")); });
}

myqsec_status myqsec_role_give(myqsec_session* session, const char* role, const myqsec_role_grant* grant) {
    return with_session(session, [&](Session& s) {
        s.engine.access.roles.give(s.principal, text(role, "role"), grant_of(grant));
    });
}

myqsec_status myqsec_role_take(myqsec_session* session, const char* role, const myqsec_role_grant* grant) {
    return with_session(session, [&](Session& s) {
        s.engine.access.roles.take(s.principal, text(role, "role"), grant_of(grant));
    });
}

myqsec_status myqsec_role_grants(myqsec_session* session, const myqsec_page* page, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        List list(grant_columns);
        list.add_page(s.engine.access.roles.grants(s.principal, page_of(page)),
                      [&](const access::GrantRow& row) {
                          list.add(row.id, row.role_name, row.grant.user, row.grant.group,
                                   row.grant.scope_group, row.grant.scope_queue, row.grant.until);
                      });
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_right_explain(myqsec_session* session, int64_t user, const char* right,
                                   const myqsec_right_target* target, int* allowed, myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& answer = output(allowed, "allowed");
        auto& handle = output(out, "out");
        const auto why = s.engine.access.roles.explain(s.principal, id<UserId>(user, "user"), right_of(right),
                                                       target_of(target));
        List list(path_columns);
        for (const auto& path : why.paths) {
            if (!path.grant) {
                list.add(Cell(), "user", Cell(), Cell(), Cell(), Cell(), path.applies, why.at_devices,
                         path.reason);
                continue;
            }
            const auto& grant = path.grant->grant;
            list.add(path.grant->id, path.grant->role_name, grant.group, grant.scope_group, grant.scope_queue,
                     grant.until, path.applies, why.at_devices, path.reason);
        }
        answer = why.allowed ? 1 : 0;
        handle = new_list(std::move(list));
    });
}

myqsec_status myqsec_right_holders(myqsec_session* session, const char* right,
                                   const myqsec_right_target* target, const myqsec_page* page,
                                   myqsec_list** out) {
    return with_session(session, [&](Session& s) {
        auto& handle = output(out, "out");
        auto& access = s.engine.access;
        List list(member_columns);
        list.add_page(access.roles.holders_of(s.principal, right_of(right), target_of(target), page_of(page)),
                      [&](UserId user) { list.add(user, access.users.user_name(user)); });
        handle = new_list(std::move(list));
    });
}
