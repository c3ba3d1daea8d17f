// The SQL of settings: only values that were set have a row.
#pragma once

#include <string>
#include <vector>

#include "storage/sqlite/database.hpp"

namespace myqsec::settings::store {

struct Record {
    std::string name;
    std::string value;
    Instant changed;
};

std::vector<Record> load(storage::Database& main);
void save(storage::Database& main, const Record& record);

}  // namespace myqsec::settings::store
