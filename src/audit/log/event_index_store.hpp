// The SQL that finds events by object, actor, action and time, in the log database. The index says which rows
// hold such events, not where in them: a row holds up to 256 events, so that a frequent key takes few
// entries.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "audit/event/event_filter.hpp"
#include "audit/log/audit_store.hpp"
#include "base/page.hpp"

namespace myqsec::audit::store {

/// With the row that the records are in, in its transaction.
void index_events(storage::Database& log, std::span<const Record> records);
/// Those of rows up to `last`, which are deleted afterwards.
void forget_events_to(storage::Database& log, std::int64_t last);

/// Those that `filter` takes, in the page's order, Page::rows() at most.
[[nodiscard]] std::vector<Record> find_events(storage::Database& log, const EventFilter& filter,
                                              const Page& page);

/// Every statement that find_events may run, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string_view> event_list_statements();

}  // namespace myqsec::audit::store
