// A Folder whose n-th call fails, once or with all that follow. Every path through the one door to the file
// system can so be made to fail.
#pragma once

#include <cerrno>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/folder.hpp"

namespace myqsec::test {

enum class Fault {
    io_error,      ///< any call: EIO, nothing done
    no_space,      ///< creations and writes: ENOSPC, nothing done
    short_write,   ///< writes: half is written, then ENOSPC
    sync_failure,  ///< syncs: EIO; what had been written may be on disk or not
};

/// Shared by a FaultFolder, its sub-folders and files. Counts only the calls its fault can strike.
struct FaultPlan {
    Fault fault = Fault::io_error;
    std::uint64_t fail_at = std::numeric_limits<std::uint64_t>::max();  ///< counts from 1
    std::uint64_t calls = 0;
    bool for_good = false;      ///< the later calls fail too
    bool single_names = false;  ///< no file has two, as on some file systems
    std::function<void(std::string_view call)> before = nullptr;
    std::function<void(FaultPlan& plan)> at_call = nullptr;  ///< of each that is counted, before it may fail
    [[nodiscard]] bool struck() const { return calls >= fail_at; }
};

enum class FaultCall { other, create, write, sync };

class FaultPoint {
 public:
    explicit FaultPoint(std::shared_ptr<FaultPlan> plan) : plan_(std::move(plan)) {}

    /// True if the call is to do half its work and then fail.
    bool reach(FaultCall call, std::string_view object) {
        if (plan_->before) plan_->before(object);
        if (!concerns(call)) return false;
        ++plan_->calls;
        if (plan_->at_call) plan_->at_call(*plan_);
        if (!plan_->struck() || (plan_->calls > plan_->fail_at && !plan_->for_good)) return false;
        if (plan_->fault == Fault::short_write) return true;
        fail_errno(plan_->fault == Fault::no_space ? ENOSPC : EIO, "do the faulted call on", object);
    }
    [[nodiscard]] const std::shared_ptr<FaultPlan>& plan() const { return plan_; }

 private:
    [[nodiscard]] bool concerns(FaultCall call) const {
        switch (plan_->fault) {
            case Fault::io_error:
                return true;
            case Fault::no_space:
                return call == FaultCall::create || call == FaultCall::write;
            case Fault::short_write:
                return call == FaultCall::write;
            case Fault::sync_failure:
                return call == FaultCall::sync;
        }
        return false;
    }

    std::shared_ptr<FaultPlan> plan_;
};

class FaultFile final : public File {
 public:
    FaultFile(std::unique_ptr<File> file, const FaultPoint& point) : file_(std::move(file)), point_(point) {}

    std::size_t read_at(std::uint64_t offset, ByteSpan into) override {
        point_.reach(FaultCall::other, "read");
        return file_->read_at(offset, into);
    }
    void write_at(std::uint64_t offset, ByteView from) override {
        if (point_.reach(FaultCall::write, "write")) {
            file_->write_at(offset, from.first(from.size() / 2));
            fail_errno(ENOSPC, "write all of", "a faulted file");
        }
        file_->write_at(offset, from);
    }
    std::uint64_t size() override {
        point_.reach(FaultCall::other, "size");
        return file_->size();
    }
    void truncate(std::uint64_t size) override {
        point_.reach(FaultCall::other, "truncate");
        file_->truncate(size);
    }
    void sync() override {
        point_.reach(FaultCall::sync, "sync");  // the machine stays up: nothing need reach the disk
    }
    bool try_lock() override {
        point_.reach(FaultCall::other, "lock");
        return file_->try_lock();
    }
    [[nodiscard]] File& inner() { return *file_; }

 private:
    std::unique_ptr<File> file_;
    FaultPoint point_;
};

class FaultListing final : public Listing {
 public:
    FaultListing(std::unique_ptr<Listing> listing, const FaultPoint& point)
        : listing_(std::move(listing)), point_(point) {}

    std::optional<std::string> next() override {
        point_.reach(FaultCall::other, "list");
        return listing_->next();
    }

 private:
    std::unique_ptr<Listing> listing_;
    FaultPoint point_;
};

class FaultFolder final : public Folder {
 public:
    FaultFolder(std::unique_ptr<Folder> folder, const std::shared_ptr<FaultPlan>& plan)
        : folder_(std::move(folder)), point_(plan) {}

    std::unique_ptr<File> open(std::string_view name) override {
        point_.reach(FaultCall::other, name);
        return wrap(folder_->open(name));
    }
    std::unique_ptr<File> open_read_only(std::string_view name) override {
        point_.reach(FaultCall::other, name);
        return wrap(folder_->open_read_only(name));
    }
    std::unique_ptr<File> create(std::string_view name) override {
        point_.reach(FaultCall::create, name);
        return wrap(folder_->create(name));
    }
    std::unique_ptr<File> create_unnamed() override {
        point_.reach(FaultCall::create, "(unnamed)");
        return wrap(folder_->create_unnamed());
    }
    void link(File& unnamed, std::string_view name) override {
        point_.reach(FaultCall::create, name);
        folder_->link(dynamic_cast<FaultFile&>(unnamed).inner(), name);
    }
    void link_durably(File& unnamed, std::string_view name) override {
        link(unnamed, name);
        point_.reach(FaultCall::sync, name);
    }
    bool share(File& file, std::string_view name) override {
        point_.reach(FaultCall::create, name);
        if (point_.plan()->single_names) return false;
        auto* faulted = dynamic_cast<FaultFile*>(&file);
        return folder_->share(faulted != nullptr ? faulted->inner() : file, name);
    }
    void rename(std::string_view from, std::string_view to) override {
        point_.reach(FaultCall::create, from);
        folder_->rename(from, to);
    }
    bool remove(std::string_view name) override {
        point_.reach(FaultCall::other, name);
        return folder_->remove(name);
    }
    bool exists(std::string_view name) override {
        point_.reach(FaultCall::other, name);
        return folder_->exists(name);
    }
    bool has_file(std::string_view name) override {
        point_.reach(FaultCall::other, name);
        return folder_->has_file(name);
    }
    std::unique_ptr<Listing> listing() override {
        point_.reach(FaultCall::other, "list");
        return std::make_unique<FaultListing>(folder_->listing(), point_);
    }
    void sync() override { point_.reach(FaultCall::sync, "folder"); }
    std::unique_ptr<Folder> folder(std::string_view name) override {
        point_.reach(FaultCall::create, name);
        return std::make_unique<FaultFolder>(folder_->folder(name), point_.plan());
    }
    [[nodiscard]] const std::string& path() const override { return folder_->path(); }

 private:
    std::unique_ptr<File> wrap(std::unique_ptr<File> file) {
        return std::make_unique<FaultFile>(std::move(file), point_);
    }

    std::unique_ptr<Folder> folder_;
    FaultPoint point_;
};

}  // namespace myqsec::test
