// The requested form of each database, and the last one that was audited as reached, in the main database.
#pragma once

#include "storage/sqlite/schema.hpp"
#include "storage/vault.hpp"

namespace myqsec::storage {

[[nodiscard]] Schema database_forms_schema();

namespace store {

struct RequestedForm {
    bool encrypted = true;
    bool audited_encrypted = true;
    std::uint32_t audited_key_version = 1;
};

/// At first that of a new database.
[[nodiscard]] RequestedForm requested_form(Database& main, DatabaseRole role);
void set_requested_form(Database& main, DatabaseRole role, const RequestedForm& form);

}  // namespace store

}  // namespace myqsec::storage
