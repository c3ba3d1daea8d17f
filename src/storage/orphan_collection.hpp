// One pass over the files of a blob store, some at a time while it is in use, for those that its owner's rows
// disown: what a crash leaves. What gets a name after the pass began may be left to the next one.
#pragma once

#include <functional>
#include <memory>

#include "storage/blob_store.hpp"

namespace myqsec::storage {

/// What a pass has seen so far.
struct Orphans {
    std::uint64_t named = 0;    ///< as blobs are
    std::uint64_t removed = 0;  ///< named by this store, and not known
    std::uint64_t foreign = 0;  ///< neither known nor named by this store, or no file at all: left alone
};

class OrphanCollection {
 public:
    using IsKnown = std::function<bool(const BlobName&)>;

    explicit OrphanCollection(BlobStore& store) : store_(store), files_(store.folder_->listing()) {}

    /// Looks at up to so many files; false once there are no more. `is_known` tells what rows say now, and
    /// `settle` returns when all that it told is durable: files go only then, for a power cut may not bring
    /// back a row without them. A file that waits for its row (Publication) is left alone.
    bool step(std::size_t most, const IsKnown& is_known, const std::function<void()>& settle);
    /// Of all steps so far.
    [[nodiscard]] const Orphans& found() const { return found_; }

 private:
    [[nodiscard]] bool is_orphan(const BlobName& name, const IsKnown& is_known);

    BlobStore& store_;
    std::unique_ptr<Listing> files_;
    Orphans found_;
};

}  // namespace myqsec::storage
