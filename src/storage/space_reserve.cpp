#include "storage/space_reserve.hpp"

#include <utility>

#include "base/error.hpp"

namespace myqsec::storage {

bool SpaceReserve::keep(std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    size_ = size;
    try {
        const auto file = home_.exists(file_name) ? home_.open(file_name) : home_.create(file_name);
        const auto held = file->size();
        if (held > size) file->truncate(size);
        if (held < size) {
            if (home_.free_space() / 2 < size - held) fail(Status::ERR_NO_SPACE, "the disk is full");
            file->allocate(size);
        }
        spent_ = false;
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NO_SPACE) throw;
        spent_ = true;
    }
    return !spent_;
}

bool SpaceReserve::release() noexcept {
    try {
        const std::lock_guard lock(mutex_);
        if (!home_.exists(file_name)) return false;
        const auto file = home_.open(file_name);
        if (file->size() == 0) return false;
        spent_ = true;
        file->truncate(0);
        file->sync();  // before that, some file systems don't give the room to others
        return true;
    } catch (const Error&) {
        return false;
    }
}

namespace {

/// Once more where the reserve helps; whatever it does can be repeated.
template <typename Call>
auto reserving(SpaceReserve& reserve, Call&& call) {
    try {
        return call();
    } catch (const Error& error) {
        if (error.status() != Status::ERR_NO_SPACE || !reserve.release()) throw;
    }
    return call();
}

class ReservingFile final : public File {
 public:
    ReservingFile(std::unique_ptr<File> file, SpaceReserve& reserve)
        : file_(std::move(file)), reserve_(reserve) {}

    std::uint64_t size() override { return file_->size(); }
    std::size_t read_at(std::uint64_t offset, ByteSpan into) override { return file_->read_at(offset, into); }
    void write_at(std::uint64_t offset, ByteView from) override {
        reserving(reserve_, [&] { file_->write_at(offset, from); });
    }
    void truncate(std::uint64_t size) override {
        reserving(reserve_, [&] { file_->truncate(size); });
    }
    void allocate(std::uint64_t size) override {
        reserving(reserve_, [&] { file_->allocate(size); });
    }
    void sync() override { file_->sync(); }
    bool try_lock() override { return file_->try_lock(); }
    void disown_lock() override { file_->disown_lock(); }

 private:
    std::unique_ptr<File> file_;
    SpaceReserve& reserve_;
};

class ReservingFolder final : public Folder {
 public:
    ReservingFolder(Folder& folder, SpaceReserve& reserve) : folder_(folder), reserve_(reserve) {}
    ReservingFolder(std::unique_ptr<Folder> folder, SpaceReserve& reserve)
        : own_(std::move(folder)), folder_(*own_), reserve_(reserve) {}

    std::unique_ptr<File> open(std::string_view name) override { return wrap(folder_.open(name)); }
    std::unique_ptr<File> open_read_only(std::string_view name) override {
        return folder_.open_read_only(name);
    }
    std::unique_ptr<File> create(std::string_view name) override {
        return reserving(reserve_, [&] { return wrap(folder_.create(name)); });
    }
    std::unique_ptr<File> create_unnamed() override { return folder_.create_unnamed(); }
    void link(File& unnamed, std::string_view name) override { folder_.link(unnamed, name); }
    void link_durably(File& unnamed, std::string_view name) override { folder_.link_durably(unnamed, name); }
    bool share(File& file, std::string_view name) override { return folder_.share(file, name); }
    void rename(std::string_view from, std::string_view to) override {
        reserving(reserve_, [&] { folder_.rename(from, to); });
    }
    bool remove(std::string_view name) override {
        return reserving(reserve_, [&] { return folder_.remove(name); });
    }
    bool exists(std::string_view name) override { return folder_.exists(name); }
    bool has_file(std::string_view name) override { return folder_.has_file(name); }
    bool surrounds(const std::string& path) override { return folder_.surrounds(path); }
    std::unique_ptr<Listing> listing() override { return folder_.listing(); }
    void sync() override { folder_.sync(); }
    std::unique_ptr<Folder> folder(std::string_view name) override {
        return reserving(reserve_,
                         [&] { return std::make_unique<ReservingFolder>(folder_.folder(name), reserve_); });
    }
    std::uint64_t free_space() override { return folder_.free_space(); }
    [[nodiscard]] const std::string& path() const override { return folder_.path(); }

 private:
    std::unique_ptr<File> wrap(std::unique_ptr<File> file) {
        return std::make_unique<ReservingFile>(std::move(file), reserve_);
    }

    std::unique_ptr<Folder> own_;
    Folder& folder_;
    SpaceReserve& reserve_;
};

}  // namespace

std::unique_ptr<Folder> with_reserve(Folder& folder, SpaceReserve& reserve) {
    return std::make_unique<ReservingFolder>(folder, reserve);
}

}  // namespace myqsec::storage
