// Importing people from a file: users with their groups and cards. docs/people.md says what the columns mean.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "access/access.hpp"
#include "people/columns.hpp"

namespace myqsec::people {

struct ImportOptions {
    ColumnOptions columns;
    std::optional<char> separator;  ///< none: as the first line shows
    bool dry_run = false;           ///< only checked
};

/// What an import did; of a dry run, what it would do.
struct ImportCounts {
    std::uint64_t rows = 0;  ///< in which something stands, without the header
    std::uint64_t errors = 0;
    std::uint64_t created = 0;
    std::uint64_t changed = 0;  ///< fields, groups or cards of users that were there
    std::uint64_t unchanged = 0;
    std::uint64_t groups_created = 0;
    std::uint64_t members_added = 0;
    std::uint64_t members_removed = 0;
    std::uint64_t cards_added = 0;
    std::uint64_t cards_removed = 0;
};

struct ImportError {
    std::uint64_t line = 0;  ///< where the row begins, from 1
    Status status{};
    std::string_view column;  ///< our name of it; "" for the whole row
    std::string_view sentence;
};

/// A file that can be read twice. Both are called with no lock held and outside of a transaction.
struct Source {
    std::function<std::size_t(ByteSpan)> read;  ///< how many bytes came; 0: end
    std::function<void()> rewind;               ///< to where the first read began; a dry run calls it never
};

struct ImportParts {
    access::Access& access;
    storage::Vault& vault;
    audit::AuditLog& audit;
};

/// Rows of a transaction: a release at a device waits for no longer than these take.
inline constexpr std::size_t import_batch = 100;
/// What is remembered of each, to find who is there twice, bounds the memory.
inline constexpr std::uint64_t most_import_rows = 1'000'000;

/// Reads the file, checks all of it, tells each row's error to `tell` (which is called as a source is), and
/// changes nothing if there is any: then it throws with the first one's status. Reads it again and writes it,
/// a transaction a batch; what is so already is not written. So an import that was cut off goes on with the
/// same file. user.manage over each user; for what the columns say, group.manage and credential.manage;
/// otherwise as the same changes one by one ask. Throws ERR_LIMIT for a file that is too large. `counts` is
/// set whatever happens.
void import_people(const ImportParts& parts, const access::Principal& principal, const ImportOptions& options,
                   const Source& source, const std::function<void(const ImportError&)>& tell,
                   ImportCounts& counts);

}  // namespace myqsec::people
