// What a Database is made of; shared by its Rows, Snapshots and Transactions.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/statement_cache.hpp"

namespace myqsec::storage {

struct Database::State {
    State(Folder& folder, std::string_view name, const DatabaseKeys& keys, const DatabaseOptions& options);

    static constexpr std::size_t cached_statements = 64;

    /// One connection with its statements.
    struct Lane {
        Lane(Folder& folder, PageStore& store, Connection::Use use, int cache_kib)
            : connection(folder, store, use, cache_kib) {}

        Connection connection;
        StatementCache statements{cached_statements};  // dies before the connection

        sqlite3_stmt* prepare(std::string_view sql);
    };

    PageStore store;
    Lane main;  ///< under the database's lock

    /// What the thread in a seat of the store's `snapshots` reads with.
    struct Reader {
        std::optional<Lane> lane;  ///< since somebody sat there first
        int snapshots = 0;         ///< nested ones
    };
    std::array<Reader, SnapshotSeats::count> readers;  ///< die first

    /// The calling thread's seat; its reader has a lane from then on.
    [[nodiscard]] std::size_t open_seat();
    /// That of a seat, or, without one, of the database as it is.
    [[nodiscard]] Lane& lane(std::optional<std::size_t> seat) { return seat ? *readers[*seat].lane : main; }

    Folder& folder;
    int cache_kib;
    std::string name;
    DatabaseReport report;
    std::uint64_t number;   ///< of this Database among all of the process
    std::uint32_t process;  ///< its fork generation
    int depth = 0;          ///< of nested transactions
    bool doomed = false;    ///< an inner transaction was not committed
    struct AtEnd {
        std::function<void()> before_commit;
        std::function<void()> rolled_back;
    };
    std::vector<AtEnd> at_end;  ///< of the outermost transaction
    std::function<void(Transaction&)> before_each_commit;

    /// Of the calling thread: what it committed here without waiting, and would not find in a snapshot.
    void note_unsynced(WalSync::Ticket ticket) const;
    [[nodiscard]] bool has_unsynced();
};

}  // namespace myqsec::storage
