#include "storage/orphan_collection.hpp"

#include <vector>

namespace myqsec::storage {

bool OrphanCollection::step(std::size_t most, const IsKnown& is_known, const std::function<void()>& settle) {
    bool more = true;
    std::vector<BlobName> orphans;
    for (std::size_t seen = 0; seen < most; ++seen) {
        const auto file = files_->next();
        more = file.has_value();
        if (!more) break;
        const auto name = blob_name(*file);
        if (!name) continue;
        if (!store_.exists(*name)) {  // removed since it was listed, or no file
            found_.foreign += store_.folder_->exists(*file) ? 1 : 0;
            continue;
        }
        ++found_.named;
        if (is_orphan(*name, is_known)) orphans.push_back(*name);
    }
    if (orphans.empty()) return more;
    settle();
    for (const auto& name : orphans)
        found_.removed += store_.discard(name) ? 1 : 0;
    store_.folder_->sync();
    return more;
}

/// In this order: a publication ends when its row is there for everybody, so that a file without one that is
/// not known either never will be.
bool OrphanCollection::is_orphan(const BlobName& name, const IsKnown& is_known) {
    if (store_.is_published(name) || is_known(name)) return false;
    if (store_.has_named(name)) return true;
    ++found_.foreign;
    return false;
}

}  // namespace myqsec::storage
