// Whether a database file holds, page for page, what its log says it must.
#pragma once

#include "base/folder.hpp"
#include "storage/pages/marks_file.hpp"
#include "storage/wal/wal_log.hpp"

namespace myqsec::storage {

/// What the state's ledger was filled from.
enum class MarksFrom {
    database_file,  ///< so that it holds all that the log says
    marks_file      ///< so that some of its pages may be of an earlier time: who reads one notices
};

/// Fills the state's ledger with the marks of the pages that only the database file has, and compares them
/// with what the log's last commit, or its generation's beginning, says. They are taken from `marks`, if that
/// agrees with the log, and with the database file on the pages written last; else from the database file.
/// Throws ERR_CORRUPT if a page is damaged or missing, ERR_TAMPERED if all are authentic, but not of this
/// state.
MarksFrom verify_pages(File& file, std::string_view name, PageState& state, WalLog& log, MarksFile* marks);

}  // namespace myqsec::storage
