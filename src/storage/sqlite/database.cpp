#include "storage/sqlite/database.hpp"

#include <algorithm>
#include <atomic>
#include <new>

#include "crypto/random.hpp"
#include "storage/pages/marks_file.hpp"
#include "storage/sqlite/database_state.hpp"

namespace myqsec::storage {

namespace {

PageStoreOptions store_options(const DatabaseOptions& options) {
    return {options.suite, options.counter, options.snapshot_rank};
}

/// Changes ask for pages of all indexes; who reads alone nearly always has the first seat. Those who come
/// when others read already are there for a moment.
int change_cache(int cache_kib) {
    return cache_kib * 3 / 4;
}

int reader_cache(int cache_kib, std::size_t seat) {
    return std::max(cache_kib / (seat == 0 ? 2 : 16), 64);
}

std::uint64_t next_number() {
    static std::atomic<std::uint64_t> count{0};
    return ++count;
}

/// The last commit of this thread that it did not wait for, whatever the database.
struct Unsynced {
    std::uint64_t database = 0;
    WalSync::Ticket ticket = 0;
};
constinit thread_local Unsynced unsynced{};

}  // namespace

Database::State::State(Folder& folder, std::string_view file, const DatabaseKeys& keys,
                       const DatabaseOptions& options)
    : store(folder, file, keys, store_options(options)),
      main(folder, store, Connection::Use::change, change_cache(options.cache_kib)),
      folder(folder),
      cache_kib(options.cache_kib),
      name(file),
      number(next_number()),
      process(crypto::fork_generation()) {
    report.damaged_tail = store.damaged_tail();
    report.recovered_transactions = store.recovered_transactions();
    report.counter_lacked = store.counter_lacked();
}

std::size_t Database::State::open_seat() {
    const std::size_t seat = store.snapshots().seat();
    auto& lane = readers[seat].lane;
    if (!lane) lane.emplace(folder, store, Connection::Use::read, reader_cache(cache_kib, seat));
    return seat;
}

sqlite3_stmt* Database::State::Lane::prepare(std::string_view sql) {
    sqlite3_stmt* statement = statements.take(sql);
    if (statement != nullptr) return statement;
    connection.vfs().clear_error();
    connection.check(sqlite3_prepare_v3(connection.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    if (statement == nullptr) fail(Status::ERR_INTERNAL, "an empty statement for '{}'", connection.name());
    return statement;
}

void Database::State::note_unsynced(WalSync::Ticket ticket) const {
    unsynced = {number, ticket};
}

bool Database::State::has_unsynced() {
    if (unsynced.database != number) return false;
    if (!store.syncs().is_durable(unsynced.ticket)) return true;
    unsynced = {};
    return false;
}

void Database::create(Folder& folder, std::string_view name, const DatabaseKeys& keys,
                      const DatabaseOptions& options) {
    if (folder.exists(name)) fail(Status::ERR_EXISTS, "'{}/{}' exists already", folder.path(), name);
    const std::string log_name = std::string(name) + "-wal";
    MarksFile::remove(folder, name);  // of a database that had the name before
    folder.remove(log_name);
    try {
        {
            PageStore store(folder, name, keys, store_options(options));
            const Connection connection(folder, store, Connection::Use::create, options.cache_kib);
        }
        folder.open(name)->sync();
        folder.open(log_name)->sync();
        folder.sync();
    } catch (...) {
        try {
            for (const auto& made : {std::string(name), log_name})
                folder.remove(made);
        } catch (const Error&) {  // the first failure is the one to report
        }
        throw;
    }
}

Database::Database(Folder& folder, std::string_view name, const DatabaseKeys& keys,
                   const DatabaseOptions& options)
    : mutex_(options.rank), state_(std::make_unique<State>(folder, name, keys, options)) {}

Database::~Database() {
    // In a forked child the parent still works on these files, and SQLite's locks may be held for ever.
    if (state_->process != crypto::fork_generation()) static_cast<void>(state_.release());
}

void Database::require_same_process() const {
    if (state_->process != crypto::fork_generation()) {
        fail(Status::ERR_FORKED, "database '{}' was opened by the parent of this process; open it again here",
             state_->name);
    }
}

Database::Lock Database::lock() {
    require_same_process();
    if (state_->store.snapshots().is_mine() && !mutex_.is_mine()) {
        // Whoever changes something may be waiting for this very reading to end.
        fail(Status::ERR_NOT_POSSIBLE, "'{}' can't be changed within a reading of it", state_->name);
    }
    Lock lock(mutex_);
    state_->store.syncs().require_sound();
    return lock;
}

Database::Seat Database::take_seat() {
    require_same_process();
    Seat seat(state_->store.snapshots());
    state_->store.syncs().require_sound();
    return seat;
}

void Database::retire_snapshots() {
    state_->store.snapshots().retire();
}

bool Database::reads_snapshot() {
    return !mutex_.is_mine() && !state_->has_unsynced();
}

Rows Database::prepare(std::string_view sql) {
    const bool asks =
        sql.starts_with("SELECT") || sql.starts_with("WITH");  // no change begins with the latter
    const bool snapshot = asks && reads_snapshot();
    auto sitting = snapshot ? take_seat() : Seat();
    auto guard = snapshot ? Lock() : lock();
    if (!snapshot && state_->depth > 0 && sqlite3_get_autocommit(state_->main.connection.get()) != 0) {
        fail(Status::ERR_NOT_POSSIBLE, "the transaction on '{}' was rolled back by an earlier failure",
             state_->name);
    }
    const auto seat = snapshot ? std::optional(state_->open_seat()) : std::nullopt;
    Rows rows(*this, state_->lane(seat).prepare(sql), seat);
    sitting.release();  // to the rows, as the lock
    guard.release();
    return rows;
}

std::int64_t Database::finish(Rows rows) {
    while (rows.next()) {
    }
    if (rows.seat_) fail(Status::ERR_INTERNAL, "a query of '{}' was run as a change", state_->name);
    sqlite3* connection = state_->main.connection.get();
    const auto changed = sqlite3_changes64(connection);
    const bool committed =
        sqlite3_get_autocommit(connection) != 0 && sqlite3_stmt_readonly(rows.statement_) == 0;
    const auto ticket = committed ? state_->store.ticket() : WalSync::Ticket{};
    rows.close();
    state_->store.syncs().wait(ticket);
    return changed;
}

std::int64_t Database::last_insert_id() {
    return sqlite3_last_insert_rowid(state_->main.connection.get());
}

namespace {

void check_binding(int code) {
    if (code == SQLITE_NOMEM) throw std::bad_alloc();
    if (code != SQLITE_OK) fail(Status::ERR_INTERNAL, "a parameter of a query: {}", sqlite3_errstr(code));
}

}  // namespace

void Database::bind(sqlite3_stmt* s, int index, std::int64_t value) {
    check_binding(sqlite3_bind_int64(s, index, value));
}

void Database::bind(sqlite3_stmt* s, int index, std::string_view value) {
    // The caller's text may be a temporary that is gone when the statement runs. An empty view has no
    // pointer.
    check_binding(sqlite3_bind_text64(s, index, value.empty() ? "" : value.data(), value.size(),
                                      SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Database::bind(sqlite3_stmt* s, int index, ByteView value) {
    check_binding(value.empty()
                      ? sqlite3_bind_zeroblob(s, index, 0)
                      : sqlite3_bind_blob64(s, index, value.data(), value.size(), SQLITE_TRANSIENT));
}

void Database::bind(sqlite3_stmt* s, int index, std::nullptr_t) {
    check_binding(sqlite3_bind_null(s, index));
}

void Database::execute(std::string_view script) {
    const auto guard = lock();
    state_->main.connection.execute(std::string(script).c_str());
    if (state_->depth == 0) wait_durable();
}

void Database::wait_durable() {
    const auto ticket = [this] {
        const auto guard = lock();
        return state_->store.newest_ticket();
    }();
    state_->store.syncs().wait(ticket);
}

void Database::checkpoint_if_due() {
    constexpr std::uint64_t worth_it = 500;  // frames: 2 MiB
    {
        const auto guard = lock();
        if (state_->store.log_size() < worth_it) return;
    }
    wait_durable();  // without the lock, so that little is left to wait for under it
    checkpoint();
}

void Database::checkpoint() {
    const auto guard = lock();
    Connection& connection = state_->main.connection;
    connection.vfs().clear_error();
    connection.check(
        sqlite3_wal_checkpoint_v2(connection.get(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr));
}

void Database::before_each_commit(std::function<void(Transaction&)> called) {
    const auto guard = lock();
    state_->before_each_commit = std::move(called);
}

DatabaseForm Database::form() {
    const auto guard = lock();
    const PageStore& store = state_->store;
    const PageForms& forms = store.forms();
    return {crypto::is_encrypted(forms.to.suite), forms.to.key_version, forms.converting(), store.pages(),
            forms.converting() ? forms.done : store.pages()};
}

void Database::begin_conversion(bool encrypted, std::uint32_t key_version, const crypto::Secret& key) {
    const auto guard = lock();
    checkpoint();
    PageStore& store = state_->store;
    store.put_key(key_version, key);
    store.begin_conversion({crypto::preferred_page_suite(encrypted), key_version});
}

bool Database::convert(std::uint32_t most) {
    const auto guard = lock();
    PageStore& store = state_->store;
    if (!store.forms().converting()) return true;
    checkpoint();
    return store.convert(most);
}

void Database::drop_key(std::uint32_t version) {
    const auto guard = lock();
    state_->store.drop_key(version);
}

bool Database::compare_pages(std::uint32_t most) {
    PageStore& store = state_->store;
    auto slice = [&] {
        const auto guard = lock();
        return store.begin_slice(most);
    }();
    store.read(slice);
    const auto guard = lock();
    store.finish_slice(slice);
    return store.all_compared();
}

bool Database::take_alarm() {
    const auto guard = lock();
    return state_->store.take_alarm();
}

const DatabaseReport& Database::report() const {
    return state_->report;
}
const std::string& Database::name() const {
    return state_->name;
}

}  // namespace myqsec::storage
