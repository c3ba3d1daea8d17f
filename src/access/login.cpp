#include "access/login.hpp"

#include <vector>

#include "access/identity/credential_policy.hpp"
#include "access/identity/credentials_store.hpp"
#include "access/identity/hash_renewal.hpp"
#include "access/identity/pin_policy.hpp"
#include "access/identity/profiles.hpp"
#include "access/identity/users_store.hpp"
#include "base/error.hpp"
#include "base/unicode.hpp"
#include "crypto/password.hpp"

namespace myqsec::access {

using audit::Action;
using settings::Setting;

namespace {

/// What an attempt comes to, before the answer is decided.
struct Claim {
    Methods method = 0;
    std::optional<store::UserRecord> user;  ///< whom the attempt names, if anybody
    std::optional<store::CardRecord> card;
    std::optional<std::string> named;  ///< in its one spelling; a PIN or card alone names nothing
    bool verified = false;
    bool under_earlier_key = false;  ///< something presented is: it is to be hashed anew
    std::optional<store::PasswordRecord>
        upgraded;  ///< the password under the present cost, if it was stored under another
    Bytes upgraded_from{};
};

struct MethodName {
    Methods method;
    std::string_view name;
};
constexpr MethodName method_names[] = {
    {method_card, "card"},         {method_pin, "pin"},
    {method_name_pin, "name-pin"}, {method_name_password, "name-password"},
    {method_card_pin, "card-pin"}, {method_card_password, "card-password"}};

// What a PIN comes with where it is not enough alone.
constexpr Methods with_pin_instead = method_name_pin | method_card_pin;

std::string_view method_name(Methods method) {
    for (const auto& one : method_names) {
        if (one.method == method) return one.name;
    }
    return "unknown";
}

/// 0 for a combination that is none.
Methods method_of(const LoginAttempt& attempt) {
    const unsigned present = (attempt.card.empty() ? 0U : 8U) | (attempt.user_name.empty() ? 0U : 4U) |
                             (attempt.pin.empty() ? 0U : 2U) | (attempt.password.empty() ? 0U : 1U);
    switch (present) {
        case 8:
            return method_card;
        case 2:
            return method_pin;
        case 4 + 2:
            return method_name_pin;
        case 4 + 1:
            return method_name_password;
        case 8 + 2:
            return method_card_pin;
        case 8 + 1:
            return method_card_password;
        default:
            return 0;
    }
}

class Verification {
 public:
    Verification(storage::Vault& vault, const settings::Settings& settings, const LoginAttempt& attempt)
        : vault_(vault), settings_(settings), attempt_(attempt) {}

    /// Finds whom the attempt names. A PIN alone is looked up when it is verified.
    Claim identify() {
        Claim claim;
        claim.method = method_of(attempt_);
        if (claim.method == 0) {
            fail(Status::ERR_INVALID_ARGUMENT,
                 "a login takes a card, a PIN, or one of card and user name together with one of PIN and "
                 "password");
        }
        auto& main = vault_.main();
        const storage::Snapshot one_state(main);  // of keys, and what is found by them
        if (!attempt_.user_name.empty()) {
            claim.named = fold_user_name(attempt_.user_name);
            claim.user = store::find_user(main, lookup_hash(vault_, lookup_domain::user_name, *claim.named));
        } else if (!attempt_.card.empty()) {
            auto number = normalise_card(attempt_.card);
            const auto hashes = lookup_hashes(vault_, lookup_domain::card, number);
            claim.card = store::find_card(main, hashes);
            if (claim.card) {
                claim.user = store::find_user(main, claim.card->user);
                claim.under_earlier_key = claim.card->card.key_version != hashes.front().key_version;
            }
            if (claim.method != method_card) claim.named = std::move(number);
        }
        return claim;
    }

    /// The same work for everybody: the slow part runs also where nobody was named. Not inside a transaction.
    void verify(Claim& claim) const {
        const auto now = vault_.clock().now();
        if (claim.method == method_pin) claim.user = owner_of_pin();
        const auto user = claim.user ? claim.user->id : UserId();
        bool right = claim.user && claim.user->state == UserState::active;
        if (!attempt_.card.empty())
            right &= claim.card && (!claim.card->expires || *claim.card->expires > now);
        if (!attempt_.password.empty()) right &= password_matches(claim, user);
        if (!attempt_.pin.empty()) right &= pin_matches(claim, user);
        claim.verified = right;
    }

 private:
    std::optional<store::UserRecord> owner_of_pin() const {
        const storage::Snapshot one_state(vault_.main());
        const auto pin = store::find_pin_alone(vault_.main(), pin_alone_hashes(vault_, attempt_.pin));
        return pin ? store::find_user(vault_.main(), pin->user) : std::nullopt;
    }

    bool pin_matches(Claim& claim, UserId user) const {
        const storage::Snapshot one_state(vault_.main());
        const auto stored = store::find_pin(vault_.main(), user).value_or(store::PinRecord{});
        bool equal = false;
        const auto given = pin_factor_hashes(vault_, user, attempt_.pin);
        for (const auto& one : given)
            equal |= crypto::equal_constant_time(one.hash, stored.factor.hash);
        claim.under_earlier_key |= stored.factor.key_version != given.front().key_version;
        const bool serves = claim.method != method_name_pin || stored.use != PinUse::with_card;
        return equal && serves && stored.digits >= settings_.integer(Setting::pin_min_length);
    }

    bool password_matches(Claim& claim, UserId user) const {
        const auto kdf = password_kdf(settings_);
        const auto& pepper = vault_.keystore().key(storage::KeyPurpose::pepper);
        auto stored = store::find_password(vault_.main(), user);
        if (!stored) {
            // What somebody's password costs, which may be an earlier cost: names that nobody has are then
            // like those whose owner has not logged in since that was changed.
            const auto cost = store::somebodys_cost(
                vault_.main(), lasting_hash(vault_.keystore(), "somebodys-cost", *claim.named));
            stored = store::PasswordRecord{{}, PasswordUse::alone, cost.value_or(kdf)};
        }
        const auto entered = entered_password(attempt_.password);
        const auto password = as_text(entered.view());
        if (!crypto::check_password(password, pepper, stored->verifier, stored->kdf)) return false;
        if (claim.method == method_name_password && stored->use != PasswordUse::alone) return false;
        if (stored->kdf != kdf) {
            claim.upgraded_from = stored->verifier;
            claim.upgraded = {crypto::make_password_verifier(password, pepper, kdf), stored->use, kdf};
        }
        return true;
    }

    storage::Vault& vault_;
    const settings::Settings& settings_;
    const LoginAttempt& attempt_;
};

audit::Event refusal(const LoginAttempt& attempt, audit::Object object, audit::Result result,
                     std::string_view reason, storage::Vault& vault) {
    const auto device = attempt.place.device;
    std::vector<audit::Change> changes{{"method", "", std::string(method_name(method_of(attempt)))},
                                       {"reason", "", std::string(reason)}};
    if (device) changes.push_back({"device", "", fmt::format("{}", device.value)});
    if (auto tag = attempt.place.source_tag(vault); !tag.empty())
        changes.push_back({"source", "", std::move(tag)});
    if (object == audit::Object() && device) object = device;
    return {Action::session_login_failed, audit::Actor::anonymous(), object, result, std::move(changes), {}};
}

}  // namespace

Login::Login(storage::Vault& vault, const settings::Settings& settings, Authority& authority,
             Recovery& recovery, Refusals& refusals)
    : vault_(vault), settings_(settings), authority_(authority), recovery_(recovery), refusals_(refusals) {}

void Login::record_refusal(const LoginAttempt& attempt, std::string_view reason, audit::Object object) {
    refusals_.record(refusal(attempt, object, audit::Result::denied, reason, vault_));
}

/// Of one lock: from however many places somebody is refused by it.
void Login::count_refused(const LockKey& lock, const store::LockSubject& subject) {
    auto event = lock_event(Action::session_login_failed, lock, subject, vault_);
    event.result = audit::Result::denied;
    event.changes.insert(event.changes.begin(),
                         {{"method", "", subject.method}, {"reason", "", "locked-out"}});
    refusals_.count(event, fmt::format("lock {} {}", static_cast<int>(lock.scope), to_hex(lock.hash)));
}

bool Login::is_allowed(Methods method, Methods allowed, const Place& place) {
    if ((method & allowed) != 0) return true;
    // Where a PIN alone is not enough at present, it comes with what was asked for.
    if ((allowed & method_pin) == 0 || (method & with_pin_instead) == 0) return false;
    Lockout lockout(vault_, settings_);
    return lockout.judge(lockout.attempt(place, method_name(method_pin), {}, {})).factor_asked;
}

UserId Login::authenticate(const Principal& host, const LoginAttempt& attempt, Methods allowed) {
    authority_.authorise(host, Right::session_host);
    recovery_.finish_due();
    Lockout lockout(vault_, settings_);
    Verification verification(vault_, settings_, attempt);
    Claim claim;
    try {
        claim = verification.identify();
    } catch (const Error& error) {
        if (error.status() == Status::ERR_INVALID_ARGUMENT) record_refusal(attempt, "malformed");
        throw;
    }
    if (!is_allowed(claim.method, allowed, attempt.place)) {
        record_refusal(attempt, "method-not-allowed");
        fail(Status::ERR_AUTHENTICATION, "the login method {} is not allowed here",
             method_name(claim.method));
    }
    auto locked = lockout.attempt(attempt.place, method_name(claim.method), claim.named,
                                  claim.user ? claim.user->id : UserId());
    const auto outlook = lockout.judge(locked);
    // Where the place knows people, a locked attempt takes its time as well, or that would tell whom.
    if (!outlook.factor_asked && (outlook.admits || locked.somebody_known)) verification.verify(claim);

    const auto object =
        claim.user && claim.method != method_pin ? audit::Object(claim.user->id) : audit::Object();
    storage::Transaction transaction(vault_.main());
    auto& main = vault_.main();
    // Attempts may have run in parallel: which of them still count is decided here, one after the other.
    const auto verdict = lockout.judge(locked);
    const bool admitted = verdict.admits && claim.verified && store::find_user(main, claim.user->id);
    if (admitted) {
        lockout.right(locked, claim.user->id);
        if (claim.card) store::touch_card(main, claim.card->id, vault_.clock().now());
        if (claim.under_earlier_key) renew_hashes(vault_, *claim.user, attempt.card, attempt.pin);
        if (!attempt.password.empty()) store::mark_password_used(main, claim.user->id);
        if (claim.upgraded)
            store::rehash_password(main, claim.user->id, *claim.upgraded, claim.upgraded_from);
    } else if (verdict.admits) {
        refusals_.append(transaction, refusal(attempt, object, audit::Result::failed, "credentials", vault_));
        for (const auto& begun : lockout.wrong(locked))
            refusals_.append(transaction, begun);
    }
    // Who is let in is waited for with the session that this is for; who is refused may not come back
    // uncounted, unless the wait told that the place knows whom it refuses.
    const bool hidden = verdict.admits && verdict.lock;
    admitted || hidden ? transaction.commit_unsynced() : transaction.commit();

    if (admitted) return claim.user->id;
    // Told later: an event at the first would cost a write that a person who is known here does not cost.
    if (!verdict.admits) count_refused(*verdict.lock, locked.subjects[*verdict.lock]);
    // A card is held, and no guess: who shows a registered one may know how long it takes.
    if (verdict.lock) lockout.refuse(verdict, with_pin_instead, claim.card.has_value());
    fail(Status::ERR_AUTHENTICATION, "the credentials are wrong, or this person may not log in here");
}

}  // namespace myqsec::access
