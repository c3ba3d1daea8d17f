#include "audit/bundle/archive.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.hpp"

namespace myqsec::audit {

namespace {

using Header = std::array<char, archive_block>;
constexpr std::size_t longest_name = 100;
constexpr std::size_t size_offset = 124;
constexpr std::size_t size_digits = 11;
constexpr std::size_t checksum_offset = 148;
constexpr std::string_view checksum_spaces = "        ";
constexpr std::size_t magic_offset = 257;
constexpr std::string_view magic = "ustar";
constexpr std::size_t end_blocks = 2;

void put(Header& header, std::size_t offset, std::string_view text) {
    std::ranges::copy(text, header.begin() + static_cast<std::ptrdiff_t>(offset));
}

/// As all tars write it; in the header that it is made of, its place holds spaces.
std::string checksum_of(const Header& header) {
    unsigned sum = 0;
    for (const char byte : header)
        sum += static_cast<unsigned char>(byte);
    return fmt::format("{:06o}", sum) + '\0' + ' ';
}

bool is_whole_tar_header(Header header) {
    const std::string stored(header.data() + checksum_offset, checksum_spaces.size());
    put(header, checksum_offset, checksum_spaces);
    return stored == checksum_of(header);
}

Header header_of(std::string_view name, std::uint64_t size) {
    Header header{};
    put(header, 0, name);
    put(header, 100, "0000644");  // mode
    put(header, 108, "0000000");  // owner
    put(header, 116, "0000000");  // group
    put(header, size_offset, fmt::format("{:011o}", size));
    put(header, 136, "00000000000");  // time
    put(header, checksum_offset, checksum_spaces);
    put(header, 156, "0");  // a regular file
    put(header, magic_offset, magic);
    put(header, 263, "00");       // version
    put(header, 329, "0000000");  // device
    put(header, 337, "0000000");
    put(header, checksum_offset, checksum_of(header));
    return header;
}

std::size_t padding_of(std::uint64_t size) {
    return static_cast<std::size_t>((archive_block - size % archive_block) % archive_block);
}

std::uint64_t size_in(const Header& header) {
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < size_digits; ++i)
        size = size * 8 + static_cast<unsigned char>(header[size_offset + i] - '0') % 8U;
    return size;
}

bool is_zero(ByteView bytes) {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

void ArchiveWriter::add(std::string_view name, ByteView content) {
    if (name.size() > longest_name)
        fail(Status::ERR_INTERNAL, "the name '{}' is too long for an archive", name);
    const auto header = header_of(name, content.size());
    write_(as_bytes({header.data(), header.size()}));
    if (!content.empty()) write_(content);
    static constexpr std::array<std::uint8_t, archive_block> zeros{};
    if (const auto padding = padding_of(content.size()); padding > 0) write_(ByteView(zeros).first(padding));
}

void ArchiveWriter::end() {
    static constexpr std::array<std::uint8_t, end_blocks * archive_block> zeros{};
    write_(zeros);
}

namespace {

std::string kind_of_no_tar(std::string_view text) {
    using namespace std::string_view_literals;
    if (text.empty()) return "it is empty";
    for (const auto start : {"\x1F\x8B"sv, "PK\x03\x04"sv,
                             "\xFD"
                             "7zXZ"sv,
                             "\x28\xB5\x2F\xFD"sv, "BZh"sv})
        if (text.starts_with(start)) return "it is compressed: decompress it first";
    if (text.starts_with('{'))
        return "it is JSON, such as lines of an export: a bundle is another format of it";
    if (text.starts_with('<')) return "it is lines for syslog: a bundle is another format of an export";
    return "it is another kind of file";
}

}  // namespace

std::optional<std::string> other_kind_of_file(ByteView block, std::string_view first) {
    const auto text = as_text(block);
    const auto name = std::string(first) + '\0';
    const bool named = text.substr(0, name.size()) == std::string_view(name).substr(0, text.size());
    const bool tar = text.size() == archive_block && text.substr(magic_offset, magic.size()) == magic;
    if (text.empty() || (!named && !tar)) return kind_of_no_tar(text);
    Header header{};
    std::ranges::copy(text, header.begin());
    if (tar && is_whole_tar_header(header) && header != header_of(first, size_in(header)))
        return "it is another tar archive, or was packed anew: give the file as it was exported";
    return std::nullopt;
}

ByteView ArchiveReader::first_block() {
    ahead_.resize(archive_block);
    std::size_t size = 0;
    while (size < ahead_.size()) {
        const auto got = read_(ByteSpan(ahead_).subspan(size));
        if (got == 0) break;
        size += std::min(got, ahead_.size() - size);
    }
    ahead_.resize(size);
    return ahead_;
}

std::size_t ArchiveReader::read(ByteSpan into) {
    if (ahead_.empty()) return read_(into);
    const auto size = static_cast<std::ptrdiff_t>(std::min(into.size(), ahead_.size()));
    std::copy(ahead_.begin(), ahead_.begin() + size, into.begin());
    ahead_.erase(ahead_.begin(), ahead_.begin() + size);
    return static_cast<std::size_t>(size);
}

void ArchiveReader::fill(ByteSpan into, std::string_view name) {
    while (!into.empty()) {
        const auto got = read(into);
        if (got == 0) throw BadArchive{fmt::format("it ends within '{}'", name)};
        into = into.subspan(std::min(got, into.size()));
    }
}

Bytes ArchiveReader::take(std::string_view name, std::size_t limit) {
    Header header{};
    fill({reinterpret_cast<std::uint8_t*>(header.data()), header.size()}, name);
    const auto size = size_in(header);
    if (header != header_of(name, size)) throw BadArchive{fmt::format("'{}' is not where it belongs", name)};
    if (size > limit) throw BadArchive{fmt::format("'{}' has {} bytes, more than it can need", name, size)};

    constexpr std::size_t step = 1 << 20;
    Bytes content;
    while (content.size() < size) {
        const auto at = content.size();
        content.resize(at + std::min(step, static_cast<std::size_t>(size) - at));
        fill(ByteSpan(content).subspan(at), name);
    }
    std::array<std::uint8_t, archive_block> padding{};
    const auto rest = ByteSpan(padding).first(padding_of(size));
    fill(rest, name);
    if (!is_zero(rest)) throw BadArchive{fmt::format("something follows '{}' where nothing may be", name)};
    return content;
}

void ArchiveReader::end() {
    std::array<std::uint8_t, end_blocks * archive_block> zeros{};
    fill(zeros, "the end mark");
    std::array<std::uint8_t, 1> more{};
    if (!is_zero(zeros) || read(more) != 0) throw BadArchive{"something follows its last file"};
}

}  // namespace myqsec::audit
