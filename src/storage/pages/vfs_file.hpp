// A file as SQLite sees it: plaintext, in SQLite's own layout. What lies on disk behind it is each class's
// secret.
#pragma once

#include "base/bytes.hpp"

namespace myqsec::storage {

/// All methods throw Error; the VFS turns that into SQLite's result codes.
class VfsFile {
 public:
    virtual ~VfsFile() = default;

    /// SQLite begins to read: what it reads until it ends is to be one state.
    virtual void begin_read() {}
    /// False at the end of the file: what is missing is then zero, as SQLite demands.
    virtual bool read(std::uint64_t offset, ByteSpan into) = 0;
    virtual void write(std::uint64_t offset, ByteView from) = 0;
    virtual void truncate(std::uint64_t size) = 0;
    virtual void sync() = 0;
    [[nodiscard]] virtual std::uint64_t size() = 0;
};

}  // namespace myqsec::storage
