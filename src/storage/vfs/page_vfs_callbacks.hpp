// The C functions SQLite calls, each a thin frame around a PageVfs or VfsFile method.
#pragma once

#include <sqlite3.h>

namespace myqsec::storage {

/// Sets everything but zName and pAppData, which must point to the PageVfs.
void fill_vfs_callbacks(sqlite3_vfs& vfs);

}  // namespace myqsec::storage
