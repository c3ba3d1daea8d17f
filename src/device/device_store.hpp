// The SQL of devices and of the sessions open at them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/page.hpp"
#include "device/device.hpp"
#include "storage/sqlite/database.hpp"

namespace myqsec::device::store {

DeviceId insert_device(storage::Database& main, const Device& device);
/// Everything but session and mark.
void update_device(storage::Database& main, const Device& device);
void remove_device(storage::Database& main, DeviceId device);
[[nodiscard]] std::optional<Device> find_device(storage::Database& main, DeviceId device);
[[nodiscard]] std::optional<DeviceId> find_device_named(storage::Database& main, std::string_view name);
[[nodiscard]] Paged<Device> list_devices(storage::Database& main, const Page& page);
/// Of those that have their own.
[[nodiscard]] std::optional<Duration> shortest_idle_timeout(storage::Database& main);
/// Every statement that list_devices may run, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string_view> device_list_statements();

/// That a person is, or was when the process died, logged in at a device.
struct SessionRow {
    DeviceId device;
    SessionId session;
    UserId user;
};
void insert_session(storage::Database& main, const SessionRow& row);
/// False if there was none.
bool remove_session(storage::Database& main, DeviceId device, SessionId session);
[[nodiscard]] std::optional<SessionRow> session_at(storage::Database& main, DeviceId device);
[[nodiscard]] std::vector<SessionRow> list_sessions(storage::Database& main);

/// Whether the device has memory to clear: the last attach() said so.
[[nodiscard]] bool keeps_memory(storage::Database& main, DeviceId device);
void set_keeps_memory(storage::Database& main, DeviceId device, bool keeps);
/// Marks the device as one whose memory is still to be cleared, if it has any.
void mark_clear_pending(storage::Database& main, DeviceId device);
void unmark_clear_pending(storage::Database& main, DeviceId device);
[[nodiscard]] std::vector<DeviceId> clear_pending(storage::Database& main);

}  // namespace myqsec::device::store
