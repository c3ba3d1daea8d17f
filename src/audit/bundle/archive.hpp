// The archive that a bundle is: ustar (POSIX.1-1988) with regular files alone, each header in its one
// spelling, so that any tar unpacks it and a reader can compare headers byte by byte.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace myqsec::audit {

/// Takes all of the bytes, or throws.
using Write = std::function<void(ByteView)>;
/// Puts up to the view's size of bytes into it and says how many; 0 at the end only.
using Read = std::function<std::size_t(ByteSpan)>;

inline constexpr std::size_t archive_block = 512;

class ArchiveWriter {
 public:
    explicit ArchiveWriter(Write write) : write_(std::move(write)) {}
    /// `name` has at most 100 bytes.
    void add(std::string_view name, ByteView content);
    void add(std::string_view name, std::string_view content) { add(name, as_bytes(content)); }
    void end();

 private:
    Write write_;
};

/// What is wrong with an archive; no Error, because to find it is what the reader is for.
struct BadArchive {
    std::string reason;
};

/// What a file is that never was an archive of ours whose first file is `first`, from its first block: a
/// sentence that begins with "it is". Nothing for one that was, even if it is damaged or cut off.
[[nodiscard]] std::optional<std::string> other_kind_of_file(ByteView block, std::string_view first);

class ArchiveReader {
 public:
    explicit ArchiveReader(Read read) : read_(std::move(read)) {}
    /// The first block, or less if there is less; before anything is taken.
    ByteView first_block();
    /// The next file, which must have this name and at most `limit` bytes. Memory grows with what is there,
    /// not with what a header claims. Throws BadArchive.
    Bytes take(std::string_view name, std::size_t limit);
    /// Throws BadArchive unless the archive ends here.
    void end();

 private:
    std::size_t read(ByteSpan into);
    void fill(ByteSpan into, std::string_view name);
    Read read_;
    Bytes ahead_;  ///< read, and not yet taken
};

}  // namespace myqsec::audit
