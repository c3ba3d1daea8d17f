// The keys of nodes of the key tree that were used last, so that a node opens without those above it.
#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "crypto/secret.hpp"

namespace myqsec::storage {

/// May be wrong: the record that a key is tried on tells, for it is authenticated. So nothing need be taken
/// back when a transaction is rolled back. 32 bytes each, which lie in locked memory; none of a job or
/// person.
class NodeKeys {
 public:
    [[nodiscard]] std::optional<crypto::Secret> find(std::int64_t node);
    void put(std::int64_t node, const crypto::Secret& key);
    /// The same, of a node as it was in that epoch, which may be over: who still reads a snapshot of before a
    /// turn brings back no key that the turn has destroyed.
    void put_of(std::uint32_t epoch, std::int64_t node, const crypto::Secret& key);
    /// A turn begins: from now on that epoch's keys are put.
    void expect(std::uint32_t epoch);
    /// It did not come.
    void clear();

 private:
    void put_locked(std::int64_t node, const crypto::Secret& key);

    static constexpr std::size_t most = 1024;
    struct Entry {
        std::int64_t node;
        crypto::Secret key;
    };
    std::mutex mutex_;
    std::uint32_t expected_ = 0;  ///< of an earlier epoch, nothing is put
    std::list<Entry> entries_;    ///< used last first
    std::unordered_map<std::int64_t, std::list<Entry>::iterator> by_node_;
};

}  // namespace myqsec::storage
