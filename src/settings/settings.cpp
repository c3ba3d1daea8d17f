#include "settings/settings.hpp"

#include <algorithm>
#include <string>

#include "base/error.hpp"
#include "settings/settings_store.hpp"

namespace myqsec::settings {

Settings::Settings(storage::Vault& vault, audit::AuditLog& audit) : vault_(vault), audit_(audit) {
    for (const auto& one : definitions())
        values_.push_back({parse_value(one, one.initial), std::nullopt});
    for (const auto& record : store::load(vault_.main())) {
        const auto* known = find_definition(record.name);
        if (known == nullptr) continue;
        values_[static_cast<std::size_t>(known->setting)] = {parse_value(*known, record.value),
                                                             record.changed};
    }
}

Settings::Current Settings::current(Setting setting) const {
    const std::shared_lock lock(mutex_);
    return values_[static_cast<std::size_t>(setting)];
}

std::int64_t Settings::integer(Setting setting) const {
    return current(setting).value.number;
}
bool Settings::boolean(Setting setting) const {
    return integer(setting) != 0;
}
Duration Settings::duration(Setting setting) const {
    return Duration(integer(setting));
}
double Settings::probability(Setting setting) const {
    return static_cast<double>(integer(setting)) / 1e6;
}
std::string Settings::text(Setting setting) const {
    return value_text(setting);
}

std::string Settings::value_text(Setting setting) const {
    return current(setting).value.text;
}

void Settings::set(const Authorised& proof, std::string_view name, std::optional<std::string_view> value) {
    const auto* known = find_definition(name);
    if (known == nullptr)
        fail(Status::ERR_NOT_FOUND, "there is no setting of that name; list the settings to see all");
    proof.require(fmt::format("settings.change.{}", area_name(known->area)));
    change(proof.actor(), *known, value.value_or(known->initial));
}

void Settings::begin_with(const crypto::Argon2Parameters& costs) {
    const auto begin = [&](Setting setting, std::uint32_t value) {
        if (value == integer(setting)) return;
        change(audit::Actor::system(), definition(setting), std::to_string(value));
    };
    begin(Setting::kdf_memory_kib, costs.memory_kib);
    // A root key is stretched once an opening; a password, at each login, so that its range ends before.
    begin(Setting::kdf_iterations, std::min(costs.iterations, 100U));
}

void Settings::change(const audit::Actor& actor, const Definition& which, std::string_view value) {
    const auto parsed = parse_value(which, value);
    const auto now = vault_.clock().now();

    storage::Transaction transaction(vault_.main());
    store::save(vault_.main(), {std::string(which.name), parsed.text, now});
    audit_.append(transaction,
                  {.action = audit::Action::settings_changed,
                   .actor = actor,
                   .object = {audit::ObjectKind::setting, 0},
                   .changes = {{std::string(which.name), value_text(which.setting), parsed.text}},
                   .personal = {}});
    transaction.commit();

    const std::unique_lock lock(mutex_);
    values_[static_cast<std::size_t>(which.setting)] = {parsed, now};
}

SettingRow Settings::row(Setting setting) const {
    const auto now = current(setting);
    return {&definition(setting), now.value.text, now.changed};
}

std::vector<SettingRow> Settings::list() const {
    std::vector<SettingRow> rows;
    for (const auto& one : definitions())
        rows.push_back(row(one.setting));
    return rows;
}

SettingRow Settings::get(std::string_view name) const {
    const auto* known = find_definition(name);
    if (known == nullptr)
        fail(Status::ERR_NOT_FOUND, "there is no setting of that name; list the settings to see all");
    return row(known->setting);
}

}  // namespace myqsec::settings
