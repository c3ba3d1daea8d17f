// The SQL of passwords, PINs and cards.
#pragma once

#include <optional>
#include <vector>

#include "access/identity/credential_policy.hpp"
#include "access/identity/names.hpp"
#include "access/identity/user.hpp"
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
/// The cost of the password of somebody, always the same one for a hash: what a name that nobody has costs.
std::optional<crypto::Argon2Parameters> somebodys_cost(storage::Database& main, const crypto::Digest& hash);
/// Chosen now. `must_change`: at the first login with it.
void save_password(storage::Database& main, UserId user, const PasswordRecord& password, Instant now,
                   bool must_change = false);
/// The same password at another cost; nothing if it is another one by now.
void rehash_password(storage::Database& main, UserId user, const PasswordRecord& password, ByteView from);
/// False if there is none.
bool mark_password_to_change(storage::Database& main, UserId user);
struct PasswordAge {
    Instant changed;
    bool must_change;
};
std::optional<PasswordAge> password_age(storage::Database& main, UserId user);
/// The first administrator's, which nobody may have seen yet, until somebody logs in with it.
void mark_password_unused(storage::Database& main, UserId user);
void mark_password_used(storage::Database& main, UserId user);
/// Whose password that still is, while there is no other user.
std::optional<UserId> find_unused_administrator(storage::Database& main);
/// Moves the present password to the history, of which the newest `keep` stay.
void retire_password(storage::Database& main, UserId user, std::int64_t keep);
std::vector<Bytes> password_history(storage::Database& main, UserId user, std::int64_t limit);

/// A password that whoever holds the root key asked for, and that begins to work when it is due.
struct RecoveryRecord {
    UserId user;
    PasswordRecord password;
    Duration due{};  ///< in time that has passed, as locks count it
};

/// In place of an earlier one.
void save_recovery(storage::Database& main, const RecoveryRecord& recovery);
/// That which is due first.
std::optional<RecoveryRecord> next_recovery(storage::Database& main);
/// False if there was none.
bool delete_recovery(storage::Database& main, UserId user);
/// In place of an earlier one; none: it is used up.
void save_recovery_code(storage::Database& main, const std::optional<crypto::Digest>& hash);
std::optional<crypto::Digest> find_recovery_code(storage::Database& main);

struct PinRecord {
    UserId user;
    std::optional<crypto::Digest> alone;  ///< generated PINs only
    LookupHash factor;
    std::int64_t digits = 0;
    PinUse use = PinUse::with_card;
};

std::optional<PinRecord> find_pin(storage::Database& main, UserId user);
/// By one of the hashes.
std::optional<PinRecord> find_pin_alone(storage::Database& main, const std::vector<LookupHash>& alone);
void save_pin(storage::Database& main, const PinRecord& pin, Instant now);
bool delete_pin(storage::Database& main, UserId user);
/// The same PIN under another look-up key.
void rehash_pin(storage::Database& main, const PinRecord& pin);
/// Some of those whose PIN is hashed under that version of the look-up key.
std::vector<UserId> pins_under(storage::Database& main, std::uint32_t key_version, std::int64_t most);
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
/// By one of the hashes.
std::optional<CardRecord> find_card(storage::Database& main, const std::vector<LookupHash>& card);
/// The same card under another look-up key, with its label.
void rehash_card(storage::Database& main, const CardRecord& card);
/// Cards and PINs that are hashed under a version before that.
std::int64_t count_under_earlier(storage::Database& main, std::uint32_t key_version);
/// Some of those that are hashed under that version of the look-up key.
std::vector<CardRecord> cards_under(storage::Database& main, std::uint32_t key_version, std::int64_t most);
Paged<CardRecord> cards_of(storage::Database& main, UserId user, const Page& page);
/// Every statement that cards_of may run, for the test that looks at their plans.
std::vector<std::string_view> card_list_statements();

}  // namespace myqsec::access::store
