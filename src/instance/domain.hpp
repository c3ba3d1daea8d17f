// What an instance asks of its domains. instance/domains.def lists them; docs/architecture.md says how one is
// added.
#pragma once

#include <string_view>
#include <vector>

#include "access/rights/principal.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/vault.hpp"

namespace myqsec::instance {

using Findings = std::vector<storage::Vault::Finding>;

struct Schemas {
    std::vector<storage::Schema> main{};
    std::vector<storage::Schema> log{};
};

/// A domain overrides, or in the case of the static members hides, what it has something to say to.
class Domain {
 public:
    virtual ~Domain() = default;

    /// Its tables.
    static Schemas schemas() { return {}; }
    /// The blob store that is its own; "" for none. It collects the orphans there: nobody else knows which
    /// files are any.
    static constexpr std::string_view blob_folder{};

    /// Once, when all domains are built: finishes or undoes what a crash left, audits it, and says so. Takes
    /// no longer the more is stored: what would, it begins, and tick() goes on with it.
    virtual Findings recover() { return {}; }
    /// A bounded step of what is due; returns when the next one is. May throw: the others have their turn all
    /// the same. The principal has instance.tick.
    virtual Instant tick(const access::Principal& principal) {
        static_cast<void>(principal);
        return Instant::max();
    }
    /// How long after a tick what begins behind it, and needs one, may be due at the earliest.
    [[nodiscard]] virtual Duration soonest() { return Duration::max(); }
    /// What its ticks found since this was last asked, where an opening began what they go on with.
    virtual Findings take_findings() { return {}; }
    /// Removes what it keeps of a person who is being removed, in that transaction.
    virtual void forget_person(storage::Transaction& transaction, UserId person) {
        static_cast<void>(transaction);
        static_cast<void>(person);
    }

 protected:
    Domain() = default;
    Domain(const Domain&) = delete;
    Domain& operator=(const Domain&) = delete;
};

}  // namespace myqsec::instance
