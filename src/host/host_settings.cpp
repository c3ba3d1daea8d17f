#include "host/host_settings.hpp"

#include "base/error.hpp"
#include "host/host_name.hpp"

namespace myqsec::host {

using access::Right;

namespace {

[[noreturn]] void fail_no_setting(const std::string& name) {
    fail(Status::ERR_NOT_FOUND, "there is no host setting '{}'", name);
}

}  // namespace

void HostSettings::authorise_reading(const access::Principal& principal) {
    if (!authority_.may(principal, Right::host_setting_change))
        (void)authority_.authorise(principal, Right::host_setting_read);
}

void HostSettings::set(const access::Principal& principal, std::string_view given,
                       std::optional<std::string_view> value) {
    const auto proof = authority_.authorise(principal, Right::host_setting_change);
    const auto name = host_name("a host setting", given);
    if (value && value->size() > longest_host_setting) {
        fail(Status::ERR_INVALID_ARGUMENT, "the host setting '{}' may have at most {} bytes, not {}", name,
             longest_host_setting, value->size());
    }
    storage::Transaction transaction(vault_.main());
    const auto before = store::find_setting(vault_.main(), name);
    if (!value) {
        if (!before) fail_no_setting(name);
        store::delete_setting(vault_.main(), name);
    } else if (before && before->value == *value) {
        return;
    } else {
        if (!before && store::count_settings(vault_.main()) >= most_host_settings)
            fail(Status::ERR_LIMIT, "there are {} host settings already", most_host_settings);
        store::save_setting(vault_.main(), {0, name, std::string(*value), vault_.clock().now()});
    }
    audit_.append(
        transaction,
        change_event(audit::Action::host_setting_changed, proof, {audit::ObjectKind::setting, 0},
                     {{name, before ? before->value : std::string(), std::string(value.value_or(""))}}));
    transaction.commit();
}

store::SettingRecord HostSettings::get(const access::Principal& principal, std::string_view given) {
    authorise_reading(principal);
    const auto name = host_name("a host setting", given);
    auto found = store::find_setting(vault_.main(), name);
    if (!found) fail_no_setting(name);
    return *std::move(found);
}

Paged<store::SettingRecord> HostSettings::list(const access::Principal& principal, const Page& page) {
    authorise_reading(principal);
    return store::list_settings(vault_.main(), page);
}

}  // namespace myqsec::host
