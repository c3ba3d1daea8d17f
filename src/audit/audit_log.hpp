// The audit log: append-only, tamper-evident, committed with the fact that it records.
//
// Two databases do not commit atomically. An event therefore goes to an outbox in the main database, in the
// transaction of its fact, and from there to the log database, idempotently, by its sequence number.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "audit/event.hpp"
#include "audit/merkle.hpp"
#include "storage/schema.hpp"
#include "storage/vault.hpp"

namespace myqsec::audit {

/// The outbox, in the main database.
[[nodiscard]] storage::Schema main_schema();
/// The log, in the log database.
[[nodiscard]] storage::Schema log_schema();

struct TreeHead {
    std::int64_t size = 0;
    crypto::Digest root{};
};

/// Thread-safe. Locks are taken in the order main, log.
class AuditLog {
 public:
    /// Both databases are migrated before.
    explicit AuditLog(storage::Vault& vault);
    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;

    /// Records the event with the transaction's fact: both commit or neither. `transaction` is of the main
    /// database. Throws ERR_NOT_FOUND if a personal value's key was destroyed already.
    void append(storage::Transaction& transaction, const Event& event);

    /// Moves every outbox row to the log. Not inside a transaction: what that has not committed must not be
    /// logged.
    void drain();
    /// drain(), once enough events wait to be worth two durable commits. For the end of every public call.
    void drain_if_due();

    /// Events from `from` on, in order, at most `limit`; sees outbox and log.
    [[nodiscard]] std::vector<StoredEvent> list(std::int64_t from, std::size_t limit);

    /// The tree over all events, drained first. Not inside a transaction.
    [[nodiscard]] TreeHead head();
    /// The root over the first `size` events. Throws ERR_INVALID_ARGUMENT beyond the log's end. Not inside a
    /// transaction.
    [[nodiscard]] crypto::Digest root(std::int64_t size);

 private:
    static constexpr int drain_threshold = 64;
    storage::Vault& vault_;
    std::atomic<int> waiting_ = 0;
};

}  // namespace myqsec::audit
