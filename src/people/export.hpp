// Exporting people: the file that importing reads. No credential is in it, and no number of anything.
#pragma once

#include <functional>

#include "people/import.hpp"

namespace myqsec::people {

struct ExportOptions {
    char separator = ',';
    bool mark = false;     ///< a byte order mark before it, by which spreadsheets know UTF-8
    bool numbers = false;  ///< the column id, too, by which users of this instance are renamed
};

/// Writes the users whom the principal manages, by id, then groups without members; in memory that a page
/// bounds. The column groups is for who has group.manage. Audited: user.exported. What `write` throws ends
/// it; it is called as a Source is. Right: user.manage.
void export_people(const ImportParts& parts, const access::Principal& principal, const ExportOptions& options,
                   const std::function<void(ByteView)>& write);

}  // namespace myqsec::people
