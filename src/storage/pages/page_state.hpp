// What a database file, its log and those who read both share while they are open.
#pragma once

#include <atomic>
#include <mutex>

#include "base/ranked_mutex.hpp"
#include "storage/pages/database_keys.hpp"
#include "storage/pages/outside_counter.hpp"
#include "storage/pages/page_format.hpp"
#include "storage/pages/page_ledger.hpp"
#include "storage/pages/snapshot_seats.hpp"

namespace myqsec::storage {

/// All of it is changed under the database's lock alone. Who reads a snapshot does not hold that, so a change
/// of what a snapshot needs takes one more lock, inside it.
struct PageState {
    PageState(const DatabaseIdentity& of, const DatabaseKeys& with, const PageForms& in, PageLedger pages,
              const CounterGuard& outside, LockRank snapshot_rank = LockRank::unranked)
        : identity(of),
          keys(with),
          forms(in),
          ledger(std::move(pages)),
          counter(outside),
          snapshots(snapshot_rank) {}

    DatabaseIdentity identity;
    const DatabaseKeys& keys;
    PageForms forms;
    PageLedger ledger;
    CounterGuard counter;
    bool unsynced = false;  ///< the database file has changes that are not durable
    bool broken = false;    ///< a step of a conversion failed half-way: only an opening can finish it
    std::atomic<bool> alarm = false;  ///< a page was found replaced by an earlier version of itself

    /// Held, shared, while a snapshot is read. Who retires all that are read knows that no snapshot is older
    /// than what is durable now: before pages are overwritten that an older one has in the database file. Who
    /// holds it alone lets nobody read: while the log begins anew, and while forms or keys change.
    RankedMutex<SnapshotSeats> snapshots;
    /// Guards the ledger, and what is known of the log's frames, for as long as it takes to look.
    std::mutex lookup;

    void require_whole(std::string_view name) const;
    [[nodiscard]] BaseState base(std::uint64_t asked) const {
        return {ledger.sum(), ledger.pages(), forms, asked};
    }
};

/// Throws ERR_CORRUPT if the keystore lost the key.
[[nodiscard]] const crypto::Secret& key_of(const DatabaseKeys& keys, const PageForm& form,
                                           std::string_view name);

}  // namespace myqsec::storage
