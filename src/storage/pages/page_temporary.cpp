#include "storage/pages/page_temporary.hpp"

#include "base/error.hpp"
#include "crypto/random.hpp"

namespace myqsec::storage {

PageTemporary::PageTemporary(Folder& folder)
    : file_(folder.create_unnamed()), cipher_(crypto::preferred_page_suite(), crypto::random_secret(32)) {}

PageTemporary::~PageTemporary() {
    crypto::wipe(plain_);
}

ByteArray<8> PageTemporary::associated(std::uint64_t block) const {
    ByteArray<8> out;
    store_be(out.data(), block);
    return out;
}

/// Brings a block into plain_; one never stored is zero.
void PageTemporary::load(std::uint64_t block) {
    if (block == current_) return;
    store();
    current_ = no_block;
    if (block >= stored_.size() || !stored_[block]) {
        plain_.fill(0);
    } else if (file_->read_at(block * page_size, plain_) != page_size ||
               !cipher_.open(associated(block), plain_, trailers_[block])) {
        fail(Status::ERR_CORRUPT, "a temporary file was damaged while it was in use; check the disk");
    }
    current_ = block;
}

void PageTemporary::store() {
    if (!changed_) return;
    if (current_ >= stored_.size()) {
        trailers_.resize(current_ + 1);
        stored_.resize(current_ + 1);
    }
    sealed_ = plain_;
    stored_[current_] = false;  // a failed write leaves nothing that could be read
    cipher_.seal(associated(current_), sealed_, trailers_[current_]);
    file_->write_at(current_ * page_size, sealed_);
    stored_[current_] = true;
    changed_ = false;
}

bool PageTemporary::read(std::uint64_t offset, ByteSpan into) {
    const std::uint64_t readable = offset >= size_ ? 0 : std::min<std::uint64_t>(into.size(), size_ - offset);
    for (std::size_t done = 0; done < readable;) {
        const std::size_t within = (offset + done) % page_size;
        const std::size_t part = std::min<std::size_t>(page_size - within, readable - done);
        load((offset + done) / page_size);
        std::copy_n(plain_.begin() + static_cast<std::ptrdiff_t>(within), part,
                    into.begin() + static_cast<std::ptrdiff_t>(done));
        done += part;
    }
    std::fill(into.begin() + static_cast<std::ptrdiff_t>(readable), into.end(), std::uint8_t{0});
    return readable == into.size();
}

void PageTemporary::write(std::uint64_t offset, ByteView from) {
    for (std::size_t done = 0; done < from.size();) {
        const std::size_t within = (offset + done) % page_size;
        const std::size_t part = std::min<std::size_t>(page_size - within, from.size() - done);
        load((offset + done) / page_size);
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(done), part,
                    plain_.begin() + static_cast<std::ptrdiff_t>(within));
        changed_ = true;
        done += part;
    }
    size_ = std::max<std::uint64_t>(size_, offset + from.size());
}

void PageTemporary::truncate(std::uint64_t size) {
    if (size >= size_) return;
    const std::uint64_t whole = size / page_size;
    if (size % page_size != 0) {
        load(whole);
        std::fill(plain_.begin() + static_cast<std::ptrdiff_t>(size % page_size), plain_.end(),
                  std::uint8_t{0});
        changed_ = true;
        store();
    }
    const std::uint64_t blocks = (size + page_size - 1) / page_size;
    if (current_ != no_block && current_ >= blocks) {
        current_ = no_block;
        changed_ = false;
    }
    if (stored_.size() > blocks) {
        stored_.resize(blocks);
        trailers_.resize(blocks);
    }
    file_->truncate(blocks * page_size);
    size_ = size;
}

}  // namespace myqsec::storage
