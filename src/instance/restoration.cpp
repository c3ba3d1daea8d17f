#include "instance/restoration.hpp"

#include "audit/event/event_text.hpp"

namespace myqsec::instance {

Findings Restoration::recover() {
    Findings findings;
    const auto restoration = vault_.restoration();
    if (!restoration || (restoration->audited && !vault_.has_outside_counters())) return findings;
    renew_key_tree(*restoration);
    if (!restoration->audited) {
        encryption_.renew_keys();
        findings.push_back({"restored", fmt::format("the instance was restored from a backup of {}",
                                                    audit::rfc3339(restoration->of))});
    }
    audit_.renew_key();  // writes to the log, whose counter it takes along
    vault_.settle_restoration();
    return findings;
}

void Restoration::renew_key_tree(const storage::Restoration& restoration) {
    storage::Transaction transaction(vault_.main());
    if (!restoration.audited) {
        audit_.append(transaction, {audit::Action::instance_restored,
                                    audit::Actor::system(),
                                    audit::Object::instance(),
                                    audit::Result::ok,
                                    {{"backup_of", "", audit::rfc3339(restoration.of)}},
                                    {}});
    }
    static_cast<void>(vault_.leaf_keys().record_root(transaction));
    vault_.leaf_keys().mark_all(transaction);
    vault_.leaf_keys().commit_erased(transaction);
}

}  // namespace myqsec::instance
