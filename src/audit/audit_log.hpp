// The audit log: append-only, tamper-evident, committed with the fact that it records.
//
// Two databases do not commit atomically. An event therefore goes to an outbox in the main database, in the
// transaction of its fact, and from there to the log database, idempotently, by its sequence number.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "audit/archive.hpp"
#include "audit/audit_store.hpp"
#include "audit/event.hpp"
#include "audit/event_filter.hpp"
#include "audit/event_text.hpp"
#include "audit/proof.hpp"
#include "audit/signer.hpp"
#include "base/page.hpp"
#include "base/ranked_mutex.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/vault.hpp"

namespace myqsec::audit {

/// The outbox, in the main database.
[[nodiscard]] storage::Schema main_schema();
/// The log, in the log database.
[[nodiscard]] storage::Schema log_schema();

enum class ExportFormat : std::uint8_t { json_lines, syslog };

struct LineExport {
    ExportFormat format = ExportFormat::json_lines;
    std::int64_t from = 1;
    EventTextOptions text;
    /// Told after every write from where an export would go on.
    std::function<void(std::int64_t next)> delivered;
};

struct TreeHead {
    std::int64_t size = 0;
    crypto::Digest root{};
};

/// Thread-safe.
class AuditLog {
 public:
    /// Both databases are migrated before.
    explicit AuditLog(storage::Vault& vault);
    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;

    /// Records the event with the transaction's fact: both commit or neither. `transaction` is of the main
    /// database. Throws ERR_NOT_FOUND if a personal value's key was destroyed already.
    void append(storage::Transaction& transaction, const Event& event);

    /// For the opening of an instance: moves what waits, finishes or undoes a change of key that a crash cut
    /// off, and records the events of the opening. A log that has no signing key yet gets its first, and says
    /// so.
    void recover(const std::vector<Event>& opening = {});

    /// Moves every outbox row to the log. Not inside a transaction: what that has not committed must not be
    /// logged.
    void drain();
    /// Moves a part, once enough events wait to be worth two durable commits, unless somebody is at it. For the end of
    /// every public call.
    void drain_if_due();

    /// Events by sequence number; sees outbox and log.
    [[nodiscard]] Paged<StoredEvent> list(const EventFilter& filter, const Page& page = {});

    /// The tree over all events, drained first. Not inside a transaction.
    [[nodiscard]] TreeHead head();

    // What an auditor is given. All drain first and are not called inside a transaction; they throw
    // ERR_INVALID_ARGUMENT beyond the log's end, and ERR_NOT_POSSIBLE for what went with pruned events.

    /// The root over the first `size` events.
    [[nodiscard]] crypto::Digest root(std::int64_t size);
    /// The newest checkpoint, which covers all events. From now on it outlives the events that it covers.
    [[nodiscard]] SignedCheckpoint checkpoint();
    /// That event `sequence` is in the tree of `size` events.
    [[nodiscard]] Proof inclusion(std::int64_t sequence, std::int64_t size);
    /// That the tree of `older` events is the beginning of the one of `newer`.
    [[nodiscard]] Proof consistency(std::int64_t older, std::int64_t newer);
    /// The public key of the first epoch, from which a verifier follows to all later ones.
    [[nodiscard]] NoteKey first_key();
    struct EpochKey {
        NoteKey key;
        store::Epoch epoch;
    };
    /// Those of all epochs, oldest first.
    [[nodiscard]] std::vector<EpochKey> keys();

    /// Ends the signing epoch: a fresh key takes over, the event that says so is the last that the old one
    /// signs for, and the old one is destroyed. Not inside a transaction. A crash leaves it finished, or
    /// undone, by recover().
    void rotate_key(const Actor& actor);
    /// rotate_key(), once the epoch is as old as `lifetime`. Returns when that will be.
    Instant rotate_key_if_due(Duration lifetime);
    /// Removes whole segments of events that are older than `retention`. Audited. Returns when the next one
    /// may be due: Instant::max() while there is none.
    Instant prune(Duration retention);

    /// The first event that was not pruned.
    [[nodiscard]] std::int64_t first();
    /// All events from `what.from` on as lines, whole ones in each write; returns from where another export
    /// would go on. Audited, unless there is nothing to export. What `write` throws ends it. Not inside a
    /// transaction.
    std::int64_t export_lines(const Actor& actor, const LineExport& what, const Write& write);
    /// The whole log, for verify_bundle(). Audited, and the same otherwise.
    void export_bundle(const Actor& actor, const Write& write);

 private:
    static constexpr int drain_threshold = 1024;
    [[nodiscard]] SignedCheckpoint keep_newest_checkpoint();
    void drop_keys_but(std::uint32_t epoch);
    void record_export(const Actor& actor, std::string_view format, std::int64_t from);

    /// False if nothing waited. Under `draining_`.
    bool move_batch();
    void flush_pending();

    storage::Vault& vault_;
    Signer signer_;
    /// One change of key or pruning at a time.
    RankedMutex<std::mutex> maintenance_{LockRank::audit_maintenance};
    /// One move of the outbox at a time.
    RankedMutex<std::mutex> draining_{LockRank::audit_move};
    std::atomic<int> waiting_ = 0;
    // Of the transaction that is open, under the main database's lock.
    std::vector<store::Record> pending_;
    std::int64_t next_sequence_ = 0;
};

}  // namespace myqsec::audit
