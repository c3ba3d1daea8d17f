// Cards: stored as keyed hashes; the label, which may name a person, is sealed.
#include "access/credentials.hpp"
#include "access/facts.hpp"
#include "access/identity/credentials_store.hpp"
#include "access/identity/hash_renewal.hpp"
#include "access/identity/names.hpp"
#include "access/identity/users_store.hpp"
#include "base/error.hpp"
#include "storage/keys/personal_field.hpp"

namespace myqsec::access {

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
    const auto hashes = lookup_hashes(vault_, lookup_domain::card, number);
    if (store::find_card(vault_.main(), hashes)) fail(Status::ERR_EXISTS, "the card is registered already");
    const auto id = Facts(vault_, audit_, transaction, proof.actor())
                        .add_card({user, hashes.front(), text, expires}, vault_.leaf_keys().get(person));
    transaction.commit();
    return id;
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
    Paged<Card> cards;
    for (const auto& one : records) {
        cards.push_back({one.id, one.user, storage::open_field(key, card_label_place(one.card), one.label),
                         one.created, one.expires, one.last_used});
    }
    cards.more = records.more;
    return cards;
}

}  // namespace myqsec::access
