// The SQL of passwords, PINs and cards, and of failed attempts at them.
#pragma once

#include <optional>
#include <vector>

#include "access/identity/credential_policy.hpp"
#include "access/identity/lockout.hpp"
#include "access/identity/names.hpp"
#include "base/page.hpp"
#include "crypto/password.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::access::store {

struct PasswordRecord {
    Bytes verifier;
    PasswordUse use = PasswordUse::alone;
    crypto::Argon2Parameters kdf;
};

std::optional<PasswordRecord> find_password(storage::Database& main, UserId user);
void save_password(storage::Database& main, UserId user, const PasswordRecord& password, Instant now);
/// The first administrator's, which nobody may have seen yet, until somebody logs in with it.
void mark_password_unused(storage::Database& main, UserId user);
void mark_password_used(storage::Database& main, UserId user);
/// Whose password that still is, while there is no other user.
std::optional<UserId> find_unused_administrator(storage::Database& main);
/// Moves the present password to the history, of which the newest `keep` stay.
void retire_password(storage::Database& main, UserId user, std::int64_t keep);
std::vector<Bytes> password_history(storage::Database& main, UserId user, std::int64_t limit);

struct PinRecord {
    UserId user;
    std::optional<crypto::Digest> alone;  ///< generated PINs only
    LookupHash factor;
    std::int64_t digits = 0;
};

std::optional<PinRecord> find_pin(storage::Database& main, UserId user);
std::optional<PinRecord> find_pin_alone(storage::Database& main, const LookupHash& alone);
void save_pin(storage::Database& main, const PinRecord& pin, Instant now);
bool delete_pin(storage::Database& main, UserId user);
/// PINs that log in alone, that user's not counted.
std::int64_t count_pins_alone(storage::Database& main, UserId except);

struct CardRecord {
    CardId id;
    UserId user;
    LookupHash card;
    Bytes label;  ///< sealed
    Instant created;
    std::optional<Instant> expires;
    std::optional<Instant> last_used;
};

/// Throws ERR_EXISTS if the card is somebody's.
CardId insert_card(storage::Database& main, const CardRecord& card);
void delete_card(storage::Database& main, CardId card);
void touch_card(storage::Database& main, CardId card, Instant now);
std::optional<CardRecord> find_card(storage::Database& main, CardId card);
std::optional<CardRecord> find_card(storage::Database& main, const LookupHash& card);
Paged<CardRecord> cards_of(storage::Database& main, UserId user, const Page& page);
/// Every statement that cards_of may run, for the test that looks at their plans.
std::vector<std::string_view> card_list_statements();

struct LockRecord {
    std::int64_t failures = 0;  ///< within the window
    Instant window_start;
    std::int64_t locks = 0;  ///< in a row; doubles the time
    Instant locked_until;
};

std::optional<LockRecord> find_lock(storage::Database& main, const LockKey& key);
void save_lock(storage::Database& main, const LockKey& key, const LockRecord& record);
void delete_lock(storage::Database& main, const LockKey& key);
/// Rows whose window began, and whose lock ended, before that.
void delete_locks_before(storage::Database& main, Instant before);

}  // namespace myqsec::access::store
