// Cards: stored as keyed hashes; the label, which may name a person, is sealed.
#include "access/credentials.hpp"
#include "access/facts.hpp"
#include "access/identity/credentials_store.hpp"
#include "access/identity/hash_renewal.hpp"
#include "access/identity/lockout.hpp"
#include "access/identity/names.hpp"
#include "access/identity/users_store.hpp"
#include "base/error.hpp"
#include "storage/keys/personal_field.hpp"

namespace myqsec::access {

using audit::Action;

struct NewCard {
    UserId user;
    LeafId person;
    std::string_view number;
    std::string_view label;
    std::optional<Instant> expires;
    bool may_replace_expired;
};

CardId Credentials::add_card(const Principal& principal, UserId user, std::string_view card,
                             std::string_view label, std::optional<Instant> expires) {
    const auto proof =
        authority_.authorise(principal, Right::credential_manage, {.user = user, .queue = {}, .device = {}});
    const auto person = store::get_user(vault_.main(), user).person;
    authority_.require_covers(principal, user);
    const auto text = prepared_text("a card's label", label);
    const auto number = normalise_card(card);
    if (expires && *expires <= vault_.clock().now())
        fail(Status::ERR_INVALID_ARGUMENT, "the card's expiry is in the past");

    storage::Transaction transaction(vault_.main());
    const auto id = insert_card(transaction, proof, {user, person, number, text, expires, true});
    transaction.commit();
    return id;
}

CardId Credentials::insert_card(storage::Transaction& transaction, const Authorised& proof,
                                const NewCard& card) {
    const auto hashes = lookup_hashes(vault_, lookup_domain::card, card.number);
    Facts facts(vault_, audit_, transaction, proof.actor());
    if (const auto earlier = store::find_card(vault_.main(), hashes)) {
        // A card that is lent to one visitor after another.
        const bool free =
            card.may_replace_expired && earlier->expires && *earlier->expires <= vault_.clock().now();
        if (!free) fail(Status::ERR_EXISTS, "the card is registered already");
        facts.remove_card(earlier->id, earlier->user);
    }
    return facts.add_card({card.user, hashes.front(), std::string(card.label), card.expires},
                          vault_.leaf_keys().get(card.person));
}

CardId Credentials::add_own_card(const Authorised& proof, const Principal& principal, std::string_view card,
                                 std::string_view label) {
    proof.require("device.login");
    const auto user = store::get_user(vault_.main(), principal.user);
    const auto text = prepared_text("a card's label", label);
    const auto number = normalise_card(card);
    Lockout lockout(vault_, settings_);
    auto attempt = lockout.attempt_in_session(user.id);
    if (const auto verdict = lockout.judge(attempt); !verdict.admits) lockout.refuse(verdict, 0, true);
    const auto most = settings_.integer(settings::Setting::card_self_registration_limit);
    try {
        storage::Transaction transaction(vault_.main());
        if (store::get_user(vault_.main(), user.id).cards >= most) {
            fail(Status::ERR_LIMIT,
                 "one may register cards of one's own up to {}; an administrator registers more", most);
        }
        const auto id =
            insert_card(transaction, proof, {user.id, user.person, number, text, std::nullopt, false});
        transaction.commit();
        return id;
    } catch (const Error& error) {
        if (error.status() == Status::ERR_EXISTS) count_wrong_card(proof, user.id);
        throw;
    }
}

void Credentials::count_wrong_card(const Authorised& proof, UserId user) {
    Lockout lockout(vault_, settings_);
    auto attempt = lockout.attempt_in_session(user);
    storage::Transaction transaction(vault_.main());
    audit_.append(transaction, {Action::credential_added,
                                proof.actor(),
                                user,
                                audit::Result::failed,
                                {{"credential", "", "card"}, {"reason", "", "registered already"}},
                                {}});
    for (const auto& begun : lockout.wrong(attempt))
        audit_.append(transaction, begun);
    transaction.commit();
}

void Credentials::remove_card(const Principal& principal, CardId card) {
    const auto found = store::find_card(vault_.main(), card);
    const auto owner = found ? found->user : UserId();
    const auto proof =
        authority_.authorise(principal, Right::credential_manage, {.user = owner, .queue = {}, .device = {}});
    if (!found) fail(Status::ERR_NOT_FOUND, "there is no card {}", card.value);
    authority_.require_covers(principal, owner);
    storage::Transaction transaction(vault_.main());
    Facts(vault_, audit_, transaction, proof.actor()).remove_card(card, owner);
    auto ended = authority_.end_sessions(transaction, {owner}, principal.session);
    transaction.commit();
    ended.settle();
}

Paged<Card> Credentials::cards(const Principal& principal, UserId user, const Page& page) {
    authority_.authorise_for(principal, user, Right::profile_own, Right::credential_manage);
    const auto key = vault_.leaf_keys().get(store::get_user(vault_.main(), user).person);
    const auto records = store::cards_of(vault_.main(), user, page);
    const auto now = vault_.clock().now();
    Paged<Card> cards;
    for (const auto& one : records) {
        cards.push_back({one.id, one.user, storage::open_field(key, card_label_place(one.card), one.label),
                         one.created, one.expires, one.last_used, one.expires && *one.expires <= now});
    }
    cards.more = records.more;
    return cards;
}

}  // namespace myqsec::access
