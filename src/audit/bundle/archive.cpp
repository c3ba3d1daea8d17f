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
constexpr std::size_t end_blocks = 2;

void put(Header& header, std::size_t offset, std::string_view text) {
    std::ranges::copy(text, header.begin() + static_cast<std::ptrdiff_t>(offset));
}

Header header_of(std::string_view name, std::uint64_t size) {
    Header header{};
    put(header, 0, name);
    put(header, 100, "0000644");  // mode
    put(header, 108, "0000000");  // owner
    put(header, 116, "0000000");  // group
    put(header, size_offset, fmt::format("{:011o}", size));
    put(header, 136, "00000000000");  // time
    put(header, checksum_offset, "        ");
    put(header, 156, "0");  // a regular file
    put(header, 257, "ustar");
    put(header, 263, "00");       // version
    put(header, 329, "0000000");  // device
    put(header, 337, "0000000");
    unsigned sum = 0;
    for (const char byte : header)
        sum += static_cast<unsigned char>(byte);
    put(header, checksum_offset, fmt::format("{:06o}", sum));
    header[checksum_offset + 6] = '\0';
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

void ArchiveReader::fill(ByteSpan into, std::string_view name) {
    while (!into.empty()) {
        const auto got = read_(into);
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
    if (!is_zero(zeros) || read_(more) != 0) throw BadArchive{"something follows its last file"};
}

}  // namespace myqsec::audit
