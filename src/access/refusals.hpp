// Logins that are refused before any credential is looked at, as at a locked device. Anybody may cause any
// number of them, so that the first of a kind is an event, and the others are counted until a later event
// tells their number.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "audit/audit_log.hpp"
#include "base/ranked_mutex.hpp"
#include "storage/vault.hpp"

namespace myqsec::access {

/// Thread-safe.
class Refusals {
 public:
    Refusals(storage::Vault& vault, audit::AuditLog& audit) : vault_(vault), audit_(audit) {}

    /// Of one kind are those whose events would be the same. Not inside a transaction.
    void record(const audit::Event& refusal);
    /// Tells the numbers that are due; returns when the next one is. Not inside a transaction.
    Instant tick();
    /// Tells all numbers, because nobody will ask again.
    void close();

 private:
    struct Kind {
        audit::Event event;
        Instant since;
        std::uint64_t more = 0;  ///< after the one that `event` told of
    };
    using Kinds = std::map<std::string, Kind>;

    void tell(const Kinds& counted);
    void put_back(Kinds counted);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    RankedMutex<std::mutex> mutex_{LockRank::innermost};
    Kinds kinds_;
};

}  // namespace myqsec::access
