#include "access/lookup_rotation.hpp"

#include "access/identity/credentials_store.hpp"
#include "access/identity/names.hpp"
#include "access/identity/profiles.hpp"
#include "access/identity/user_fields.hpp"
#include "access/identity/users_store.hpp"
#include "base/error.hpp"
#include "storage/sqlite/wide_cache.hpp"

namespace myqsec::access {

using audit::Action;
using storage::LookupKind;

namespace {

constexpr std::int64_t bytes_in_index = 96;  // that a name's hash takes there, and what SQLite keeps of it
constexpr std::int64_t ended_at_once = 256;  // some milliseconds in which others wait

audit::Event ended(audit::Object object, audit::Change what) {
    return {Action::credential_removed,
            audit::Actor::system(),
            object,
            audit::Result::ok,
            {std::move(what), {"reason", "", "lookup-key-ended"}},
            {}};
}

}  // namespace

void LookupRotation::rotate(const Principal& principal) {
    const auto proof = authority_.authorise(principal, Right::key_manage);
    auto& keys = vault_.lookup_keys();
    storage::Transaction transaction(vault_.main());
    if (keys.all(LookupKind::credential).size() > most_retired) {
        fail(Status::ERR_NOT_POSSIBLE,
             "{} earlier look-up keys are still tried for cards and PINs that were not presented since; the "
             "oldest ends when lookup.retention is over",
             most_retired);
    }
    const auto before = keys.newest(LookupKind::name).version;
    const auto now = vault_.clock().now();
    keys.rotate(transaction, LookupKind::credential, now);
    keys.rotate(transaction, LookupKind::name, now);
    hash_names_anew(transaction);
    keys.destroy(transaction, LookupKind::name, before);
    append(transaction, Action::key_rotated, proof.actor(), std::to_string(before),
           std::to_string(before + 1));
    vault_.leaf_keys().commit_erased(transaction, [&] { keys.forget(); });
}

void LookupRotation::hash_names_anew(storage::Transaction& transaction) {
    auto& main = transaction.database();
    const storage::WideCache cache(transaction, store::count_users(main) * bytes_in_index);
    const auto key = vault_.lookup_keys().newest(LookupKind::name);
    storage::LeafKeys::Reading persons(vault_.leaf_keys());
    Page page;
    do {
        auto users = store::list_users(main, {}, page);
        for (const auto& user : users) {
            const auto name = open_user_name(user, persons.get(user.person));
            store::rehash_name(main, user.id,
                               lookup_hash(key, lookup_domain::user_name, fold_user_name(name)));
        }
        page.after = users.more;
    } while (page.after != 0);
}

LookupRotation::Waiting LookupRotation::waiting() {
    auto& main = vault_.main();
    const storage::Snapshot one_state(main);
    auto& keys = vault_.lookup_keys();
    const auto retired = keys.oldest_retired(LookupKind::credential);
    if (!retired) return {};
    return {store::count_under_earlier(main, keys.newest(LookupKind::credential).version), retired->since};
}

Instant LookupRotation::end_retired(Duration lag) {
    auto& keys = vault_.lookup_keys();
    const auto retired = keys.oldest_retired(LookupKind::credential);
    if (!retired) return Instant::max();
    const auto now = vault_.clock().now();
    const auto due = retired->since + settings_.duration(settings::Setting::lookup_retention) + lag;
    if (now < due && now >= retired->since) return due;

    storage::Transaction transaction(vault_.main());
    if (now < retired->since) {  // by a clock that was ahead: they get the whole time from now on
        keys.limit_retired(transaction, now);
        transaction.commit();
    } else if (end_some(transaction, retired->version)) {
        keys.destroy(transaction, LookupKind::credential, retired->version);
        append(transaction, Action::key_destroyed, audit::Actor::system(), std::to_string(retired->version),
               "");
        vault_.leaf_keys().commit_erased(transaction, [&] { keys.forget(); });
    } else {
        transaction.commit();
    }
    return now;
}

// Their owners' sessions go on: none was begun with what has not been presented since.
bool LookupRotation::end_some(storage::Transaction& transaction, std::uint32_t key_version) {
    auto& main = transaction.database();
    const auto cards = store::cards_under(main, key_version, ended_at_once);
    for (const auto& card : cards) {
        store::delete_card(main, card.id);
        audit_.append(transaction, ended(card.id, {"user", fmt::format("{}", card.user.value), ""}));
    }
    const auto pins = store::pins_under(main, key_version, ended_at_once);
    for (const auto user : pins) {
        store::delete_pin(main, user);
        audit_.append(transaction, ended(user, {"credential", "pin", ""}));
    }
    const auto most = static_cast<std::size_t>(ended_at_once);
    return cards.size() < most && pins.size() < most;
}

void LookupRotation::append(storage::Transaction& transaction, Action action, const audit::Actor& actor,
                            std::string from, std::string to) {
    audit_.append(transaction, {action,
                                actor,
                                audit::Object::instance(),
                                audit::Result::ok,
                                {{"lookup", std::move(from), std::move(to)}},
                                {}});
}

}  // namespace myqsec::access
