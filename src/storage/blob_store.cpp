#include "storage/blob_store.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace myqsec::storage {

namespace {

constexpr std::size_t name_length = 2 * std::tuple_size_v<BlobName>;

bool is_blob_name(std::string_view name) {
    return name.size() == name_length &&
           std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

BlobWriter::BlobWriter(Folder& folder) : folder_(folder), file_(folder.create_unnamed()) {}

void BlobWriter::write(ByteView bytes) {
    file_->write_at(size_, bytes);
    size_ += bytes.size();
}

void BlobWriter::finish() {
    file_->sync();
}

void BlobWriter::publish(const BlobName& name) {
    folder_.link(*file_, to_hex(name));
    folder_.sync();
}

BlobStore::BlobStore(std::unique_ptr<Folder> folder) : folder_(std::move(folder)) {}

std::unique_ptr<BlobWriter> BlobStore::writer() {
    return std::make_unique<BlobWriter>(*folder_);
}

std::unique_ptr<File> BlobStore::open(const BlobName& name) {
    try {
        return folder_->open(to_hex(name));
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NOT_FOUND) throw;
        fail(Status::ERR_CORRUPT,
             "the document file '{}/{}' is missing; something outside this library removed it",
             folder_->path(), to_hex(name));
    }
}

void BlobStore::remove(const BlobName& name) noexcept {
    try {
        folder_->remove(to_hex(name));
    } catch (
        ...) {  // NOLINT(bugprone-empty-catch): its key is gone; the file is collected as an orphan later
    }
}

std::uint64_t BlobStore::collect_orphans(const std::function<bool(const BlobName&)>& is_known) {
    std::uint64_t removed = 0;
    for (const std::string& file : folder_->list()) {
        if (!is_blob_name(file)) continue;
        BlobName name;
        std::ranges::copy(from_hex(file), name.begin());
        if (!is_known(name) && folder_->remove(file)) ++removed;
    }
    if (removed > 0) folder_->sync();
    return removed;
}

bool BlobStore::exists(const BlobName& name) {
    return folder_->exists(to_hex(name));
}

}  // namespace myqsec::storage
