#include "storage/pages/marks_file.hpp"

#include "base/error.hpp"

namespace myqsec::storage {

namespace {

constexpr std::size_t mark_size = sizeof(crypto::PageMark);
constexpr std::size_t marks_of_a_block = 4096 / mark_size;
constexpr std::size_t blocks_in_one_write = 64;

constexpr std::uint64_t marks_offset(std::size_t index) {
    return marks_header_size + std::uint64_t{index} * mark_size;
}

constexpr std::size_t blocks_of(std::size_t pages) {
    return (pages + marks_of_a_block - 1) / marks_of_a_block;
}

crypto::PageDigest::Proof marks_tag(const PageState& state, const MarksHeader& header) {
    return state.ledger.digest().prove(state.ledger.sum(), ByteView(header).first(marks_tag_offset));
}

std::uint32_t pages_in(const MarksHeader& header) {
    return load_be<std::uint32_t>(header.data() + clear_header_size);
}

bool is_of(const MarksHeader& header, const PageState& state) {
    ByteArray<clear_header_size> tag;
    store_format_tag(tag.data(), marks_magic, state.identity, state.forms.to.suite);
    return std::equal(tag.begin(), tag.end(), header.begin());
}

std::vector<std::uint32_t> recent_in(const MarksHeader& header) {
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < RecentPages::most; ++i) {
        const auto page = load_be<std::uint32_t>(header.data() + marks_recent_offset + i * 4);
        if (page == 0) break;
        out.push_back(page);
    }
    return out;
}

/// False if the file ends before them.
bool append_marks(File& file, std::uint32_t pages, PageLedger& ledger) {
    Bytes bytes(blocks_in_one_write * marks_of_a_block * mark_size);
    std::vector<crypto::PageMark> marks;
    ledger.reserve(pages);
    while (ledger.pages() < pages) {
        const std::size_t count = std::min(bytes.size() / mark_size, std::size_t{pages - ledger.pages()});
        const ByteSpan part = ByteSpan(bytes).first(count * mark_size);
        if (file.read_at(marks_offset(ledger.pages()), part) != part.size()) return false;
        marks.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            marks[i] = load_be<crypto::PageMark>(part.data() + i * mark_size);
        ledger.append(marks);
    }
    return true;
}

void remove_quietly(Folder& folder, const std::string& name) noexcept {
    try {
        folder.remove(name);
    } catch (...) {  // what stays proves nothing
        return;
    }
}

}  // namespace

MarksHeader make_marks_header(const PageState& state, std::span<const std::uint32_t> recent_pages) {
    MarksHeader header{};
    store_format_tag(header.data(), marks_magic, state.identity, state.forms.to.suite);
    store_be(header.data() + clear_header_size, state.ledger.pages());
    for (std::size_t i = 0; i < recent_pages.size(); ++i)
        store_be(header.data() + marks_recent_offset + i * 4, recent_pages[i]);
    const auto tag = marks_tag(state, header);
    std::copy(tag.begin(), tag.end(), header.begin() + marks_tag_offset);
    return header;
}

bool MarksFile::load(PageState& state, std::uint32_t least, std::uint32_t most) {
    try {
        if (!folder_.exists(name_)) return false;
        auto file = folder_.open(name_);
        MarksHeader header;
        if (file->read_at(0, header) != header.size() || !is_of(header, state)) return false;
        const std::uint32_t pages = pages_in(header);
        if (pages < least || pages > most || file->size() != marks_offset(pages)) return false;
        if (!append_marks(*file, pages, state.ledger)) return false;
        if (!crypto::equal_constant_time(marks_tag(state, header),
                                         ByteView(header).subspan(marks_tag_offset)))
            return false;
        recent_.assign(recent_in(header));
        changed_.assign(blocks_of(pages), false);
        file_ = std::move(file);
        return true;
    } catch (const Error&) {
        return false;
    }
}

void MarksFile::distrust() {
    file_.reset();
    recent_.clear();
}

void MarksFile::wrote(std::uint32_t page) {
    const std::size_t block = (page - 1) / marks_of_a_block;
    if (block >= changed_.size()) changed_.resize(block + 1);
    changed_[block] = true;
    recent_.wrote(page);
}

/// What is there may be anything: it is overwritten, or stays and proves nothing.
void MarksFile::begin_anew() {
    file_ = folder_.exists(name_) ? folder_.open(name_) : folder_.create(name_);
    changed_.assign(changed_.size(), true);
}

void MarksFile::write(const PageState& state) noexcept {
    try {
        const std::size_t blocks = blocks_of(state.ledger.pages());
        changed_.resize(blocks);
        if (!file_) begin_anew();
        write_changed_blocks(state.ledger);
        const std::uint64_t size = marks_offset(state.ledger.pages());
        if (file_->size() != size) file_->truncate(size);
        file_->write_at(0, make_marks_header(state, recent_.newest_first()));
        changed_.assign(blocks, false);
    } catch (...) {  // a full disk, say: the checkpoint is none the worse
        file_.reset();
        remove_quietly(folder_, name_);
    }
}

void MarksFile::write_changed_blocks(const PageLedger& ledger) {
    Bytes bytes;
    for (std::size_t block = 0; block < changed_.size(); ++block) {
        if (!changed_[block]) continue;
        const std::size_t first = block * marks_of_a_block;
        while (block + 1 < changed_.size() && changed_[block + 1] &&
               (block + 1) * marks_of_a_block - first < blocks_in_one_write * marks_of_a_block)
            ++block;
        const std::size_t end = std::min<std::size_t>((block + 1) * marks_of_a_block, ledger.pages());
        bytes.resize((end - first) * mark_size);
        for (std::size_t i = first; i < end; ++i)
            store_be(bytes.data() + (i - first) * mark_size, ledger.marks()[i]);
        file_->write_at(marks_offset(first), bytes);
    }
}

void MarksFile::remove(Folder& folder, std::string_view database) {
    remove_quietly(folder, file_name(database));
}

}  // namespace myqsec::storage
