#include "storage/database_forms_store.hpp"

namespace myqsec::storage {

namespace {

// "told": audited.
constexpr std::string_view form_steps[] = {
    R"(
    CREATE TABLE database_form (
        database INTEGER PRIMARY KEY,
        encrypted INTEGER NOT NULL,
        told_encrypted INTEGER NOT NULL,
        told_key_version INTEGER NOT NULL);
    )",
};

}  // namespace

Schema database_forms_schema() {
    return {"database forms", form_steps};
}

namespace store {

RequestedForm requested_form(Database& main, DatabaseRole role) {
    auto rows = main.query(
        "SELECT encrypted, told_encrypted, told_key_version FROM database_form WHERE database = $1", role);
    if (!rows.next()) return {};
    return {rows.boolean(0), rows.boolean(1), static_cast<std::uint32_t>(rows.integer(2))};
}

void set_requested_form(Database& main, DatabaseRole role, const RequestedForm& form) {
    main.run(
        "INSERT INTO database_form (database, encrypted, told_encrypted, told_key_version) "
        "VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (database) DO UPDATE SET encrypted = excluded.encrypted, "
        "told_encrypted = excluded.told_encrypted, told_key_version = excluded.told_key_version",
        role, form.encrypted, form.audited_encrypted, form.audited_key_version);
}

}  // namespace store

}  // namespace myqsec::storage
