// The SQL of locks, of the places that know people, and of the time that has passed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/identity/lock_model.hpp"
#include "base/bytes.hpp"
#include "base/id.hpp"
#include "base/page.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::access::store {

/// Whom or what a lock keeps from what; what does not apply is 0 or empty.
struct LockSubject {
    UserId user;
    DeviceId device;
    Bytes source;  ///< sealed, as a person's fields are: an address may say who was there
    std::string method;
};

struct LockRow {
    std::int64_t id = 0;
    LockKey key;
    LockRecord record;
    LockSubject subject;
};

[[nodiscard]] LockRecord find_lock(storage::Database& main, const LockKey& key);
/// An empty record removes the row. `kept_until`: afterwards no entry counts.
void save_lock(storage::Database& main, const LockKey& key, const LockRecord& record,
               const LockSubject& subject, Elapsed kept_until);
/// What was counted goes on under another key, as that user's; what that one has already comes first.
void move_lock(storage::Database& main, const LockKey& from, const LockKey& to, UserId user);
/// Of the names that nobody has, and of sources, so many are kept, whatever a host names: what was tried
/// longest ago goes first. No account's record does, so that nobody gets another guess at a person, and a
/// source is forgotten only by whoever has as many others, each of which may guess as often.
inline constexpr std::int64_t most_names = 20'000;
inline constexpr std::int64_t most_sources = 10'000;
/// A few of those that count no more, and of those beyond these numbers: they must not fill the disk.
void forget_locks(storage::Database& main, Elapsed now);

[[nodiscard]] std::optional<LockRow> find_lock(storage::Database& main, std::int64_t id);
void delete_lock(storage::Database& main, std::int64_t id);
/// The latest end of an account's locks.
[[nodiscard]] std::optional<Elapsed> locked_until(storage::Database& main, UserId user);
/// Of an account, by all methods.
[[nodiscard]] std::vector<LockRow> account_locks(storage::Database& main, UserId user);
void delete_locks(storage::Database& main, UserId user);
/// Those in force.
[[nodiscard]] Paged<LockRow> list_locks(storage::Database& main, Elapsed now, const Page& page);
/// Every statement that list_locks may run, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string_view> lock_list_statements();

[[nodiscard]] bool is_known(storage::Database& main, UserId user, const LockKey& place);
[[nodiscard]] bool knows_anybody(storage::Database& main, const LockKey& place);
/// Whether anybody has ever logged in.
[[nodiscard]] bool has_known_place(storage::Database& main);
/// Makes it the place where the user was last; of its kind, so many stay.
void remember_place(storage::Database& main, UserId user, const LockKey& place, std::int64_t most);

/// What the running clock said when so much time had passed.
struct TimePassed {
    Elapsed elapsed{};
    Duration running{};
};
[[nodiscard]] std::optional<TimePassed> find_time(storage::Database& main);
void save_time(storage::Database& main, const TimePassed& time);

}  // namespace myqsec::access::store
