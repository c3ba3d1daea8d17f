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

#include "audit/bundle/archive.hpp"
#include "audit/event/authorised.hpp"
#include "audit/event/event.hpp"
#include "audit/event/event_filter.hpp"
#include "audit/event/event_text.hpp"
#include "audit/log/audit_store.hpp"
#include "audit/log/signer.hpp"
#include "audit/tree/proof.hpp"
#include "base/page.hpp"
#include "base/ranked_mutex.hpp"
#include "storage/vault.hpp"

namespace myqsec::audit {

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

/// The key of a person of whom an event holds values.
struct PersonKey {
    LeafId person;
    const crypto::Secret* key = nullptr;
};

/// Thread-safe. Whoever reads proves "audit.read".
class AuditLog {
 public:
    /// Both databases are migrated before.
    explicit AuditLog(storage::Vault& vault);
    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;

    /// Records the event with the transaction's fact: both commit or neither. `transaction` is of the main
    /// database. Throws ERR_NOT_FOUND if a personal value's key was destroyed already. `known` spares the
    /// look-up of that person's.
    void append(storage::Transaction& transaction, const Event& event, const PersonKey& known = {});
    /// Called for each event that is appended, in its transaction: what an upper layer makes of events, it
    /// commits with them. What it throws fails the fact. May append nothing. Once, before the first event.
    using AppendedHook = std::function<void(const Event&)>;
    void when_appended(AppendedHook hook) { appended_hook_ = std::move(hook); }

    /// For the opening of an instance: moves what waits, finishes or undoes a change of key that a crash cut
    /// off, and records the events of the opening. A log that has no signing key yet gets its first, and says
    /// so.
    void recover(const std::vector<Event>& opening = {});
    /// Before that: says so if the main database is of an earlier time than the log, which no crash explains:
    /// an event is in the log only when its fact is durable. Reads only.
    [[nodiscard]] std::vector<storage::Vault::Finding> compare();

    /// Moves every outbox row that is there at the call to the log. Not inside a transaction: what that has
    /// not committed must not be logged.
    void drain();
    /// Moves a part, once enough events wait to be worth two durable commits, unless somebody is at it, or
    /// this thread has appended none. For the end of every public call.
    void drain_if_due();

    /// Events by sequence number; sees outbox and log.
    [[nodiscard]] Paged<StoredEvent> list(const Authorised& proof, const EventFilter& filter,
                                          const Page& page = {});

    /// The tree over all events, drained first. Not inside a transaction.
    [[nodiscard]] TreeHead head(const Authorised& proof);

    // What an auditor is given. All drain first and are not called inside a transaction; they throw
    // ERR_INVALID_ARGUMENT beyond the log's end, and ERR_NOT_POSSIBLE for what went with pruned events.

    /// The root over the first `size` events.
    [[nodiscard]] crypto::Digest root(const Authorised& proof, std::int64_t size);
    /// The newest checkpoint, which covers all events. From now on it outlives the events that it covers.
    [[nodiscard]] SignedCheckpoint checkpoint(const Authorised& proof);
    /// That event `sequence` is in the tree of `size` events.
    [[nodiscard]] Proof inclusion(const Authorised& proof, std::int64_t sequence, std::int64_t size);
    /// That the tree of `older` events is the beginning of the one of `newer`.
    [[nodiscard]] Proof consistency(const Authorised& proof, std::int64_t older, std::int64_t newer);
    struct EpochKey {
        NoteKey key;
        store::Epoch epoch;
    };
    /// The public keys of all epochs, oldest first. From the first one a verifier follows to all later ones.
    [[nodiscard]] std::vector<EpochKey> keys(const Authorised& proof);

    /// Proof of "key.manage". Ends the signing epoch: a fresh key takes over, the event that says so is the
    /// last that the old one signs for, and the old one is destroyed. Not inside a transaction. A crash
    /// leaves it finished, or undone, by recover().
    void rotate_key(const Authorised& proof);
    /// The same for the opening of a restored instance, when there is nobody yet who could prove anything.
    void renew_key() { rotate_key_for(Actor::system()); }
    /// Proof of "instance.tick". Rotates the key once the epoch is as old as `lifetime`. Returns when that
    /// will be.
    Instant rotate_key_if_due(const Authorised& proof, Duration lifetime);
    /// Proof of "instance.tick". Removes whole segments of events that are older than `retention`. Audited.
    /// Returns when the next one may be due: Instant::max() while there is none.
    Instant prune(const Authorised& proof, Duration retention);

    /// All events from `what.from` on as lines, whole ones in each write; returns from where another export
    /// would go on. Audited, unless there is nothing to export. What `write` throws ends it. Not inside a
    /// transaction.
    std::int64_t export_lines(const Authorised& proof, const LineExport& what, const Write& write);
    /// The whole log, for verify_bundle(). Audited, and the same otherwise.
    void export_bundle(const Authorised& proof, const Write& write);

 private:
    static constexpr int drain_threshold = 1024;
    /// Of all events, drained first.
    [[nodiscard]] store::TreeState tree();
    /// The first event that was not pruned.
    [[nodiscard]] std::int64_t first();
    [[nodiscard]] SignedCheckpoint keep_newest_checkpoint();
    void rotate_key_for(const Actor& actor);
    void drop_keys_but(std::uint32_t epoch);
    void record_export(const Actor& actor, std::string_view format, std::int64_t from);

    /// Nothing if nothing waited, else the last event that it moved. Under `draining_`.
    std::optional<std::int64_t> move_batch();
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
    AppendedHook appended_hook_ = [](const Event&) {};
};

}  // namespace myqsec::audit
