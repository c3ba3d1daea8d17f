#include "storage/sqlite/database.hpp"

#include "crypto/fork_generation.hpp"
#include "storage/sqlite/database_state.hpp"
#include "storage/vfs/replacement.hpp"

namespace myqsec::storage {

namespace {

PageStoreOptions store_options(const DatabaseOptions& options) {
    return {options.suite, options.detect_replay ? PageLedger::Mode::detecting : PageLedger::Mode::ignoring,
            options.counter};
}

}  // namespace

Database::State::State(Folder& folder, std::string_view file, const DatabaseKeys& keys,
                       const DatabaseOptions& options)
    : connection(folder, file, keys, store_options(options), options.cache_kib, false),
      name(file),
      process(crypto::fork_generation()) {
    report.damaged_tail = connection.store().damaged_tail();
    report.recovered_transactions = connection.store().recovered_transactions();
}

void Database::create(Folder& folder, std::string_view name, const DatabaseKeys& keys,
                      const DatabaseOptions& options) {
    if (folder.exists(name)) fail(Status::ERR_EXISTS, "'{}/{}' exists already", folder.path(), name);
    const Replacement replacement(folder, name);
    { Connection(folder, replacement.file_name(), keys, store_options(options), options.cache_kib, true); }
    folder.open(replacement.file_name())->sync();
    folder.open(replacement.log_name())->sync();
    replacement.take_over();
}

Database::Database(Folder& folder, std::string_view name, const DatabaseKeys& keys,
                   const DatabaseOptions& options)
    : mutex_(options.rank), state_(std::make_unique<State>(folder, name, keys, options)) {}

Database::~Database() {
    // In a forked child the parent still works on these files, and SQLite's locks may be held for ever.
    if (state_->process != crypto::fork_generation()) static_cast<void>(state_.release());
}

std::unique_lock<RankedMutex<std::recursive_mutex>> Database::lock() {
    if (state_->process != crypto::fork_generation()) {
        fail(Status::ERR_FORKED, "database '{}' was opened by the parent of this process; open it again here",
             state_->name);
    }
    std::unique_lock lock(mutex_);
    state_->connection.store().syncs().require_sound();
    return lock;
}

sqlite3_stmt* Database::prepare(std::string_view sql) {
    auto guard = lock();
    Connection& connection = state_->connection;
    if (state_->depth > 0 && sqlite3_get_autocommit(connection.get()) != 0) {
        fail(Status::ERR_NOT_POSSIBLE, "the transaction on '{}' was rolled back by an earlier failure",
             state_->name);
    }
    sqlite3_stmt* statement = state_->statements.take(sql);
    if (statement == nullptr) {
        connection.vfs().clear_error();
        connection.check(sqlite3_prepare_v3(connection.get(), sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
        if (statement == nullptr) fail(Status::ERR_INTERNAL, "an empty statement for '{}'", state_->name);
    }
    guard.release();
    return statement;
}

std::int64_t Database::finish(Rows rows) {
    while (rows.next()) {
    }
    sqlite3* connection = state_->connection.get();
    const auto changed = sqlite3_changes64(connection);
    const bool committed =
        sqlite3_get_autocommit(connection) != 0 && sqlite3_stmt_readonly(rows.statement_) == 0;
    const auto ticket = committed ? state_->connection.store().ticket() : WalSync::Ticket{};
    rows.close();
    state_->connection.store().syncs().wait(ticket);
    return changed;
}

std::int64_t Database::last_insert_id() {
    return sqlite3_last_insert_rowid(state_->connection.get());
}

void Database::bind(sqlite3_stmt* s, int index, std::int64_t value) {
    state_->connection.check(sqlite3_bind_int64(s, index, value));
}

void Database::bind(sqlite3_stmt* s, int index, std::string_view value) {
    // The caller's text may be a temporary that is gone when the statement runs. An empty view has no
    // pointer.
    state_->connection.check(sqlite3_bind_text64(s, index, value.empty() ? "" : value.data(), value.size(),
                                                 SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Database::bind(sqlite3_stmt* s, int index, ByteView value) {
    state_->connection.check(
        value.empty() ? sqlite3_bind_zeroblob(s, index, 0)
                      : sqlite3_bind_blob64(s, index, value.data(), value.size(), SQLITE_TRANSIENT));
}

void Database::bind(sqlite3_stmt* s, int index, std::nullptr_t) {
    state_->connection.check(sqlite3_bind_null(s, index));
}

void Database::execute(std::string_view script) {
    const auto guard = lock();
    state_->connection.execute(std::string(script).c_str());
    if (state_->depth == 0) wait_durable();
}

void Database::wait_durable() {
    const auto ticket = [this] {
        const auto guard = lock();
        return state_->connection.store().newest_ticket();
    }();
    state_->connection.store().syncs().wait(ticket);
}

void Database::checkpoint_if_due() {
    constexpr std::uint64_t worth_it = 500;  // frames: 2 MiB
    {
        const auto guard = lock();
        if (state_->connection.store().log_size() < worth_it) return;
    }
    wait_durable();  // without the lock, so that little is left to wait for under it
    checkpoint();
}

void Database::checkpoint() {
    const auto guard = lock();
    Connection& connection = state_->connection;
    connection.vfs().clear_error();
    connection.check(
        sqlite3_wal_checkpoint_v2(connection.get(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr));
}

DatabaseForm Database::form() {
    const auto guard = lock();
    const PageStore& store = state_->connection.store();
    const PageForms& forms = store.forms();
    return {crypto::is_encrypted(forms.to.suite), forms.to.key_version, forms.converting(), store.pages(),
            forms.converting() ? forms.done : store.pages()};
}

void Database::begin_conversion(bool encrypted, std::uint32_t key_version, const crypto::Secret& key) {
    const auto guard = lock();
    checkpoint();
    PageStore& store = state_->connection.store();
    store.put_key(key_version, key);
    store.begin_conversion({crypto::preferred_page_suite(encrypted), key_version});
}

bool Database::convert(std::uint32_t most) {
    const auto guard = lock();
    PageStore& store = state_->connection.store();
    if (!store.forms().converting()) return true;
    checkpoint();
    return store.convert(most);
}

void Database::drop_key(std::uint32_t version) {
    const auto guard = lock();
    state_->connection.store().drop_key(version);
}

bool Database::take_alarm() {
    const auto guard = lock();
    return state_->connection.store().take_alarm();
}

const DatabaseReport& Database::report() const {
    return state_->report;
}
const std::string& Database::name() const {
    return state_->name;
}

}  // namespace myqsec::storage
