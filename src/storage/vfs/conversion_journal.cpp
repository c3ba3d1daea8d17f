#include "storage/vfs/conversion_journal.hpp"

#include "base/error.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "storage/pages/page_sealer.hpp"

namespace myqsec::storage {

namespace {

constexpr std::string_view journal_magic = "MYQSCNV";
constexpr std::size_t clear_size = clear_header_size + 8 + 4 + 4;  // tag, generation, first, count
constexpr std::size_t record_size = sizeof(crypto::PageSum) + crypto::record_overhead;
constexpr std::size_t header_size = clear_size + record_size;

Bytes clear_part(const PageState& state, const ConversionStep& step) {
    Bytes out(clear_size);
    store_format_tag(out.data(), journal_magic, state.identity, state.forms.to.suite);
    store_be(out.data() + clear_header_size, step.generation);
    store_be(out.data() + clear_header_size + 8, step.first);
    store_be(out.data() + clear_header_size + 12, step.count());
    return out;
}

/// The clear part and every page's nonce and tag: with each page authentic by itself, that binds all of the
/// step.
Bytes context_of(const PageState& state, ConversionStep& step) {
    crypto::Sha256 trailers;
    for (std::uint32_t number = step.first; number <= step.last(); ++number)
        trailers.update(step.page(number).last<page_reserve>());
    Bytes context = clear_part(state, step);
    const auto digest = trailers.final();
    context.insert(context.end(), digest.begin(), digest.end());
    return context;
}

bool pages_are_authentic(const PageState& state, ConversionStep& step, const crypto::Secret& key) {
    PageSealer sealer(state.identity, state.forms.to, key);
    ByteArray<page_size> copy;
    for (std::uint32_t number = step.first; number <= step.last(); ++number) {
        const Page page = step.page(number);
        if (ConversionStep::is_hole(page)) continue;
        std::copy(page.begin(), page.end(), copy.begin());
        const bool opens = sealer.open(number, copy);
        crypto::wipe(copy);
        if (!opens) return false;
    }
    return true;
}

}  // namespace

void ConversionJournal::write(const PageState& state, const ConversionStep& step) {
    ConversionStep copy = step;
    const auto& key = key_of(state.keys, state.forms.to, name_);
    const Bytes record = crypto::seal_record(key, context_of(state, copy), step.sum);
    Bytes bytes = clear_part(state, step);
    bytes.insert(bytes.end(), record.begin(), record.end());
    bytes.insert(bytes.end(), step.pages.begin(), step.pages.end());
    const bool is_new = !folder_.exists(name_);
    auto file = is_new ? folder_.create(name_) : folder_.open(name_);
    file->write_at(0, bytes);
    file->sync();
    if (is_new) folder_.sync();
}

std::optional<ConversionStep> ConversionJournal::read(const PageState& state, std::uint64_t generation) {
    if (!folder_.exists(name_)) return std::nullopt;
    auto file = folder_.open_read_only(name_);
    Bytes header(header_size);
    if (file->read_at(0, header) != header.size()) return std::nullopt;
    ConversionStep step;
    step.generation = load_be<std::uint64_t>(header.data() + clear_header_size);
    step.first = load_be<std::uint32_t>(header.data() + clear_header_size + 8);
    const auto count = load_be<std::uint32_t>(header.data() + clear_header_size + 12);
    if (step.generation != generation || step.first == 0 || count == 0) return std::nullopt;
    if (std::uint64_t{count} * page_size > file->size() - header_size) return std::nullopt;
    step.pages.resize(std::size_t{count} * page_size);
    if (file->read_at(header_size, step.pages) != step.pages.size()) return std::nullopt;
    const auto& key = key_of(state.keys, state.forms.to, name_);
    try {
        const ByteView record = ByteView(header).subspan(clear_size);
        const auto sum = crypto::open_record(key, context_of(state, step), record);
        std::copy_n(sum.view().begin(), step.sum.size(), step.sum.begin());
    } catch (const Error& error) {
        if (error.status() != Status::ERR_CORRUPT) throw;
        return std::nullopt;
    }
    if (!std::equal(header.begin(), header.begin() + clear_size, clear_part(state, step).begin()))
        return std::nullopt;
    if (!pages_are_authentic(state, step, key)) return std::nullopt;
    return step;
}

void ConversionJournal::remove() {
    if (folder_.remove(name_)) folder_.sync();
}

}  // namespace myqsec::storage
