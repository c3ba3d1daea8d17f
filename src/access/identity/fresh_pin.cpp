#include "access/identity/fresh_pin.hpp"

#include "access/identity/pin_policy.hpp"

namespace myqsec::access {

FreshPin fresh_pin(storage::Vault& vault, const settings::Settings& settings, UserId user) {
    const auto digits = generated_pin_length(settings, store::count_pins_alone(vault.main(), user) + 1);
    FreshPin fresh;
    std::vector<LookupHash> alone;
    do {
        fresh.pin = random_pin(digits);
        alone = pin_alone_hashes(vault, as_text(fresh.pin.view()));
    } while (store::find_pin_alone(vault.main(), alone));
    fresh.record = {user, alone.front().hash,
                    pin_factor_hashes(vault, user, as_text(fresh.pin.view())).front(), digits, PinUse::alone};
    return fresh;
}

crypto::Secret give_fresh_pin(storage::Transaction& transaction, storage::Vault& vault,
                              const settings::Settings& settings, audit::AuditLog& audit,
                              const audit::Actor& actor, UserId user) {
    auto fresh = fresh_pin(vault, settings, user);
    store::save_pin(vault.main(), fresh.record, vault.clock().now());
    audit.append(transaction, {.action = audit::Action::credential_added,
                               .actor = actor,
                               .object = user,
                               .changes = {{"credential", "", "pin"}},
                               .personal = {}});
    return std::move(fresh.pin);
}

}  // namespace myqsec::access
