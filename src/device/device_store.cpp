#include "device/device_store.hpp"

#include "device/devices.hpp"

#define DEVICE_ROWS                                                                                      \
    "SELECT id, name, model, serial, mac, address, location, methods, idle_timeout, enabled, "           \
    "clear_pending, (SELECT user_id FROM device_session s WHERE s.device = device.id), card_transform, " \
    "self_registration FROM device "

namespace myqsec::device {

namespace {

constexpr std::string_view steps[] = {
    R"(
    CREATE TABLE device (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        model TEXT NOT NULL,
        serial TEXT NOT NULL,
        mac TEXT NOT NULL,
        address TEXT NOT NULL,
        location TEXT NOT NULL,
        methods INTEGER NOT NULL,
        idle_timeout INTEGER NOT NULL,
        enabled INTEGER NOT NULL,
        keeps_memory INTEGER NOT NULL,
        clear_pending INTEGER NOT NULL);
    CREATE TABLE device_session (
        device INTEGER PRIMARY KEY REFERENCES device (id),
        session INTEGER NOT NULL,
        user_id INTEGER NOT NULL);
    )",
    R"(
    ALTER TABLE device ADD COLUMN card_transform TEXT NOT NULL DEFAULT '';
    ALTER TABLE device ADD COLUMN self_registration INTEGER NOT NULL DEFAULT 0;
    )",
};

}  // namespace

storage::Schema schema() {
    return {"device", steps};
}

}  // namespace myqsec::device

namespace myqsec::device::store {

namespace {

constexpr BothWays listed_devices{DEVICE_ROWS "WHERE id > $1 ORDER BY id LIMIT $2",
                                  DEVICE_ROWS "WHERE id < $1 ORDER BY id DESC LIMIT $2"};

Device read_device(const storage::Rows& rows) {
    return {.id = rows.id<DeviceId>(0),
            .name = std::string(rows.text(1)),
            .model = std::string(rows.text(2)),
            .serial = std::string(rows.text(3)),
            .mac = std::string(rows.text(4)),
            .address = std::string(rows.text(5)),
            .location = std::string(rows.text(6)),
            .methods = static_cast<access::Methods>(rows.integer(7)),
            .idle_timeout = Duration(rows.integer(8)),
            .enabled = rows.boolean(9),
            .session_user = rows.id<UserId>(11),
            .clear_pending = rows.boolean(10),
            .card_transform = std::string(rows.text(12)),
            .self_registration = rows.boolean(13)};
}

SessionRow read_session(const storage::Rows& rows) {
    return {rows.id<DeviceId>(0), rows.id<SessionId>(1), rows.id<UserId>(2)};
}

}  // namespace

DeviceId insert_device(storage::Database& main, const Device& device) {
    return DeviceId(main.insert(
        "INSERT INTO device (name, model, serial, mac, address, location, methods, idle_timeout, enabled, "
        "keeps_memory, clear_pending, card_transform, self_registration) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10, $11)",
        device.name, device.model, device.serial, device.mac, device.address, device.location, device.methods,
        device.idle_timeout.count(), device.enabled, device.card_transform, device.self_registration));
}

void update_device(storage::Database& main, const Device& device) {
    main.run(
        "UPDATE device SET name = $1, model = $2, serial = $3, mac = $4, address = $5, location = $6, "
        "methods = $7, idle_timeout = $8, enabled = $9, card_transform = $10, self_registration = $11 "
        "WHERE id = $12",
        device.name, device.model, device.serial, device.mac, device.address, device.location, device.methods,
        device.idle_timeout.count(), device.enabled, device.card_transform, device.self_registration,
        device.id);
}

void remove_device(storage::Database& main, DeviceId device) {
    main.run("DELETE FROM device_session WHERE device = $1", device);
    main.run("DELETE FROM device WHERE id = $1", device);
}

std::optional<Device> find_device(storage::Database& main, DeviceId device) {
    auto rows = main.query(DEVICE_ROWS "WHERE id = $1", device);
    if (!rows.next()) return std::nullopt;
    return read_device(rows);
}

std::optional<DeviceId> find_device_named(storage::Database& main, std::string_view name) {
    auto rows = main.query("SELECT id FROM device WHERE name = $1", name);
    if (!rows.next()) return std::nullopt;
    return rows.id<DeviceId>(0);
}

Paged<Device> list_devices(storage::Database& main, const Page& page) {
    std::vector<Device> devices;
    auto rows = main.query(listed_devices.of(page), page.edge(), page.rows());
    while (rows.next())
        devices.push_back(read_device(rows));
    return page_of(std::move(devices), page, [](const Device& device) { return device.id.value; });
}

std::vector<std::string_view> device_list_statements() {
    return both_ways({listed_devices});
}

void insert_session(storage::Database& main, const SessionRow& row) {
    main.run("INSERT INTO device_session (device, session, user_id) VALUES ($1, $2, $3)", row.device,
             row.session, row.user);
}

bool remove_session(storage::Database& main, DeviceId device, SessionId session) {
    return main.run("DELETE FROM device_session WHERE device = $1 AND session = $2", device, session) > 0;
}

std::optional<SessionRow> session_at(storage::Database& main, DeviceId device) {
    auto rows = main.query("SELECT device, session, user_id FROM device_session WHERE device = $1", device);
    if (!rows.next()) return std::nullopt;
    return read_session(rows);
}

std::optional<Duration> shortest_idle_timeout(storage::Database& main) {
    auto rows = main.query("SELECT min(idle_timeout) FROM device WHERE idle_timeout > 0");
    if (!rows.next() || rows.is_null(0)) return std::nullopt;
    return Duration(rows.integer(0));
}

std::vector<SessionRow> list_sessions(storage::Database& main) {
    std::vector<SessionRow> all;
    auto rows = main.query("SELECT device, session, user_id FROM device_session ORDER BY device");
    while (rows.next())
        all.push_back(read_session(rows));
    return all;
}

bool keeps_memory(storage::Database& main, DeviceId device) {
    auto rows = main.query("SELECT keeps_memory FROM device WHERE id = $1", device);
    return rows.next() && rows.boolean(0);
}

void set_keeps_memory(storage::Database& main, DeviceId device, bool keeps) {
    main.run("UPDATE device SET keeps_memory = $1 WHERE id = $2", keeps, device);
}

void mark_clear_pending(storage::Database& main, DeviceId device) {
    main.run("UPDATE device SET clear_pending = 1 WHERE id = $1 AND keeps_memory = 1", device);
}

void unmark_clear_pending(storage::Database& main, DeviceId device) {
    main.run("UPDATE device SET clear_pending = 0 WHERE id = $1", device);
}

std::vector<DeviceId> clear_pending(storage::Database& main) {
    std::vector<DeviceId> all;
    auto rows = main.query("SELECT id FROM device WHERE clear_pending = 1 ORDER BY id");
    while (rows.next())
        all.push_back(rows.id<DeviceId>(0));
    return all;
}

}  // namespace myqsec::device::store
