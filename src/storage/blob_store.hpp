// Documents as files: unnamed temporary file → write → link → sync of both → the caller's SQL commit. Names are opaque and random. Files without a row are orphans of a crash, collected at open.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/byte_sink.hpp"
#include "base/bytes.hpp"
#include "base/folder.hpp"

namespace myqsec::storage {

using BlobName = ByteArray<16>;

/// A blob being written. Gone without a trace unless published.
class BlobWriter final : public ByteSink {
 public:
    explicit BlobWriter(Folder& folder);
    void write(ByteView bytes) override;
    void finish() override {}
    /// Makes the contents durable, and gives the file its name, durably. Only now may a transaction refer to it.
    void publish(const BlobName& name);
    [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
    Folder& folder_;
    std::unique_ptr<File> file_;
    std::uint64_t size_ = 0;
};

class BlobStore {
 public:
    explicit BlobStore(std::unique_ptr<Folder> folder);

    [[nodiscard]] std::unique_ptr<BlobWriter> writer();
    /// Throws ERR_CORRUPT if the file is missing: a row refers to it.
    [[nodiscard]] std::unique_ptr<File> open(const BlobName& name);
    [[nodiscard]] std::unique_ptr<File> open_read_only(const BlobName& name);
    /// Idempotent. Not synced: if a crash brings the file back, it is collected as an orphan.
    void remove(const BlobName& name) noexcept;
    /// Removes every file that `is_known` disowns; returns how many. Foreign files are left alone.
    std::uint64_t collect_orphans(const std::function<bool(const BlobName&)>& is_known);
    /// Jobs whose file is missing can be found with this.
    [[nodiscard]] bool exists(const BlobName& name);
    /// All there are.
    [[nodiscard]] std::vector<BlobName> names();

    /// While it lives, no file goes: what is removed meanwhile goes when it ends. For copies of all files.
    class Hold {
     public:
        explicit Hold(BlobStore& store);
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
        ~Hold();
        /// All files but those removed meanwhile.
        [[nodiscard]] std::vector<BlobName> names();

     private:
        BlobStore& store_;
    };

 private:
    std::unique_ptr<Folder> folder_;
    std::mutex holding_;
    int holds_ = 0;
    std::vector<BlobName> held_;  ///< to be removed when the last hold ends
};

}  // namespace myqsec::storage
