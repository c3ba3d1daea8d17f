// The one door to the file system. Everything the library stores goes through a Folder, so that tests can
// play faults: each call failed once, short writes, lost syncs, power cuts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace myqsec {

/// Bytes at any position: a file, or a document in it. All methods throw Error.
class ByteSource {
 public:
    virtual ~ByteSource() = default;

    [[nodiscard]] virtual std::uint64_t size() = 0;
    /// Fills `into`; returns less than its size only at the end.
    virtual std::size_t read_at(std::uint64_t offset, ByteSpan into) = 0;
};

/// An open file. No method moves a shared position.
class File : public ByteSource {
 public:
    /// Writes all of it or throws; after a throw any part of it may be there.
    virtual void write_at(std::uint64_t offset, ByteView from) = 0;
    virtual void truncate(std::uint64_t size) = 0;
    /// Makes it that large, with room on the disk for every byte.
    virtual void allocate(std::uint64_t size) { truncate(size); }
    /// fdatasync: contents and size survive a power cut once this returns.
    virtual void sync() = 0;
    /// Takes the advisory exclusive lock (flock); false if another open file holds it. Released on close,
    /// also where a forked child has the file open.
    virtual bool try_lock() = 0;
    /// In a forked child: closing leaves the lock to the parent.
    virtual void disown_lock() {}
};

/// The names in a folder, one after the other.
class Listing {
 public:
    virtual ~Listing() = default;

    /// Nothing at the end. What comes or goes meanwhile may be among them or not; all else is, once.
    [[nodiscard]] virtual std::optional<std::string> next() = 0;
};

/// Of names that are known already, the last one first.
[[nodiscard]] std::unique_ptr<Listing> listing_of(std::vector<std::string> names);

/// A directory, held by handle: renaming its parents changes nothing, and no name leads out of it.
/// Names are single path components; symbolic links are never followed. Files are 0600, folders 0700. A
/// forked child changes and locks nothing through its parent's: ERR_FORKED.
class Folder {
 public:
    virtual ~Folder() = default;

    /// An existing file, for reading and writing. Throws ERR_NOT_FOUND.
    virtual std::unique_ptr<File> open(std::string_view name) = 0;
    /// An existing file, for reading only.
    virtual std::unique_ptr<File> open_read_only(std::string_view name) = 0;
    /// A new file. Throws ERR_EXISTS.
    virtual std::unique_ptr<File> create(std::string_view name) = 0;
    /// A file without a name, gone when closed unless linked.
    virtual std::unique_ptr<File> create_unnamed() = 0;
    /// Gives a file made by create_unnamed() of this same folder its name. Durable after sync(). Throws
    /// ERR_EXISTS.
    virtual void link(File& unnamed, std::string_view name) = 0;
    /// The same, and the file's contents and its name survive a power cut once this returns. If it throws,
    /// the name may be there or not.
    virtual void link_durably(File& unnamed, std::string_view name) = 0;
    /// Gives a file of another folder one more name, here. False where that can't be, as between file
    /// systems, or where others own the file or may write it. Durable after sync().
    [[nodiscard]] virtual bool share(File& file, std::string_view name) = 0;
    /// Replaces `to` atomically. Durable after sync().
    virtual void rename(std::string_view from, std::string_view to) = 0;
    /// False if there was none. Durable after sync().
    virtual bool remove(std::string_view name) = 0;
    [[nodiscard]] virtual bool exists(std::string_view name) = 0;
    /// Whether it is a regular file: no folder, link, socket or device, which somebody else put there.
    [[nodiscard]] virtual bool has_file(std::string_view name) = 0;
    /// The names in it, "." and ".." left out, in no particular order.
    [[nodiscard]] virtual std::unique_ptr<Listing> listing() = 0;
    /// All of them at once: for folders that hold few.
    [[nodiscard]] std::vector<std::string> list();
    /// Makes creations, links, renames and removals durable.
    virtual void sync() = 0;
    /// A sub-folder, created durably if missing.
    virtual std::unique_ptr<Folder> folder(std::string_view name) = 0;
    /// Bytes that its file system has left for this process.
    [[nodiscard]] virtual std::uint64_t free_space() { return UINT64_MAX; }
    /// Whether a path leads to this folder or into it, whatever links it goes through and whether or not its
    /// end is there yet. A folder in memory has no place.
    [[nodiscard]] virtual bool surrounds(const std::string& /*path*/) { return false; }
    /// For error messages only.
    [[nodiscard]] virtual const std::string& path() const = 0;
};

/// Opens a directory of the real file system. `create` makes it (0700), durably, if its parent exists.
std::unique_ptr<Folder> open_folder(const std::string& path, bool create);

/// Replaces `name` atomically and durably: temporary file, sync, rename, sync of the folder.
void write_durably(Folder& folder, std::string_view name, ByteView contents);

/// The whole file, at most `limit` bytes; a larger one throws ERR_LIMIT.
Bytes read_all(ByteSource& file, std::size_t limit);

}  // namespace myqsec
