// Documents as files, in a folder of their owner's: unnamed temporary file → write → link → sync of both →
// the owner's SQL commit. A file without a row is an orphan of a crash, which its owner collects
// (orphan_collection.hpp).
//
// Names are opaque, and authentic: 10 random bytes and a MAC of 6 under a key of this instance and this
// folder. So nothing is ever taken for an orphan but what this store has named itself.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/folder.hpp"
#include "base/ranked_mutex.hpp"
#include "crypto/secret.hpp"
#include "storage/keys/opening.hpp"

namespace myqsec::storage {

using BlobName = ByteArray<16>;
/// The folders of an instance's blob stores, each owned by the domain that names it. Static.
using BlobFolders = std::span<const std::string_view>;

/// That of a file that is named as blobs are, whoever made it.
[[nodiscard]] std::optional<BlobName> blob_name(std::string_view file);
/// All such files in a folder; what else has such a name, a folder or a link, is nobody's document.
[[nodiscard]] std::vector<BlobName> blob_names(Folder& folder);

class BlobStore;

/// A blob that has its name, and may get its row: while this lives it is nobody's orphan. Ends when the
/// transaction with the row has.
class Publication {
 public:
    Publication(Publication&& other) noexcept;
    Publication& operator=(Publication&&) = delete;
    ~Publication();
    [[nodiscard]] const BlobName& name() const { return name_; }

 private:
    friend class BlobWriter;
    Publication(BlobStore& store, const BlobName& name);

    BlobStore* store_;
    BlobName name_;
};

/// A blob being written. Gone without a trace unless published.
class BlobWriter final : public ByteSink {
 public:
    explicit BlobWriter(BlobStore& store);
    void write(ByteView bytes) override;
    void finish() override {}
    /// Makes the contents durable, and gives the file its name, durably. Only now may a transaction refer to
    /// it.
    [[nodiscard]] Publication publish(const BlobName& name);
    [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
    BlobStore& store_;
    std::unique_ptr<File> file_;
    std::uint64_t size_ = 0;
};

class BlobStore {
 public:
    /// Beside the blobs: of which time they are.
    static constexpr std::string_view mark_file = ".mark";

    /// The folder is made in `home` if it is missing.
    BlobStore(Folder& home, std::string_view folder, const crypto::Secret& key);

    [[nodiscard]] std::string_view name() const { return name_; }  ///< the folder's
    /// A fresh one.
    [[nodiscard]] BlobName new_name() const;
    [[nodiscard]] std::unique_ptr<BlobWriter> writer();
    /// Throws ERR_CORRUPT if the file is missing: a row refers to it.
    [[nodiscard]] std::unique_ptr<File> open(const BlobName& name);
    [[nodiscard]] std::unique_ptr<File> open_read_only(const BlobName& name);
    /// Idempotent. Not synced: if a crash brings the file back, it is collected as an orphan.
    void remove(const BlobName& name) noexcept;
    /// Jobs whose file is missing, or is none any more, can be found with this.
    [[nodiscard]] bool exists(const BlobName& name);
    /// All there are, whoever made them.
    [[nodiscard]] std::vector<BlobName> names() const { return blob_names(*folder_); }

    [[nodiscard]] std::uint64_t free_space() { return folder_->free_space(); }
    /// No blob is there, whoever made it.
    [[nodiscard]] bool is_empty();
    /// What was last set, from 1 on; 0 if there is none, or none that this store has set.
    [[nodiscard]] std::optional<Opening> mark();
    /// Durable when it returns.
    void set_mark(const Opening& mark);

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
    friend class BlobWriter;
    friend class OrphanCollection;
    friend class Publication;
    [[nodiscard]] bool has_named(const BlobName& name) const;
    [[nodiscard]] bool is_published(const BlobName& name);
    /// False if there was none. A folder, a link or the like under its name is somebody else's, and stays.
    bool discard(const BlobName& name);

    std::string_view name_;
    std::unique_ptr<Folder> folder_;
    crypto::Secret key_;
    RankedMutex<std::mutex> holding_{LockRank::blob_store};
    int holds_ = 0;
    std::vector<BlobName> held_;    ///< to be removed when the last hold ends
    std::set<BlobName> published_;  ///< and may get their rows yet
};

}  // namespace myqsec::storage
