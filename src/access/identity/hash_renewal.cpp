#include "access/identity/hash_renewal.hpp"

#include <algorithm>

#include "access/identity/credentials_store.hpp"
#include "access/identity/pin_policy.hpp"
#include "storage/keys/personal_field.hpp"

namespace myqsec::access {

namespace {

void renew_card(storage::Vault& vault, const store::UserRecord& user, std::string_view text) {
    const auto hashes = lookup_hashes(vault, lookup_domain::card, normalise_card(text));
    auto card = store::find_card(vault.main(), hashes);
    if (!card || card->user != user.id || card->card.key_version == hashes.front().key_version) return;
    const auto person = vault.leaf_keys().get(user.person);
    const auto label = storage::open_field(person, card_label_place(card->card), card->label);
    card->card = hashes.front();
    card->label = storage::seal_field(person, card_label_place(card->card), label);
    store::rehash_card(vault.main(), *card);
}

void renew_pin(storage::Vault& vault, const store::UserRecord& user, std::string_view text) {
    const auto hashes = pin_factor_hashes(vault, user.id, text);
    auto pin = store::find_pin(vault.main(), user.id);
    if (!pin || pin->factor.key_version == hashes.front().key_version) return;
    if (std::ranges::find(hashes, pin->factor) == hashes.end()) return;  // replaced, since it was looked at
    pin->factor = hashes.front();
    if (pin->alone) pin->alone = pin_alone_hashes(vault, text).front().hash;
    store::rehash_pin(vault.main(), *pin);
}

}  // namespace

std::string card_label_place(const LookupHash& card) {
    return fmt::format("card.label:{}", to_hex(card.hash));
}

void renew_hashes(storage::Vault& vault, const store::UserRecord& user, std::string_view card,
                  std::string_view pin) {
    if (!card.empty()) renew_card(vault, user, card);
    if (!pin.empty()) renew_pin(vault, user, pin);
}

}  // namespace myqsec::access
