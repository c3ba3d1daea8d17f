#include "base/dry_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <map>
#include <utility>

#include "base/error.hpp"

namespace myqsec {

namespace {

constexpr std::size_t block_size = 4096;

/// A file's contents: blocks that were written, over what is on the disk. Files that are open share it.
struct Contents {
    std::unique_ptr<File> below;   ///< none: all of it is in memory
    std::uint64_t below_size = 0;  ///< of that so much still counts
    std::uint64_t size = 0;
    std::map<std::uint64_t, Bytes> blocks;

    void read_block(std::uint64_t number, ByteSpan into) {
        if (const auto found = blocks.find(number); found != blocks.end()) {
            std::ranges::copy(found->second, into.begin());
            return;
        }
        std::ranges::fill(into, std::uint8_t{0});
        const auto offset = number * block_size;
        if (below == nullptr || offset >= below_size) return;
        const auto there = std::min<std::uint64_t>(block_size, below_size - offset);
        static_cast<void>(below->read_at(offset, into.first(static_cast<std::size_t>(there))));
    }
};

class DryFile final : public File {
 public:
    explicit DryFile(std::shared_ptr<Contents> contents) : contents_(std::move(contents)) {}

    [[nodiscard]] const std::shared_ptr<Contents>& contents() const { return contents_; }

    std::uint64_t size() override { return contents_->size; }

    std::size_t read_at(std::uint64_t offset, ByteSpan into) override {
        if (offset >= contents_->size) return 0;
        const auto all =
            static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), contents_->size - offset));
        Bytes block(block_size);
        for (std::size_t done = 0; done < all;) {
            const auto at = offset + done;
            const auto within = static_cast<std::size_t>(at % block_size);
            const auto part = std::min(all - done, block_size - within);
            contents_->read_block(at / block_size, block);
            std::ranges::copy(ByteView(block).subspan(within, part), into.subspan(done).begin());
            done += part;
        }
        return all;
    }

    void write_at(std::uint64_t offset, ByteView from) override {
        for (std::size_t done = 0; done < from.size();) {
            const auto at = offset + done;
            const auto within = static_cast<std::size_t>(at % block_size);
            const auto part = std::min(from.size() - done, block_size - within);
            Bytes block(block_size);
            contents_->read_block(at / block_size, block);
            std::ranges::copy(from.subspan(done, part), ByteSpan(block).subspan(within).begin());
            contents_->blocks[at / block_size] = std::move(block);
            done += part;
        }
        contents_->size = std::max(contents_->size, offset + from.size());
    }

    void truncate(std::uint64_t size) override {
        if (size < contents_->size) {
            contents_->below_size = std::min(contents_->below_size, size);
            contents_->blocks.erase(contents_->blocks.lower_bound((size + block_size - 1) / block_size),
                                    contents_->blocks.end());
            const auto last = contents_->blocks.find(size / block_size);
            if (last != contents_->blocks.end())
                std::fill(last->second.begin() + static_cast<std::ptrdiff_t>(size % block_size),
                          last->second.end(), std::uint8_t{0});
        }
        contents_->size = size;
    }

    void sync() override {}
    bool try_lock() override { return contents_->below == nullptr || contents_->below->try_lock(); }

 private:
    std::shared_ptr<Contents> contents_;
};

/// What is known of a folder; all who have it open share it.
struct Held {
    std::unique_ptr<Folder> below;  ///< none: it is not on the disk
    std::string path;
    std::map<std::string, std::shared_ptr<Contents>, std::less<>> files;  ///< null: removed
    std::map<std::string, std::shared_ptr<Held>, std::less<>> folders;

    [[nodiscard]] bool exists(std::string_view name) const {
        if (const auto found = files.find(name); found != files.end()) return found->second != nullptr;
        return folders.contains(name) || (below && below->exists(name));
    }
    /// None if there is no such file.
    std::shared_ptr<Contents> find(std::string_view name) {
        if (const auto found = files.find(name); found != files.end()) return found->second;
        if (!below || !below->exists(name)) return nullptr;
        auto contents = std::make_shared<Contents>();
        contents->below = below->open_read_only(name);
        contents->size = contents->below_size = contents->below->size();
        return files[std::string(name)] = std::move(contents);
    }
};

/// The names on the disk, some at a time however many, then those that are only in memory.
class DryListing final : public Listing {
 public:
    DryListing(std::unique_ptr<Listing> below, std::function<bool(const std::string&)> gone,
               std::vector<std::string> added)
        : below_(std::move(below)), gone_(std::move(gone)), added_(listing_of(std::move(added))) {}
    std::optional<std::string> next() override {
        while (below_) {
            auto name = below_->next();
            if (!name) break;
            if (!gone_(*name)) return name;
        }
        below_.reset();
        return added_->next();
    }

 private:
    std::unique_ptr<Listing> below_;
    std::function<bool(const std::string&)> gone_;
    std::unique_ptr<Listing> added_;
};

class DryFolder final : public Folder {
 public:
    explicit DryFolder(std::shared_ptr<Held> held) : held_(std::move(held)) {}

    std::unique_ptr<File> open(std::string_view name) override {
        const auto found = held_->find(name);
        if (!found) fail_errno(ENOENT, "open", full(name));
        return std::make_unique<DryFile>(found);
    }
    std::unique_ptr<File> open_read_only(std::string_view name) override { return open(name); }
    std::unique_ptr<File> create(std::string_view name) override {
        if (exists(name)) fail_errno(EEXIST, "create", full(name));
        return std::make_unique<DryFile>(held_->files[std::string(name)] = std::make_shared<Contents>());
    }
    std::unique_ptr<File> create_unnamed() override {
        return std::make_unique<DryFile>(std::make_shared<Contents>());
    }
    void link(File& unnamed, std::string_view name) override {
        if (exists(name)) fail_errno(EEXIST, "create", full(name));
        held_->files[std::string(name)] = dynamic_cast<DryFile&>(unnamed).contents();
    }
    void link_durably(File& unnamed, std::string_view name) override { link(unnamed, name); }
    bool share(File& /*file*/, std::string_view /*name*/) override { return false; }
    void rename(std::string_view from, std::string_view to) override {
        auto found = held_->find(from);
        if (!found) fail_errno(ENOENT, "rename", full(from));
        held_->files[std::string(to)] = std::move(found);
        held_->files[std::string(from)] = nullptr;
    }
    bool remove(std::string_view name) override {
        if (!exists(name)) return false;
        held_->files[std::string(name)] = nullptr;
        return true;
    }
    bool exists(std::string_view name) override { return held_->exists(name); }
    bool has_file(std::string_view name) override {
        if (const auto found = held_->files.find(name); found != held_->files.end())
            return found->second != nullptr;
        return held_->below && held_->below->has_file(name);
    }
    bool surrounds(const std::string& path) override { return held_->below && held_->below->surrounds(path); }
    std::unique_ptr<Listing> listing() override {
        std::vector<std::string> added;
        const auto add = [&](const std::string& name) {
            if (!held_->below || !held_->below->exists(name)) added.push_back(name);
        };
        for (const auto& [name, contents] : held_->files)
            if (contents) add(name);
        for (const auto& [name, folder] : held_->folders)
            add(name);
        const auto gone = [held = held_](const std::string& name) {
            const auto found = held->files.find(name);
            return found != held->files.end() && !found->second;
        };
        return std::make_unique<DryListing>(held_->below ? held_->below->listing() : nullptr, gone,
                                            std::move(added));
    }
    void sync() override {}
    std::unique_ptr<Folder> folder(std::string_view name) override {
        auto& held = held_->folders[std::string(name)];
        if (!held) {
            held = std::make_shared<Held>();
            held->path = full(name);
            if (held_->below && held_->below->exists(name)) held->below = held_->below->folder(name);
        }
        return std::make_unique<DryFolder>(held);
    }
    std::uint64_t free_space() override { return held_->below ? held_->below->free_space() : UINT64_MAX; }
    [[nodiscard]] const std::string& path() const override { return held_->path; }

 private:
    [[nodiscard]] std::string full(std::string_view name) const { return path() + "/" + std::string(name); }

    std::shared_ptr<Held> held_;
};

}  // namespace

std::unique_ptr<Folder> dry_folder(std::unique_ptr<Folder> folder) {
    auto held = std::make_shared<Held>();
    held->path = folder->path();
    held->below = std::move(folder);
    return std::make_unique<DryFolder>(std::move(held));
}

}  // namespace myqsec
