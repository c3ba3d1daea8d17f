// A Folder in memory that can lose power: of what was not synced, any part may be missing, in any order.
// Writes are torn in sectors. Names that a folder was given or lost are certain only after a sync of that
// folder; until then each may have reached the disk by itself, as if there were no journal.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/folder.hpp"

namespace myqsec::test {

/// A file's bytes as the process sees them, and what the disk has for certain.
struct PowerCutInode {
    struct Change {
        bool resize;
        std::uint64_t offset;  ///< or the new size
        Bytes bytes;
    };
    Bytes seen;
    Bytes durable;
    std::vector<Change> unsynced;
    std::uint64_t reads = 0;
    mutable std::mutex lock;  ///< a file is read while another thread writes it
};

class PowerCutDisk {
 public:
    /// By path: "main.db", "jobs/0a1b…".
    using Names = std::map<std::string, std::shared_ptr<PowerCutInode>, std::less<>>;
    /// A creation, a link, a rename (both of its names at once) or a removal.
    struct NameChange {
        std::string folder;
        std::string gone;  ///< or ""
        std::string made;  ///< or ""
        std::shared_ptr<PowerCutInode> inode;

        void apply_to(Names& names) const {
            if (!gone.empty()) names.erase(gone);
            if (!made.empty()) names[made] = inode;
        }
    };

    explicit PowerCutDisk(unsigned seed) : random_(seed) {}

    void at_every_write(std::function<void()> call) { at_every_write_ = std::move(call); }
    void at_every_rename(std::function<void()> call) { at_every_rename_ = std::move(call); }
    unsigned random() { return static_cast<unsigned>(random_()); }
    [[nodiscard]] const Names& names() const { return names_; }
    void change(const NameChange& change) {
        change.apply_to(names_);
        unsynced_.push_back(change);
        if (at_every_rename_) at_every_rename_();
        wrote();
    }
    void sync_names(const std::string& folder) {
        wrote();
        for (const auto& change : unsynced_) {
            if (change.folder == folder) change.apply_to(durable_names_);
        }
        std::erase_if(unsynced_, [&](const NameChange& change) { return change.folder == folder; });
        wrote();
    }
    void sync_name(const std::string& path) {
        for (const auto& change : unsynced_) {
            if (change.made == path) change.apply_to(durable_names_);
        }
        std::erase_if(unsynced_, [&](const NameChange& change) { return change.made == path; });
        wrote();
    }
    void wrote() {
        if (at_every_write_) at_every_write_();
    }
    /// Puts a file there that has long been on the disk.
    void place(const std::string& path, ByteView contents) {
        auto inode = std::make_shared<PowerCutInode>();
        inode->seen = inode->durable = Bytes(contents.begin(), contents.end());
        names_[path] = durable_names_[path] = inode;
    }

    /// The disk as it may come back after a power cut now. This one goes on unharmed.
    std::shared_ptr<PowerCutDisk> cut() {
        auto after = std::make_shared<PowerCutDisk>(random());
        for (const auto& [name, inode] : surviving_names()) {
            const Bytes contents = survivors(*inode);
            after->place(name, contents);
        }
        return after;
    }

 private:
    static constexpr std::size_t sector = 512;

    Names surviving_names() {
        Names names = durable_names_;
        const unsigned mode = random() % 4;  // none, all, the first ones, any of them
        std::size_t left = mode == 2 ? random() % (unsynced_.size() + 1) : unsynced_.size();
        for (const auto& change : unsynced_) {
            if (mode == 0 || left-- == 0) break;
            if (mode != 3 || random() % 2 == 0) change.apply_to(names);
        }
        return names;
    }

    Bytes survivors(const PowerCutInode& inode) {
        const std::lock_guard lock(inode.lock);
        Bytes bytes = inode.durable;
        const unsigned mode = random() % 4;  // all lost, all kept, any of them
        if (mode == 0) return bytes;
        if (mode == 1) return inode.seen;
        for (const auto& change : inode.unsynced) {
            if (random() % 3 == 0) continue;
            if (change.resize) {
                bytes.resize(change.offset);
            } else {
                keep_sectors(bytes, change);
            }
        }
        return bytes;
    }

    /// Sectors of one write arrive each by itself.
    void keep_sectors(Bytes& bytes, const PowerCutInode::Change& change) {
        const bool torn = random() % 2 == 0;
        for (std::size_t done = 0; done < change.bytes.size();) {
            const std::size_t at = change.offset + done;
            const std::size_t part = std::min(sector - at % sector, change.bytes.size() - done);
            if (!torn || random() % 2 == 0) {
                if (bytes.size() < at + part) bytes.resize(at + part);
                std::copy_n(change.bytes.begin() + static_cast<std::ptrdiff_t>(done), part,
                            bytes.begin() + static_cast<std::ptrdiff_t>(at));
            }
            done += part;
        }
    }

    std::mt19937 random_;
    Names names_;
    Names durable_names_;
    std::vector<NameChange> unsynced_;
    std::function<void()> at_every_write_;
    std::function<void()> at_every_rename_;
};

class PowerCutFile final : public File {
 public:
    PowerCutFile(std::shared_ptr<PowerCutDisk> disk, std::shared_ptr<PowerCutInode> inode)
        : disk_(std::move(disk)), inode_(std::move(inode)) {}

    std::size_t read_at(std::uint64_t offset, ByteSpan into) override {
        const std::lock_guard lock(inode_->lock);
        ++inode_->reads;
        if (offset >= inode_->seen.size()) return 0;
        const std::size_t size = std::min<std::size_t>(into.size(), inode_->seen.size() - offset);
        std::copy_n(inode_->seen.begin() + static_cast<std::ptrdiff_t>(offset), size, into.begin());
        return size;
    }
    void write_at(std::uint64_t offset, ByteView from) override {
        {
            const std::lock_guard lock(inode_->lock);
            inode_->unsynced.push_back({false, offset, Bytes(from.begin(), from.end())});
            if (inode_->seen.size() < offset + from.size()) inode_->seen.resize(offset + from.size());
            std::copy(from.begin(), from.end(), inode_->seen.begin() + static_cast<std::ptrdiff_t>(offset));
        }
        disk_->wrote();
    }
    std::uint64_t size() override {
        const std::lock_guard lock(inode_->lock);
        return inode_->seen.size();
    }
    void truncate(std::uint64_t size) override {
        {
            const std::lock_guard lock(inode_->lock);
            inode_->unsynced.push_back({true, size, {}});
            inode_->seen.resize(size);
        }
        disk_->wrote();
    }
    void sync() override {
        disk_->wrote();  // the last moment before
        {
            const std::lock_guard lock(inode_->lock);
            inode_->durable = inode_->seen;
            inode_->unsynced.clear();
        }
        disk_->wrote();
    }
    bool try_lock() override { return true; }
    [[nodiscard]] const std::shared_ptr<PowerCutInode>& inode() const { return inode_; }

 private:
    std::shared_ptr<PowerCutDisk> disk_;
    std::shared_ptr<PowerCutInode> inode_;
};

class PowerCutFolder final : public Folder {
 public:
    explicit PowerCutFolder(std::shared_ptr<PowerCutDisk> disk, std::string within = "")
        : disk_(std::move(disk)), within_(std::move(within)) {}

    std::unique_ptr<File> open(std::string_view name) override { return wrap(find(name)); }
    std::unique_ptr<File> open_read_only(std::string_view name) override { return wrap(find(name)); }
    std::unique_ptr<File> create(std::string_view name) override {
        auto inode = std::make_shared<PowerCutInode>();
        add(name, inode);
        return wrap(inode);
    }
    std::unique_ptr<File> create_unnamed() override { return wrap(std::make_shared<PowerCutInode>()); }
    void link(File& unnamed, std::string_view name) override {
        add(name, dynamic_cast<PowerCutFile&>(unnamed).inode());
    }
    /// Of the folder's names, this one alone.
    void link_durably(File& unnamed, std::string_view name) override {
        link(unnamed, name);
        unnamed.sync();
        disk_->sync_name(full(name));
    }
    bool share(File& file, std::string_view name) override {
        add(name, dynamic_cast<PowerCutFile&>(file).inode());
        return true;
    }
    void rename(std::string_view from, std::string_view to) override {
        disk_->change({within_, full(from), full(to), find(from)});
    }
    bool remove(std::string_view name) override {
        if (!exists(name)) return false;
        disk_->change({within_, full(name), "", nullptr});
        return true;
    }
    bool exists(std::string_view name) override { return disk_->names().contains(full(name)); }
    bool has_file(std::string_view name) override { return exists(name); }
    std::unique_ptr<Listing> listing() override {
        std::vector<std::string> out;
        for (const auto& [path, inode] : disk_->names()) {
            if (!path.starts_with(within_)) continue;
            const auto name = path.substr(within_.size());
            if (name.find('/') == std::string::npos) out.push_back(name);
        }
        return listing_of(std::move(out));
    }
    void sync() override { disk_->sync_names(within_); }
    /// Sub-folders are there once they are asked for: their creation is always durable.
    std::unique_ptr<Folder> folder(std::string_view name) override {
        return std::make_unique<PowerCutFolder>(disk_, full(name) + "/");
    }
    [[nodiscard]] const std::string& path() const override { return path_; }

 private:
    [[nodiscard]] std::string full(std::string_view name) const { return within_ + std::string(name); }
    std::unique_ptr<File> wrap(const std::shared_ptr<PowerCutInode>& inode) {
        return std::make_unique<PowerCutFile>(disk_, inode);
    }
    std::shared_ptr<PowerCutInode> find(std::string_view name) {
        const auto found = disk_->names().find(full(name));
        if (found == disk_->names().end()) fail(Status::ERR_NOT_FOUND, "no '{}' on the power-cut disk", name);
        return found->second;
    }
    void add(std::string_view name, const std::shared_ptr<PowerCutInode>& inode) {
        if (exists(name)) fail(Status::ERR_EXISTS, "'{}' is on the power-cut disk already", name);
        disk_->change({within_, "", full(name), inode});
    }

    std::shared_ptr<PowerCutDisk> disk_;
    std::string within_;  ///< "" or "folder/"
    std::string path_ = "(power-cut disk)";
};

}  // namespace myqsec::test
