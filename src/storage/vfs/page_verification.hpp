// Whether a database file holds, page for page, what its log says it must.
#pragma once

#include "base/folder.hpp"
#include "storage/pages/page_state.hpp"
#include "storage/wal/wal_log.hpp"

namespace myqsec::storage {

/// Fills the state's ledger with the pages that only the file has, reading their tags, and compares them with
/// what the log's last commit, or its generation's beginning, says. Throws ERR_CORRUPT if a page is damaged
/// or missing, ERR_TAMPERED if all are authentic, but not of this state.
void verify_pages(File& file, std::string_view name, PageState& state, WalLog& log);

}  // namespace myqsec::storage
