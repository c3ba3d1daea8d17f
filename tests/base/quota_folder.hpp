// A Folder on a disk of so many bytes, which count as soon as they are written or allocated.
#pragma once

#include <cerrno>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/folder.hpp"

namespace myqsec::test {

/// Shared by a QuotaFolder, its sub-folders and files. Others may use the disk, too: `taken`.
struct Quota {
    std::uint64_t size = 0;
    std::uint64_t taken = 0;
    std::function<std::uint64_t()> used;  ///< by files

    [[nodiscard]] std::uint64_t left() const {
        const auto all = taken + used();
        return all < size ? size - all : 0;
    }
    void need(std::uint64_t more, std::string_view object) const {
        if (more > left()) fail_errno(ENOSPC, "write", object);
    }
};

class QuotaFile final : public File {
 public:
    QuotaFile(std::unique_ptr<File> file, std::shared_ptr<Quota> quota, std::string name)
        : file_(std::move(file)), quota_(std::move(quota)), name_(std::move(name)) {}

    std::uint64_t size() override { return file_->size(); }
    std::size_t read_at(std::uint64_t offset, ByteSpan into) override { return file_->read_at(offset, into); }
    void write_at(std::uint64_t offset, ByteView from) override {
        grow(offset + from.size());
        file_->write_at(offset, from);
    }
    void truncate(std::uint64_t size) override { file_->truncate(size); }
    void allocate(std::uint64_t size) override {
        grow(size);
        file_->allocate(size);
    }
    void sync() override { file_->sync(); }
    bool try_lock() override { return file_->try_lock(); }
    [[nodiscard]] File& below() { return *file_; }

 private:
    void grow(std::uint64_t to) {
        const auto now = file_->size();
        if (to > now) quota_->need(to - now, name_);
    }

    std::unique_ptr<File> file_;
    std::shared_ptr<Quota> quota_;
    std::string name_;
};

class QuotaFolder final : public Folder {
 public:
    QuotaFolder(std::unique_ptr<Folder> folder, std::shared_ptr<Quota> quota)
        : folder_(std::move(folder)), quota_(std::move(quota)) {}

    std::unique_ptr<File> open(std::string_view name) override { return wrap(folder_->open(name), name); }
    std::unique_ptr<File> open_read_only(std::string_view name) override {
        return folder_->open_read_only(name);
    }
    std::unique_ptr<File> create(std::string_view name) override {
        quota_->need(1, name);
        return wrap(folder_->create(name), name);
    }
    std::unique_ptr<File> create_unnamed() override { return wrap(folder_->create_unnamed(), "(unnamed)"); }
    void link(File& unnamed, std::string_view name) override {
        folder_->link(dynamic_cast<QuotaFile&>(unnamed).below(), name);
    }
    void link_durably(File& unnamed, std::string_view name) override {
        folder_->link_durably(dynamic_cast<QuotaFile&>(unnamed).below(), name);
    }
    bool share(File& file, std::string_view name) override { return folder_->share(file, name); }
    void rename(std::string_view from, std::string_view to) override { folder_->rename(from, to); }
    bool remove(std::string_view name) override { return folder_->remove(name); }
    bool exists(std::string_view name) override { return folder_->exists(name); }
    bool has_file(std::string_view name) override { return folder_->has_file(name); }
    std::unique_ptr<Listing> listing() override { return folder_->listing(); }
    void sync() override { folder_->sync(); }
    std::unique_ptr<Folder> folder(std::string_view name) override {
        return std::make_unique<QuotaFolder>(folder_->folder(name), quota_);
    }
    std::uint64_t free_space() override { return quota_->left(); }
    [[nodiscard]] const std::string& path() const override { return folder_->path(); }

 private:
    std::unique_ptr<File> wrap(std::unique_ptr<File> file, std::string_view name) {
        return std::make_unique<QuotaFile>(std::move(file), quota_, std::string(name));
    }

    std::unique_ptr<Folder> folder_;
    std::shared_ptr<Quota> quota_;
};

}  // namespace myqsec::test
