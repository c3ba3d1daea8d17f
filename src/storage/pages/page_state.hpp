// What a database file and its log share while they are open.
#pragma once

#include "storage/pages/database_keys.hpp"
#include "storage/pages/outside_counter.hpp"
#include "storage/pages/page_forms.hpp"
#include "storage/pages/page_ledger.hpp"

namespace myqsec::storage {

struct PageState {
    DatabaseIdentity identity;
    const DatabaseKeys& keys;
    PageForms forms;
    PageLedger ledger;
    CounterGuard counter;
    bool unsynced = false;  ///< the database file has changes that are not durable
    bool broken = false;    ///< a step of a conversion failed half-way: only an opening can finish it
    bool alarm = false;     ///< a page was found replaced by an earlier version of itself

    void require_whole(std::string_view name) const;
    [[nodiscard]] BaseState base(std::uint64_t asked) const {
        return {ledger.sum(), ledger.pages(), forms, asked};
    }
};

/// Throws ERR_CORRUPT if the keystore lost the key.
[[nodiscard]] const crypto::Secret& key_of(const DatabaseKeys& keys, const PageForm& form,
                                           std::string_view name);

}  // namespace myqsec::storage
