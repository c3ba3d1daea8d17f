#include "audit/log/event_index_store.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "audit/event/event_format.hpp"
#include "storage/sqlite/hour_index.hpp"

// ?1 and ?2 the first and last row that may hold such events, ?3 … ?5 keys. Rows are numbered by the first of
// their events.
#define EVENTS "SELECT e.sequence, e.count, e.event, e.personal FROM "
#define ALL_ROWS(order) EVENTS "audit_event e WHERE e.sequence BETWEEN ?1 AND ?2 ORDER BY e.sequence" order
#define ROW_HAS(key) " AND EXISTS (SELECT 1 FROM audit_index o WHERE o.key = " key " AND o.row = i.row)"
#define ROWS_WITH(more, order)                                                                            \
    EVENTS                                                                                                \
    "audit_index i CROSS JOIN audit_event e ON e.sequence = i.row WHERE i.key = ?3 AND i.row BETWEEN ?1 " \
    "AND ?2" more " ORDER BY i.row" order
namespace myqsec::audit::store {

namespace {

constexpr BothWays rows_all{ALL_ROWS(""), ALL_ROWS(" DESC")};
constexpr BothWays rows_by_one{ROWS_WITH("", ""), ROWS_WITH("", " DESC")};
constexpr BothWays rows_by_two{ROWS_WITH(ROW_HAS("?4"), ""), ROWS_WITH(ROW_HAS("?4"), " DESC")};
constexpr BothWays rows_by_three{ROWS_WITH(ROW_HAS("?4") ROW_HAS("?5"), ""),
                                 ROWS_WITH(ROW_HAS("?4") ROW_HAS("?5"), " DESC")};

constexpr storage::HourIndex hours_of_rows{"audit_hour", "first_row", "last_row"};

std::set<Bytes> keys_of(std::span<const Record> records) {
    std::set<Bytes> keys;
    for (const auto& record : records) {
        const auto facts = facts_of(record.event);
        keys.insert(
            {key_of(facts.object), key_of(facts.object.kind), key_of(facts.actor), key_of(facts.action)});
    }
    return keys;
}

/// The row that holds the event, or the last one before it.
std::int64_t row_of(storage::Database& log, std::int64_t sequence) {
    auto rows =
        log.query("SELECT coalesce(max(sequence), 0) FROM audit_event WHERE sequence <= $1", sequence);
    rows.next();
    return rows.integer(0);
}

storage::Rows select(storage::Database& log, const std::vector<Bytes>& keys, const storage::RowRange& range,
                     const Page& page) {
    const auto& [first, last] = range;
    switch (keys.size()) {
        case 0:
            return log.query(rows_all.of(page), first, last);
        case 1:
            return log.query(rows_by_one.of(page), first, last, keys[0]);
        case 2:
            return log.query(rows_by_two.of(page), first, last, keys[0], keys[1]);
        default:
            return log.query(rows_by_three.of(page), first, last, keys[0], keys[1], keys[2]);
    }
}

}  // namespace

void index_events(storage::Database& log, std::span<const Record> records) {
    const auto row = records.front().sequence;
    for (const auto& key : keys_of(records))
        log.run("INSERT INTO audit_index (key, row) VALUES ($1, $2)", key, row);
    std::set<std::int64_t> hours;
    for (const auto& record : records)
        hours.insert(storage::HourIndex::hour_of(time_of(record.event)));
    for (const auto hour : hours)
        hours_of_rows.add(log, hour, row);
}

void forget_events_to(storage::Database& log, std::int64_t last) {
    std::set<Bytes> keys;
    {
        auto rows =
            log.query("SELECT sequence, count, event, personal FROM audit_event WHERE sequence <= $1", last);
        while (rows.next())
            keys.merge(keys_of(read_row(rows)));
    }
    for (const auto& key : keys)
        log.run("DELETE FROM audit_index WHERE key = $1 AND row <= $2", key, last);
    // As many as hours have passed; what is left of an hour begins later than it says, which only costs time.
    log.run("DELETE FROM audit_hour WHERE last_row <= $1", last);
}

std::vector<Record> find_events(storage::Database& log, const EventFilter& filter, const Page& page) {
    const storage::Snapshot one_state(log);
    auto range = hours_of_rows.between(log, filter.from, filter.to);
    if (page.descending) {
        range.last = std::min(range.last, page.edge() - 1);
    } else {
        range.first = std::max(range.first, row_of(log, page.edge() + 1));
    }
    const auto wanted = static_cast<std::size_t>(page.rows());
    std::vector<Record> found;
    auto rows = select(log, filter.keys(), range, page);
    while (found.size() < wanted && rows.next()) {
        auto records = read_row(rows);
        if (page.descending) std::reverse(records.begin(), records.end());
        for (auto& record : records) {
            if (page.goes_beyond(record.sequence) && filter.takes(record.event))
                found.push_back(std::move(record));
        }
    }
    if (found.size() > wanted) found.resize(wanted);
    return found;
}

std::vector<std::string_view> event_list_statements() {
    return both_ways({rows_all, rows_by_one, rows_by_two, rows_by_three});
}

}  // namespace myqsec::audit::store
