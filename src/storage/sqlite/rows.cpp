#include <utility>

#include "storage/sqlite/database_state.hpp"

namespace myqsec::storage {

Rows::Rows(Database& database, sqlite3_stmt* statement, std::optional<std::size_t> seat)
    : database_(&database), statement_(statement), seat_(seat) {}

Rows::Rows(Rows&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)),
      statement_(other.statement_),
      seat_(other.seat_),
      done_(other.done_) {}

Rows::~Rows() {
    close();
}

void Rows::close() noexcept {
    if (database_ == nullptr) return;
    auto& state = *database_->state_;
    state.lane(seat_).statements.put(statement_);
    seat_ ? state.store.snapshots().unlock_shared() : database_->mutex_.unlock();
    database_ = nullptr;
}

bool Rows::next() {
    if (done_) return false;
    auto& state = *database_->state_;
    Connection& connection = state.lane(seat_).connection;
    connection.vfs().clear_error();
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    done_ = true;
    if (code != SQLITE_DONE) connection.fail(code);
    return false;
}

bool Rows::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Rows::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string_view Rows::text(int column) const {
    const auto* bytes = sqlite3_column_text(statement_, column);
    if (bytes == nullptr) return "";
    return {reinterpret_cast<const char*>(bytes),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

ByteView Rows::blob(int column) const {
    const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace myqsec::storage
