// How each database is wished to be, and what was last said to be finished, in the main database.
#pragma once

#include "storage/sqlite/schema.hpp"
#include "storage/vault.hpp"

namespace myqsec::storage {

[[nodiscard]] Schema database_forms_schema();

namespace store {

struct FormWish {
    bool encrypted = true;
    bool told_encrypted = true;
    std::uint32_t told_key_version = 1;
};

/// What holds for every database at first, if nothing else was wished.
[[nodiscard]] FormWish get_wish(Database& main, DatabaseRole role);
void set_wish(Database& main, DatabaseRole role, const FormWish& wish);

}  // namespace store

}  // namespace myqsec::storage
