// What a Database is made of; shared by its Rows and Transactions.
#pragma once

#include <vector>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/statement_cache.hpp"

namespace myqsec::storage {

struct Database::State {
    State(Folder& folder, std::string_view name, const DatabaseKeys& keys, const DatabaseOptions& options);

    static constexpr std::size_t cached_statements = 64;

    Connection connection;
    StatementCache statements{cached_statements};  // dies before the connection
    std::string name;
    DatabaseReport report;
    std::uint32_t process;  ///< its fork generation
    int depth = 0;          ///< of nested transactions
    bool doomed = false;    ///< an inner transaction was not committed
    struct AtEnd {
        std::function<void()> before_commit;
        std::function<void()> rolled_back;
    };
    std::vector<AtEnd> at_end;  ///< of the outermost transaction
};

}  // namespace myqsec::storage
