// One encrypted SQLite database: connection, statements, transactions. The sqlite3* never leaves this folder,
// or a backup through it would copy plaintext.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/folder.hpp"
#include "base/id.hpp"
#include "base/owned_mutex.hpp"
#include "base/ranked_mutex.hpp"
#include "crypto/page_cipher.hpp"
#include "crypto/secret.hpp"
#include "storage/pages/database_keys.hpp"
#include "storage/pages/outside_counter.hpp"
#include "storage/pages/snapshot_seats.hpp"

struct sqlite3_stmt;

namespace myqsec::storage {

class Database;
class Transaction;

/// The rows of one query, for the thread that made it. Holds what it began under, the database's lock or a
/// seat among those who read snapshots; views are valid until the next row.
class Rows {
 public:
    Rows(Rows&&) noexcept;
    Rows& operator=(Rows&&) = delete;
    ~Rows();

    /// Moves to the next row; false behind the last.
    bool next();

    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;   ///< 0 for NULL
    [[nodiscard]] std::string_view text(int column) const;  ///< "" for NULL
    [[nodiscard]] ByteView blob(int column) const;          ///< empty for NULL
    [[nodiscard]] bool boolean(int column) const { return integer(column) != 0; }
    [[nodiscard]] Instant instant(int column) const { return from_milliseconds(integer(column)); }
    template <typename T>  // JobId, UserId …
    [[nodiscard]] T id(int column) const {
        return T(integer(column));
    }

 private:
    friend class Database;
    Rows(Database& database, sqlite3_stmt* statement, std::optional<std::size_t> seat);
    void close() noexcept;
    Database* database_;
    sqlite3_stmt* statement_;
    std::optional<std::size_t> seat_;  ///< of who reads a snapshot; none: the database as it is now
    bool done_ = false;
};

/// What open found and had to say about the files.
struct DatabaseReport {
    bool damaged_tail =
        false;  ///< the last transactions of the WAL were damaged or cut; an earlier state is shown
    std::uint64_t recovered_transactions = 0;
    bool counter_lacked = false;  ///< it followed an outside counter before
};

/// How a database's pages are sealed, and how far a change of that has come.
struct DatabaseForm {
    bool encrypted = true;          ///< or, while converting, to be
    std::uint32_t key_version = 1;  ///< likewise
    bool converting = false;
    std::uint32_t pages = 0;
    std::uint32_t pages_done = 0;  ///< all of them, unless converting
};

struct DatabaseOptions {
    crypto::PageSuite suite = crypto::PageSuite::xaes_256_gcm;  ///< for new files; existing ones say theirs
    int cache_kib = 2000;                                       ///< SQLite's page cache
    LockRank rank = LockRank::unranked;                         ///< of its lock
    LockRank snapshot_rank = LockRank::unranked;                ///< of that of its snapshots
    CounterOptions counter{};  ///< detects that all files were set back together
};

/// Safe from any thread. Changes, and whatever is read in the thread that holds the database's (recursive)
/// lock, in a transaction for instance, see the database as it is. All other reading is done beside them: it
/// waits neither for the lock nor for a disk, and shows what the last durable commit left, so that nothing is
/// told that a power cut takes back.
class Database {
 public:
    /// Creates the file completely under a temporary name, then renames it: a crash leaves none or a whole
    /// one. Throws ERR_EXISTS.
    static void create(Folder& folder, std::string_view name, const DatabaseKeys& keys,
                       const DatabaseOptions& options = {});
    /// Throws ERR_NOT_FOUND, ERR_CORRUPT (also for a wrong key: keys come from the keystore, which has
    /// authenticated them), ERR_TAMPERED (file or log, or parts of them, were put back from earlier; damage
    /// before later transactions), ERR_NEWER_VERSION.
    /// `folder` outlives the database. One Database per file per process; the instance lock sees to other
    /// processes.
    Database(Folder& folder, std::string_view name, const DatabaseKeys& keys,
             const DatabaseOptions& options = {});
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    /// A query that returns rows. SQL is a string literal (statements are cached by it), parameters are $1,
    /// $2, …: integers, bool, std::string_view, ByteView/Bytes, Instant, Id<…>, std::optional of these,
    /// nullptr.
    template <typename... Args>
    [[nodiscard]] Rows query(std::string_view sql, const Args&... args) {
        Rows rows = prepare(sql);
        int index = 0;
        (bind(rows.statement_, ++index, args), ...);
        return rows;
    }
    /// A statement without rows; returns the number of rows changed. Outside a transaction it is one of its
    /// own. A violated UNIQUE constraint is ERR_EXISTS.
    template <typename... Args>
    std::int64_t run(std::string_view sql, const Args&... args) {
        return finish(query(sql, args...));
    }
    /// An INSERT; returns the new row's id.
    template <typename... Args>
    std::int64_t insert(std::string_view sql, const Args&... args) {
        const auto guard = lock();
        run(sql, args...);
        return last_insert_id();
    }
    /// Several statements, without parameters: schemas.
    void execute(std::string_view script);

    using Lock = std::unique_lock<RankedMutex<OwnedMutex>>;
    /// Keeps other threads from changing anything as long as it lives. Throws ERR_FORKED in a child of the
    /// process that opened the database, before it waits for a lock nobody holds.
    [[nodiscard]] Lock lock();
    /// Waits until no reading is under way that began before the call, so that none shows an earlier state
    /// than the durable one. Readings don't last long.
    void retire_snapshots();

    /// Returns when all that was committed so far is durable. Throws ERR_OUTCOME_UNKNOWN if the disk fails:
    /// then everything does, until the database is opened again.
    void wait_durable();

    /// Moves the WAL into the database file and empties it.
    void checkpoint();
    /// The same once the log is worth it, in nobody's transaction. Not inside one.
    void checkpoint_if_due();

    /// Called from now on when an outermost transaction is about to commit, before what was asked for with
    /// at_end(), for which it may ask too. What it throws fails the commit. No changes outside transactions
    /// call it.
    void before_each_commit(std::function<void(Transaction&)> called);

    [[nodiscard]] DatabaseForm form();
    /// Begins to rewrite all pages: encrypted or readable, under that version of the key. The database is in
    /// use meanwhile, and an opening goes on where this one stopped. Throws ERR_NOT_POSSIBLE while another
    /// conversion is unfinished, or inside a transaction.
    void begin_conversion(bool encrypted, std::uint32_t key_version, const crypto::Secret& key);
    /// Rewrites at most that many pages, durably. True when nothing is left. Throws ERR_NOT_POSSIBLE inside a
    /// transaction or query: call it again later.
    bool convert(std::uint32_t most);
    /// Forgets a key that no page has any more.
    void drop_key(std::uint32_t version);

    /// An opening may have taken another file's word for which pages the database file has: looks at so many
    /// more of them, mostly without the lock. True when nothing is left. Throws ERR_CORRUPT, ERR_IO once if
    /// some are damaged; if one was replaced, take_alarm() says so.
    bool compare_pages(std::uint32_t most);

    /// Whether a page was found replaced by an earlier version of itself since this was last asked.
    [[nodiscard]] bool take_alarm();
    [[nodiscard]] const DatabaseReport& report() const;
    [[nodiscard]] const std::string& name() const;

 private:
    friend class Rows;
    friend class Snapshot;
    friend class Transaction;
    Rows prepare(std::string_view sql);
    /// Whether the calling thread is to read a snapshot, and not the database as it is.
    [[nodiscard]] bool reads_snapshot();
    using Seat = std::shared_lock<RankedMutex<SnapshotSeats>>;
    /// For reading a snapshot.
    [[nodiscard]] Seat take_seat();
    void require_same_process() const;
    std::int64_t finish(Rows rows);
    std::int64_t last_insert_id();
    void bind(sqlite3_stmt* s, int index, std::int64_t value);
    void bind(sqlite3_stmt* s, int index, std::string_view value);
    void bind(sqlite3_stmt* s, int index, ByteView value);
    void bind(sqlite3_stmt* s, int index, std::nullptr_t);
    void bind(sqlite3_stmt* s, int index, const char* value) { bind(s, index, std::string_view(value)); }
    void bind(sqlite3_stmt* s, int index, const std::string& value) {
        bind(s, index, std::string_view(value));
    }
    void bind(sqlite3_stmt* s, int index, const Bytes& value) { bind(s, index, ByteView(value)); }
    template <std::size_t N>
    void bind(sqlite3_stmt* s, int index, const ByteArray<N>& value) {
        bind(s, index, ByteView(value));
    }
    void bind(sqlite3_stmt* s, int index, Instant value) { bind(s, index, to_milliseconds(value)); }
    template <typename Tag>
    void bind(sqlite3_stmt* s, int index, Id<Tag> value) {
        bind(s, index, value.value);
    }
    template <typename T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, std::int64_t>) void bind(sqlite3_stmt* s, int index,
                                                                                  T value) {
        bind(s, index, static_cast<std::int64_t>(value));
    }
    template <typename T>
    requires std::is_enum_v<T>
    void bind(sqlite3_stmt* s, int index, T value) { bind(s, index, static_cast<std::int64_t>(value)); }
    template <typename T>
    void bind(sqlite3_stmt* s, int index, const std::optional<T>& value) {
        if (value) {
            bind(s, index, *value);
        } else {
            bind(s, index, nullptr);
        }
    }

    RankedMutex<OwnedMutex> mutex_;
    struct State;
    std::unique_ptr<State> state_;
};

/// As long as it lives, what its thread reads is one state: a durable one, or, where the thread holds the
/// database's lock already, the one that it is changing. In the former nothing can be changed.
class Snapshot {
 public:
    explicit Snapshot(Database& database);
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot();

 private:
    Database& database_;
    bool reading_;
    Database::Seat sitting_;
    Database::Lock lock_;
    std::size_t seat_ = 0;  ///< while reading
};

/// BEGIN IMMEDIATE … COMMIT; holds the database's lock. Without commit it rolls back. Nested transactions
/// join the outer one: an inner one that is not committed dooms the outer (its commit throws).
class Transaction {
 public:
    explicit Transaction(Database& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    /// Releases the lock and returns when what was committed is durable, by a sync shared with all who wait
    /// for one. Throws ERR_OUTCOME_UNKNOWN if that sync fails. In a nested transaction it only joins the
    /// outer one, and the lock stays.
    void commit();
    /// Does not wait: others see it at once, but a power cut may take it back until something later was
    /// waited for. For what is waited for before anybody is told, and before anything outside the database
    /// rests on it.
    void commit_unsynced();
    /// Whether commit() makes it durable, or only joins a transaction around it.
    [[nodiscard]] bool outermost() const;
    /// `before_commit` runs once, as the last of what the outermost transaction does before it commits; what
    /// it throws fails the commit. If there is no commit, `rolled_back` runs instead. Both must outlive the
    /// transaction.
    void at_end(std::function<void()> before_commit, std::function<void()> rolled_back);
    [[nodiscard]] Database& database() { return database_; }

 private:
    /// False if it only joined.
    bool join_or_commit();

    Database::Lock lock_;
    Database& database_;
    bool open_ = true;
};

}  // namespace myqsec::storage
