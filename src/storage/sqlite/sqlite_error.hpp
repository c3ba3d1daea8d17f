// From SQLite's result codes to ours.
#pragma once

#include <string_view>

#include <sqlite3.h>

namespace myqsec::storage {

class PageVfs;

/// Throws the Error for the last failed call on `connection`: what the VFS kept of an I/O failure, else
/// SQLite's code with its sentence, which names tables and columns but no values.
[[noreturn]] void fail_sqlite(sqlite3* connection, int code, const PageVfs& vfs, std::string_view name);

}  // namespace myqsec::storage
