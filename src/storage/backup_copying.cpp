#include "storage/backup_copying.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "crypto/hash.hpp"

namespace myqsec::storage {

namespace {

constexpr std::size_t chunk = std::size_t{256} * 1024;

/// Two that have the same room left, to the byte: others may write between two looks.
bool is_one_disk(Folder& own, Folder& to) {
    for (int look = 0; look < 8; ++look) {
        if (own.free_space() == to.free_space()) return true;
    }
    return false;
}

}  // namespace

BackupRoom::BackupRoom(Folder& own, Folder& to, std::uint64_t spare)
    : to_(&to), spare_(is_one_disk(own, to) ? spare : 0) {}

void BackupRoom::require(std::uint64_t size) const {
    if (spare_ == 0) return;
    const auto left = to_->free_space();
    if (left >= spare_ && left - spare_ >= size) return;
    fail(Status::ERR_NO_SPACE,
         "a backup in '{}' would leave the instance's disk less than the {} bytes that are to stay free; "
         "enlarge the disk or choose another",
         to_->path(), spare_);
}

CopiedFile copy_backup_file(File& from, Folder& to, const std::string& name, std::uint64_t most,
                            const BackupRoom& room) {
    CopiedFile out{name, 0, {}};
    const auto file = to.create(name);
    crypto::Sha256 hash;
    Bytes buffer(chunk);
    while (out.size < most) {
        const auto part =
            ByteSpan(buffer).first(static_cast<std::size_t>(std::min<std::uint64_t>(most - out.size, chunk)));
        const auto size = from.read_at(out.size, part);
        const auto read = part.first(size);
        hash.update(read);
        room.require(read.size());
        if (!read.empty()) file->write_at(out.size, read);
        out.size += size;
        if (size < part.size()) break;
    }
    file->sync();
    out.digest = hash.final();
    return out;
}

}  // namespace myqsec::storage
