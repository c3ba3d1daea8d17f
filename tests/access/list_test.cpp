// Lists of users, groups, members, roles, grants and cards.
#include <random>

#include <doctest/doctest.h>

#include "access/fixture.hpp"
#include "access/identity/credentials_store.hpp"
#include "access/identity/groups_store.hpp"
#include "access/identity/users_store.hpp"
#include "access/rights/roles_store.hpp"
#include "base/paging.hpp"

using namespace myqsec;
using namespace myqsec::access;
using test::check_pages;

namespace {

/// Users in groups within groups, every fifth disabled.
struct Crowd : test::AccessFixture {
    Crowd() {
        UserFields disabled;
        disabled.state = UserState::disabled;
        for (int i = 0; i < 110; ++i) {
            people.push_back(add_user("person" + std::to_string(i)));
            if (i % 5 == 0) access.users.change(root, people.back(), disabled);
        }
        for (int i = 0; i < 9; ++i) {
            groups.push_back(access.groups.create(root, "group" + std::to_string(i),
                                                  i % 3 == 0 ? GroupId() : groups.back()));
            for (int each = 0; each < 15; ++each)
                access.groups.add(root, groups.back(), pick(people));
        }
    }
    template <class T>
    T pick(const std::vector<T>& from) {
        return from[random() % from.size()];
    }
    auto pages_of(const Principal& who, const UserFilter& filter) {
        return [this, who, filter](const Page& page) { return access.users.list(who, filter, page); };
    }

    std::mt19937 random{4};
    std::vector<UserId> people;
    std::vector<GroupId> groups;
};

std::int64_t id_of(const User& user) {
    return user.id.value;
}

}  // namespace

TEST_CASE("a list of users shows exactly those that a check of each would, under any grants") {
    Crowd f;
    const auto all = f.access.users.list(f.root, {}, {.limit = 10'000});
    REQUIRE(all.size() == 112);
    for (int round = 0; round < 25; ++round) {
        const auto clerk = f.add_user("clerk" + std::to_string(round));
        for (auto grants = f.random() % 3 + 1; grants > 0; --grants) {
            Grant grant;
            grant.user = clerk;
            if (f.random() % 8 != 0) grant.scope_group = f.pick(f.groups);
            f.access.roles.give(f.root, "user-administrator", grant);
        }
        const auto who = f.log_in(clerk);
        UserFilter filter;
        if (f.random() % 2 == 0) filter.group = f.pick(f.groups);
        if (f.random() % 2 == 0) filter.state = f.random() % 2 == 0 ? UserState::active : UserState::disabled;
        if (f.random() % 4 == 0) filter.user_name = " Person" + std::to_string(f.random() % 110);
        std::vector<std::int64_t> whole;
        for (const auto& user : f.access.users.list(f.root, {}, {.limit = 10'000})) {
            if (!f.access.authority.may(who, Right::user_manage, {user.id, {}, {}})) continue;
            if (filter.group && !f.access.groups.is_member(user.id, filter.group)) continue;
            if (filter.state && user.state != *filter.state) continue;
            if (filter.user_name && user.user_name != "p" + filter.user_name->substr(2)) continue;
            whole.push_back(id_of(user));
        }
        CAPTURE(round);
        check_pages(f.pages_of(who, filter), id_of, whole);
    }
}

TEST_CASE("who manages no users is refused a list of them, audited; one limited to a queue sees nobody") {
    Crowd f;
    const auto ada = f.log_in(f.ada);
    CHECK(test::status_of([&] { (void)f.access.users.list(ada); }) == Status::ERR_ACCESS_DENIED);
    Grant grant;
    grant.user = f.ada;
    grant.scope_queue = QueueId(1);
    f.access.roles.know_queues([](QueueId) { return true; });
    f.access.roles.create(f.root, "clerk of a queue", {Right::user_manage, Right::job_manage_all});
    f.access.roles.give(f.root, "clerk of a queue", grant);
    CHECK(f.access.users.list(ada).empty());
}

TEST_CASE("groups, members, roles, grants and cards in pages of any size are all of them") {
    Crowd f;
    const auto ids = [](const auto& rows, auto key) {
        std::vector<std::int64_t> out;
        for (const auto& row : rows)
            out.push_back(key(row));
        return out;
    };
    const auto by_id = [](const auto& row) { return row.id.value; };
    auto& access = f.access;
    for (int i = 0; i < 12; ++i) {
        const auto name = "role" + std::to_string(i);
        access.roles.create(f.root, name, RightSet{Right::job_submit});
        Grant grant;
        grant.user = f.pick(f.people);
        access.roles.give(f.root, name, grant);
        access.credentials.add_card(f.root, f.ada, "0011223344" + std::to_string(10 + i), "", std::nullopt);
    }
    const auto groups = [&](const Page& page) { return access.groups.list(f.root, page); };
    const auto members = [&](const Page& page) { return access.groups.members(f.root, f.groups[2], page); };
    const auto roles = [&](const Page& page) { return access.roles.list(f.root, page); };
    const auto grants = [&](const Page& page) { return access.roles.grants(f.root, page); };
    const auto cards = [&](const Page& page) { return access.credentials.cards(f.root, f.ada, page); };
    const auto by_value = [](UserId user) { return user.value; };
    const auto by_number = [](const GrantRow& row) { return row.id; };
    CHECK(groups({}).size() == 9);
    CHECK(roles({}).size() == 19);
    CHECK(grants({}).size() == 13);
    CHECK(cards({}).size() == 13);
    check_pages(groups, by_id, ids(groups({}), by_id));
    check_pages(members, by_value, ids(members({}), by_value));
    check_pages(roles, by_id, ids(roles({}), by_id));
    check_pages(grants, by_number, ids(grants({}), by_number));
    check_pages(cards, by_id, ids(cards({}), by_id));
}

TEST_CASE("no list of users, groups, roles or cards walks a table") {
    test::AccessFixture f;
    auto& main = f.vault->main();
    const std::vector<std::string> tables{"u", "v", "m", "n",           "g",
                                          "t", "c", "p", "access_role", "access_member"};
    test::check_plans(main, store::user_list_statements(), tables);
    test::check_plans(main, store::group_list_statements(), tables);
    test::check_plans(main, store::role_list_statements(), tables);
    test::check_plans(main, store::card_list_statements(), tables);
}
