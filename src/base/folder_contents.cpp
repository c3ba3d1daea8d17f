// What holds of every folder and file, whatever is behind it.
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/folder.hpp"

namespace myqsec {

namespace {

class KnownNames final : public Listing {
 public:
    explicit KnownNames(std::vector<std::string> names) : names_(std::move(names)) {}

    std::optional<std::string> next() override {
        if (names_.empty()) return std::nullopt;
        auto name = std::move(names_.back());
        names_.pop_back();
        return name;
    }

 private:
    std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Listing> listing_of(std::vector<std::string> names) {
    return std::make_unique<KnownNames>(std::move(names));
}

std::vector<std::string> Folder::list() {
    std::vector<std::string> names;
    const auto all = listing();
    while (const auto name = all->next())
        names.push_back(*name);
    return names;
}

void write_durably(Folder& folder, std::string_view name, ByteView contents) {
    const std::string temporary = std::string(name) + ".new";
    folder.remove(temporary);
    {
        const auto file = folder.create(temporary);
        file->write_at(0, contents);
        file->sync();
    }
    folder.rename(temporary, name);
    folder.sync();
}

Bytes read_all(ByteSource& file, std::size_t limit) {
    const std::uint64_t size = file.size();
    if (size > limit)
        fail(Status::ERR_LIMIT, "a file has {} bytes where at most {} are allowed", size, limit);
    Bytes out(size);
    out.resize(file.read_at(0, out));
    return out;
}

}  // namespace myqsec
