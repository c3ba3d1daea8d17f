#include "settings/settings_store.hpp"

#include <string_view>

#include "settings/settings.hpp"

namespace myqsec::settings {

namespace {

constexpr std::string_view steps[] = {
    R"(
    CREATE TABLE setting (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        changed INTEGER NOT NULL);
    )",
};

}  // namespace

storage::Schema schema() {
    return {"settings", steps};
}

}  // namespace myqsec::settings

namespace myqsec::settings::store {

std::vector<Record> load(storage::Database& main) {
    std::vector<Record> records;
    auto rows = main.query("SELECT name, value, changed FROM setting");
    while (rows.next())
        records.push_back({std::string(rows.text(0)), std::string(rows.text(1)), rows.instant(2)});
    return records;
}

void save(storage::Database& main, const Record& record) {
    main.run(
        "INSERT INTO setting (name, value, changed) VALUES ($1, $2, $3) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed = excluded.changed",
        record.name, record.value, record.changed);
}

}  // namespace myqsec::settings::store
