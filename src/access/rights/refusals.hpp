// What is refused, and what is tried in vain. Anybody may cause any number of either, so that the audit log
// tells a bounded number of them at once, and counts the others until a later event tells how many.
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

    /// The first of a kind is an event at once. None given: of one kind are those whose events would be the
    /// same. Not inside a transaction.
    void record(const audit::Event& refusal, std::string kind = {});
    /// No event now, for the time that one costs would tell what only some refusals cost.
    void count(const audit::Event& refusal, const std::string& kind);
    /// Each is an event at once, in the caller's transaction: what lockout bounds for an account, but not for
    /// all the names that nobody has.
    void append(storage::Transaction& transaction, const audit::Event& refusal);

    /// Tells the numbers that are due; returns when the next one is. Not inside a transaction.
    Instant tick();
    /// Tells all numbers, because nobody will ask again.
    void close();

    /// So many kinds are told of one by one within a quarter of an hour. Beyond that nothing is an event at
    /// once, and those are one kind that differ in the place alone: places and names are the attacker's to
    /// choose.
    static constexpr std::size_t most_kinds = 1000;

 private:
    struct Kind {
        audit::Event event;
        Instant since;
        std::uint64_t more = 0;  ///< beyond the one, if any, that was told at once
    };
    using Kinds = std::map<std::string, Kind>;

    [[nodiscard]] bool counted(const audit::Event& refusal, const std::string& kind, bool at_once);
    void add(const audit::Event& refusal, const std::string& kind, Instant now);
    void tell(const Kinds& counted);
    void put_back(Kinds counted);

    storage::Vault& vault_;
    audit::AuditLog& audit_;
    RankedMutex<std::mutex> mutex_{LockRank::innermost};
    Kinds kinds_;
    std::uint64_t serial_ = 0;  ///< of what is of no kind but its own
};

}  // namespace myqsec::access
