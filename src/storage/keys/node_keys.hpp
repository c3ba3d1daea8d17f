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
    void clear();

 private:
    static constexpr std::size_t most = 1024;
    struct Entry {
        std::int64_t node;
        crypto::Secret key;
    };
    std::mutex mutex_;
    std::list<Entry> entries_;  ///< used last first
    std::unordered_map<std::int64_t, std::list<Entry>::iterator> by_node_;
};

}  // namespace myqsec::storage
