// The SQL of passwords, PINs and cards.
#pragma once

#include <optional>
#include <vector>

#include "access/credentials.hpp"
#include "access/lookup.hpp"
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

}  // namespace myqsec::access::store
