// Schema migrations: each domain lists its steps; all of them run in one transaction at open.
#pragma once

#include <span>
#include <string_view>

#include "storage/sqlite/database.hpp"

namespace myqsec::storage {

/// Step i brings the domain's tables from version i to i+1. Steps are never edited once released, only
/// appended.
struct Schema {
    std::string_view domain;
    std::span<const std::string_view> steps;
};

/// Brings `database` up to date, all domains in one transaction. If any domain is newer than this library
/// knows: ERR_NEWER_VERSION, nothing changed.
void migrate(Database& database, std::span<const Schema> schemas);

}  // namespace myqsec::storage
