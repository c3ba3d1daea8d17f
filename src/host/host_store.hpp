// The SQL of what belongs to the host: its secrets and its settings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/page.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/schema.hpp"

namespace myqsec::host {

/// Tables of the host's secrets, settings and notifications, in the main database.
[[nodiscard]] storage::Schema schema();

namespace store {

struct SecretRecord {
    std::int64_t id = 0;
    std::string name;
    LeafId leaf;   ///< of its own key
    Bytes sealed;  ///< under that
    Instant changed;
};

std::optional<SecretRecord> find_secret(storage::Database& main, std::string_view name);
/// A new row, or the row of that name with another key and contents.
void save_secret(storage::Database& main, const SecretRecord& record);
void delete_secret(storage::Database& main, std::string_view name);
[[nodiscard]] std::int64_t count_secrets(storage::Database& main);
/// Without what is sealed.
Paged<SecretRecord> list_secrets(storage::Database& main, const Page& page);

struct SettingRecord {
    std::int64_t id = 0;
    std::string name;
    std::string value;
    Instant changed;
};

std::optional<SettingRecord> find_setting(storage::Database& main, std::string_view name);
void save_setting(storage::Database& main, const SettingRecord& record);
void delete_setting(storage::Database& main, std::string_view name);
[[nodiscard]] std::int64_t count_settings(storage::Database& main);
Paged<SettingRecord> list_settings(storage::Database& main, const Page& page);

/// Every statement that reads a page, for the test that looks at their plans.
std::vector<std::string_view> host_list_statements();

}  // namespace store

}  // namespace myqsec::host
