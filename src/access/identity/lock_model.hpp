// The model of lockout, without a database: what is looked at, what a wrong entry costs whom, and what a
// right one clears. docs/lockout.md is its page, and has the arithmetic.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "crypto/hash.hpp"
#include "settings/settings.hpp"

namespace myqsec::access {

/// Since the instance began, by the clock that runs whoever sets the other one.
using Elapsed = Duration;

enum class LockScope : std::uint8_t {
    account = 1,  ///< an account, existing or not, by one method: for anybody, or at the places that know it
    device = 2,   ///< for those whom it does not know
    source = 3,   ///< likewise
    site = 4,     ///< PINs alone, all over the site
    cleared = 5,  ///< no lock: what an account's right entries have cleared
    cards = 6,    ///< no lock: a place, among those that know somebody's card
};
[[nodiscard]] std::string_view lock_scope_name(LockScope scope);

/// What is counted. The hash is keyed: sources are addresses, names are personal.
struct LockKey {
    LockScope scope = LockScope::account;
    crypto::Digest hash{};
    auto operator<=>(const LockKey&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct LockRecord {
    std::vector<Elapsed> entries;  ///< wrong ones that still count, the oldest first
    Elapsed until{};               ///< locked before that
};

/// Where records are kept.
class LockBook {
 public:
    virtual ~LockBook() = default;
    /// An empty one if there is none.
    [[nodiscard]] virtual LockRecord find(const LockKey& key) = 0;
    virtual void save(const LockKey& key, const LockRecord& record) = 0;
};

struct LockRules {
    std::int64_t free = 5;  ///< so many wrong entries cost no time, or one fewer
    Duration window = std::chrono::hours(30 * 24);
    Duration first = std::chrono::minutes(1);
    Duration longest = std::chrono::hours(7 * 24);
    Duration place_longest = std::chrono::minutes(1);
    std::int64_t site_guesses = 100;

    [[nodiscard]] static LockRules of(const settings::Settings& settings);
    /// How many guesses at one account's PIN, or at its password, are looked at within 30 days at most,
    /// whoever makes them, by whatever methods, wherever.
    [[nodiscard]] std::int64_t guesses_at_account() const;

    /// Of each kind, devices and sources, the last so many at which somebody logged in know that person.
    static constexpr std::int64_t known_places = 2;
    /// By which a PIN is guessed, or a password: with the user name, or with a card.
    static constexpr std::int64_t methods_of_secret = 2;
    /// Wrong entries that a person's right ones clear, in a window: more than typing errors make, and few
    /// enough for a guesser who waits for them.
    static constexpr std::int64_t cleared_in_window = 30;
    /// Of those, for what was typed where it is now right: what is guessed elsewhere or by other methods may
    /// not use up what the person's own typing errors need.
    static constexpr std::int64_t cleared_where_typed = 20;
    /// At a place, so soon before a right entry a wrong one may have been the same person's.
    static constexpr Duration typing_error = std::chrono::minutes(2);
    static constexpr Duration place_window = std::chrono::hours(1);
    static constexpr Duration site_window = std::chrono::hours(24);
    /// An unknown card is no guess at anybody's secret, and often a new person's own.
    static constexpr std::int64_t cards_for_one = 4;
};

/// An attempt to log in, as far as locks see it.
struct LockedEntry {
    std::optional<LockKey> account;       ///< what it names, by its method; a card alone names nothing
    std::optional<LockKey> account_here;  ///< the same, at all places that know it, if this is one
    std::optional<LockKey> place;         ///< where; none: the host itself
    std::optional<LockKey> site;          ///< a PIN alone is a guess at everybody's
    std::optional<LockKey> cleared;       ///< whose entry it is, once that is known
    std::vector<LockKey> others{};        ///< that person's account by other methods, likewise
    bool known = false;                   ///< the place knows the account, or card
    bool card = false;                    ///< a card alone
};

/// What an attempt may come to.
struct LockVerdict {
    bool admits = true;         ///< whether it is looked at: otherwise a right entry is refused as well
    bool factor_asked = false;  ///< a PIN alone needs the name or card, too
    /// In force for whoever is not known here: what a wrong entry is told of, also at a place that knows the
    /// account, or the answer would say so.
    std::optional<LockKey> lock;
    Elapsed until{};
};

class LockModel {
 public:
    LockModel(LockBook& book, const LockRules& rules) : book_(book), rules_(rules) {}

    [[nodiscard]] LockVerdict judge(const LockedEntry& entry, Elapsed now);
    /// Counts a wrong entry that was looked at. Returns which locks begin with it. At an account it counts
    /// once: if strangers may make it, as theirs, wherever it is made; otherwise at the places that know the
    /// account, and what others see goes on as for a name that nobody has.
    std::vector<LockKey> wrong(const LockedEntry& entry, Elapsed now);
    /// Clears the person's own wrong entries, by whatever method, up to an allowance.
    void right(const LockedEntry& entry, Elapsed now);
    /// How long a wrong entry counts under this key.
    [[nodiscard]] Duration counts_for(const LockKey& key) const;

 private:
    struct Schedule;
    [[nodiscard]] Schedule schedule(const LockKey& key, bool card) const;
    void see(LockVerdict& verdict, const std::optional<LockKey>& key, Elapsed now);
    void add(const LockKey& key, Elapsed now, bool card);
    /// The newest go first, or what is left would not have waited for what it says.
    void take(const LockKey& key, std::int64_t count, Elapsed now);
    [[nodiscard]] std::int64_t recent(const LockKey& key, Elapsed now);
    [[nodiscard]] std::int64_t counted(const LockKey& key, Elapsed now);

    LockBook& book_;
    LockRules rules_;
};

}  // namespace myqsec::access
