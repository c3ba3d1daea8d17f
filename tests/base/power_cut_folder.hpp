// A Folder in memory that can lose power: of what was not synced, any part may be missing, in any order, torn
// in sectors. Names follow the rules of a journalled file system: in order, and certain only after a sync of
// the folder.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
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
};

class PowerCutDisk {
 public:
    using Names = std::map<std::string, std::shared_ptr<PowerCutInode>, std::less<>>;

    explicit PowerCutDisk(unsigned seed) : random_(seed) {}

    void at_every_write(std::function<void()> call) { at_every_write_ = std::move(call); }
    unsigned random() { return static_cast<unsigned>(random_()); }
    Names& names() { return names_; }
    void sync_names() { durable_names_ = {names_}; }
    /// Called after each change of a name: the disk may stop at any of these states.
    void renamed() { durable_names_.push_back(names_); }
    void wrote() {
        if (at_every_write_) at_every_write_();
    }

    /// The disk as it may come back after a power cut now. This one goes on unharmed.
    std::shared_ptr<PowerCutDisk> cut() {
        auto after = std::make_shared<PowerCutDisk>(random());
        const auto& names = durable_names_[random() % durable_names_.size()];
        for (const auto& [name, inode] : names) {
            auto copy = std::make_shared<PowerCutInode>();
            copy->durable = copy->seen = survivors(*inode);
            after->names_.emplace(name, copy);
        }
        after->sync_names();
        return after;
    }

 private:
    static constexpr std::size_t sector = 512;

    Bytes survivors(const PowerCutInode& inode) {
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
    std::vector<Names> durable_names_{Names{}};
    std::function<void()> at_every_write_;
};

class PowerCutFile final : public File {
 public:
    PowerCutFile(std::shared_ptr<PowerCutDisk> disk, std::shared_ptr<PowerCutInode> inode)
        : disk_(std::move(disk)), inode_(std::move(inode)) {}

    std::size_t read_at(std::uint64_t offset, ByteSpan into) override {
        if (offset >= inode_->seen.size()) return 0;
        const std::size_t size = std::min<std::size_t>(into.size(), inode_->seen.size() - offset);
        std::copy_n(inode_->seen.begin() + static_cast<std::ptrdiff_t>(offset), size, into.begin());
        return size;
    }
    void write_at(std::uint64_t offset, ByteView from) override {
        inode_->unsynced.push_back({false, offset, Bytes(from.begin(), from.end())});
        if (inode_->seen.size() < offset + from.size()) inode_->seen.resize(offset + from.size());
        std::copy(from.begin(), from.end(), inode_->seen.begin() + static_cast<std::ptrdiff_t>(offset));
        disk_->wrote();
    }
    std::uint64_t size() override { return inode_->seen.size(); }
    void truncate(std::uint64_t size) override {
        inode_->unsynced.push_back({true, size, {}});
        inode_->seen.resize(size);
        disk_->wrote();
    }
    void sync() override {
        disk_->wrote();  // the last moment before
        inode_->durable = inode_->seen;
        inode_->unsynced.clear();
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
    explicit PowerCutFolder(std::shared_ptr<PowerCutDisk> disk) : disk_(std::move(disk)) {}

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
    void rename(std::string_view from, std::string_view to) override {
        const auto inode = find(from);
        disk_->names().erase(std::string(from));
        disk_->names()[std::string(to)] = inode;
        disk_->renamed();
    }
    bool remove(std::string_view name) override {
        const bool was = disk_->names().erase(std::string(name)) != 0;
        disk_->renamed();
        return was;
    }
    bool exists(std::string_view name) override { return disk_->names().contains(name); }
    std::vector<std::string> list() override {
        std::vector<std::string> out;
        for (const auto& entry : disk_->names())
            out.push_back(entry.first);
        return out;
    }
    void sync() override { disk_->sync_names(); }
    std::unique_ptr<Folder> folder(std::string_view) override {
        fail(Status::ERR_INTERNAL, "the power-cut disk has no sub-folders");
    }
    [[nodiscard]] const std::string& path() const override { return path_; }

 private:
    std::unique_ptr<File> wrap(const std::shared_ptr<PowerCutInode>& inode) {
        return std::make_unique<PowerCutFile>(disk_, inode);
    }
    std::shared_ptr<PowerCutInode> find(std::string_view name) {
        const auto found = disk_->names().find(name);
        if (found == disk_->names().end()) fail(Status::ERR_NOT_FOUND, "no '{}' on the power-cut disk", name);
        return found->second;
    }
    void add(std::string_view name, const std::shared_ptr<PowerCutInode>& inode) {
        if (!disk_->names().emplace(std::string(name), inode).second) {
            fail(Status::ERR_EXISTS, "'{}' is on the power-cut disk already", name);
        }
        disk_->renamed();
    }

    std::shared_ptr<PowerCutDisk> disk_;
    std::string path_ = "(power-cut disk)";
};

}  // namespace myqsec::test
