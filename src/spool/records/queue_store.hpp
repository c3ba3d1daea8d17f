// The SQL of queues.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/page.hpp"
#include "spool/records/queue.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::spool::store {

QueueId insert_queue(storage::Database& main, const Queue& queue);
/// All but its certificates, as insert_queue.
void update_queue(storage::Database& main, const Queue& queue);
void set_recipients(storage::Database& main, QueueId queue, const std::vector<CertificateId>& certificates);
/// With who may use it and the rows of jobs without a document.
void remove_queue(storage::Database& main, QueueId queue);
[[nodiscard]] std::optional<Queue> find_queue(storage::Database& main, QueueId queue);
[[nodiscard]] std::optional<QueueId> find_queue_named(storage::Database& main, std::string_view name);

/// Which queues somebody sees.
struct QueueView {
    bool all = false;
    std::vector<QueueId> managed;
    bool submits_everywhere = false;  ///< or to these; where it is restricted, if the user or a group may
    std::vector<QueueId> submits;
    UserId user;
    std::vector<GroupId> groups;
};
[[nodiscard]] Paged<Queue> list_queues(storage::Database& main, const QueueView& view, const Page& page);
/// Of each queue, the documents of jobs past their expiry that no tick has erased yet; its `jobs` has them.
[[nodiscard]] std::map<QueueId, std::int64_t> count_documents_over(storage::Database& main, Instant now);
/// The shortest time after which a job of any queue expires, if there is a queue.
[[nodiscard]] std::optional<Duration> shortest_retention(storage::Database& main);
/// Every statement that a list of queues may run, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string_view> queue_list_statements();

/// Exactly one of user and group.
struct Allowed {
    UserId user;
    GroupId group;
};
/// False if it was so already.
bool allow(storage::Database& main, QueueId queue, const Allowed& who);
bool disallow(storage::Database& main, QueueId queue, const Allowed& who);
[[nodiscard]] std::vector<Allowed> allowed(storage::Database& main, QueueId queue);
/// Restricted queues in which one of the groups is allowed.
[[nodiscard]] std::vector<QueueId> queues_open_to(storage::Database& main,
                                                  const std::vector<GroupId>& groups);
void disallow_everywhere(storage::Database& main, UserId user);

}  // namespace myqsec::spool::store
