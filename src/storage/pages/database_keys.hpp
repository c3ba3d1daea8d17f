// The versions of a database's key: one, or two while its pages move from one to the next.
#pragma once

#include <cstdint>
#include <map>

#include "crypto/secret.hpp"

namespace myqsec::storage {

class DatabaseKeys {
 public:
    DatabaseKeys() = default;
    /// A key that was never rotated. Not explicit: that is what most databases have.
    DatabaseKeys(const crypto::Secret& only) { put(1, only); }  // NOLINT(google-explicit-constructor)

    void put(std::uint32_t version, const crypto::Secret& key) {
        keys_.insert_or_assign(version, key.clone());
    }
    void drop(std::uint32_t version) { keys_.erase(version); }
    [[nodiscard]] const crypto::Secret* find(std::uint32_t version) const {
        const auto found = keys_.find(version);
        return found == keys_.end() ? nullptr : &found->second;
    }
    /// The version new databases begin with. 0 if there is no key.
    [[nodiscard]] std::uint32_t newest() const { return keys_.empty() ? 0 : keys_.rbegin()->first; }
    [[nodiscard]] const std::map<std::uint32_t, crypto::Secret>& all() const { return keys_; }
    [[nodiscard]] DatabaseKeys clone() const {
        DatabaseKeys out;
        for (const auto& [version, key] : keys_)
            out.put(version, key);
        return out;
    }

 private:
    std::map<std::uint32_t, crypto::Secret> keys_;
};

}  // namespace myqsec::storage
