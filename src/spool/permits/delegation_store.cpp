// The SQL of delegations.
#include "spool/permits/delegation.hpp"

#define DELEGATION_ROWS "SELECT id, owner, delegate, given, until, names, private_jobs FROM job_delegation "
#define DELEGATIONS_BEYOND(direction) "id " direction " LIMIT ?2"
#define ASCENDING "> ?1 ORDER BY id"
#define DESCENDING "< ?1 ORDER BY id DESC"
#define DELEGATIONS_WITH(direction, order) \
    DELEGATION_ROWS                        \
    "WHERE id IN (SELECT id FROM (SELECT id FROM job_delegation WHERE owner = ?3 AND " DELEGATIONS_BEYOND( \
        direction)                                                                                       \
    ") UNION SELECT id FROM (SELECT id FROM job_delegation WHERE delegate = ?3 AND " DELEGATIONS_BEYOND(   \
        direction) ")) ORDER BY id" order " LIMIT ?2"

namespace myqsec::spool::store {

namespace {

constexpr BothWays every_delegation{DELEGATION_ROWS "WHERE " DELEGATIONS_BEYOND(ASCENDING),
                                    DELEGATION_ROWS "WHERE " DELEGATIONS_BEYOND(DESCENDING)};
constexpr BothWays delegations_of_owner{
    DELEGATION_ROWS "WHERE owner = ?3 AND (?4 = 0 OR delegate = ?4) AND " DELEGATIONS_BEYOND(ASCENDING),
    DELEGATION_ROWS "WHERE owner = ?3 AND (?4 = 0 OR delegate = ?4) AND " DELEGATIONS_BEYOND(DESCENDING)};
constexpr BothWays delegations_of_delegate{
    DELEGATION_ROWS "WHERE delegate = ?3 AND " DELEGATIONS_BEYOND(ASCENDING),
    DELEGATION_ROWS "WHERE delegate = ?3 AND " DELEGATIONS_BEYOND(DESCENDING)};
constexpr BothWays delegations_of_either{DELEGATIONS_WITH(ASCENDING, ""),
                                         DELEGATIONS_WITH(DESCENDING, " DESC")};

std::vector<Delegation> read_delegations(storage::Rows rows) {
    std::vector<Delegation> all;
    while (rows.next()) {
        Delegation one{.id = rows.id<DelegationId>(0),
                       .owner = rows.id<UserId>(1),
                       .delegate = rows.id<UserId>(2),
                       .given = rows.instant(3),
                       .names = rows.boolean(5),
                       .private_jobs = rows.boolean(6)};
        if (!rows.is_null(4)) one.until = rows.instant(4);
        all.push_back(one);
    }
    return all;
}

std::optional<Delegation> first_of(std::vector<Delegation> all) {
    if (all.empty()) return std::nullopt;
    return all.front();
}

std::int64_t count(storage::Rows rows) {
    return rows.next() ? rows.integer(0) : 0;
}

}  // namespace

DelegationId insert_delegation(storage::Database& main, const Delegation& delegation) {
    return DelegationId(main.insert(
        "INSERT INTO job_delegation (owner, delegate, given, until, names, private_jobs) VALUES ($1, $2, $3, "
        "$4, $5, $6)",
        delegation.owner, delegation.delegate, delegation.given, delegation.until, delegation.names,
        delegation.private_jobs));
}

void update_delegation(storage::Database& main, const Delegation& delegation) {
    main.run("UPDATE job_delegation SET until = $1, names = $2, private_jobs = $3 WHERE id = $4",
             delegation.until, delegation.names, delegation.private_jobs, delegation.id);
}

void remove_delegation(storage::Database& main, DelegationId delegation) {
    main.run("DELETE FROM job_delegation WHERE id = $1", delegation);
}

std::optional<Delegation> find_delegation(storage::Database& main, DelegationId delegation) {
    return first_of(read_delegations(main.query(DELEGATION_ROWS "WHERE id = $1", delegation)));
}

std::optional<Delegation> find_delegation(storage::Database& main, UserId owner, UserId delegate) {
    return first_of(
        read_delegations(main.query(DELEGATION_ROWS "WHERE owner = $1 AND delegate = $2", owner, delegate)));
}

std::int64_t count_delegates_of(storage::Database& main, UserId owner) {
    return count(main.query("SELECT count(*) FROM job_delegation WHERE owner = $1", owner));
}

std::int64_t count_delegations_to(storage::Database& main, UserId delegate) {
    return count(main.query("SELECT count(*) FROM job_delegation WHERE delegate = $1", delegate));
}

std::vector<Delegation> delegations_to(storage::Database& main, UserId delegate) {
    return read_delegations(main.query(DELEGATION_ROWS "WHERE delegate = $1 ORDER BY owner", delegate));
}

std::vector<Delegation> delegations_with(storage::Database& main, UserId person) {
    return read_delegations(main.query(
        DELEGATION_ROWS "WHERE owner = $1 UNION " DELEGATION_ROWS "WHERE delegate = $1 ORDER BY id", person));
}

std::vector<Delegation> delegations_over(storage::Database& main, Instant now, std::int64_t most) {
    return read_delegations(
        main.query(DELEGATION_ROWS "WHERE until <= $1 ORDER BY until LIMIT $2", now, most));
}

std::optional<Instant> first_end_of_delegations(storage::Database& main) {
    auto rows = main.query("SELECT min(until) FROM job_delegation WHERE until IS NOT NULL");
    if (!rows.next() || rows.is_null(0)) return std::nullopt;
    return rows.instant(0);
}

Paged<Delegation> list_delegations(storage::Database& main, const DelegationQuery& query, const Page& page) {
    const auto rows = [&] {
        if (query.owner)
            return main.query(delegations_of_owner.of(page), page.edge(), page.rows(), query.owner,
                              query.delegate);
        if (query.delegate)
            return main.query(delegations_of_delegate.of(page), page.edge(), page.rows(), query.delegate);
        if (query.either)
            return main.query(delegations_of_either.of(page), page.edge(), page.rows(), query.either);
        return main.query(every_delegation.of(page), page.edge(), page.rows());
    };
    return page_of(read_delegations(rows()), page, [](const Delegation& one) { return one.id.value; });
}

std::vector<std::string_view> delegation_list_statements() {
    return both_ways(
        {every_delegation, delegations_of_owner, delegations_of_delegate, delegations_of_either});
}

}  // namespace myqsec::spool::store
