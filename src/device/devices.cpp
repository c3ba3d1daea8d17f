#include "device/devices.hpp"

#include "access/cards/card_transform.hpp"
#include "device/device_sessions.hpp"
#include "spool/records/text.hpp"

namespace myqsec::device {

using access::Right;

struct Devices::State {
    State(const spool::Context& the_context, spool::Jobs& jobs)
        : context(the_context), memory(context, jobs), sessions(context, jobs, memory, turns) {}

    spool::Context context;
    Turns turns;
    Memory memory;
    DeviceSessions sessions;
};

namespace {

constexpr Duration shortest_idle = std::chrono::seconds(5);
constexpr Duration longest_idle = std::chrono::hours(24);

void require_valid(Device& device) {
    device.name = access::prepared_name("a device's name", device.name, 127);
    for (auto* text : {&device.model, &device.serial, &device.mac, &device.address, &device.location}) {
        *text = spool::prepared_text(*text, 0, 255, "a device's description");
    }
    if (device.methods == 0 || (device.methods & ~access::all_methods) != 0) {
        fail(Status::ERR_INVALID_ARGUMENT, "a device allows at least one of the known ways to log in");
    }
    const auto idle = device.idle_timeout;
    if (idle != Duration::zero() && (idle < shortest_idle || idle > longest_idle)) {
        fail(Status::ERR_INVALID_ARGUMENT,
             "a device's idle timeout is 0 (the setting) or 5 seconds to 24 hours");
    }
    (void)access::CardTransform::parse(device.card_transform);
}

void apply(const DeviceFields& fields, Device& device) {
    const auto set = [](auto& to, const auto& from) {
        if (from) to = *from;
    };
    set(device.name, fields.name);
    set(device.model, fields.model);
    set(device.serial, fields.serial);
    set(device.mac, fields.mac);
    set(device.address, fields.address);
    set(device.location, fields.location);
    set(device.methods, fields.methods);
    set(device.idle_timeout, fields.idle_timeout);
    set(device.enabled, fields.enabled);
    set(device.card_transform, fields.card_transform);
    set(device.self_registration, fields.self_registration);
    require_valid(device);
}

std::vector<audit::Change> differences(const Device& old, const Device& now) {
    std::vector<audit::Change> changes;
    const auto compare = [&](std::string_view field, const std::string& before, const std::string& after) {
        if (before != after) changes.push_back({std::string(field), before, after});
    };
    compare("name", old.name, now.name);
    compare("model", old.model, now.model);
    compare("serial", old.serial, now.serial);
    compare("mac", old.mac, now.mac);
    compare("address", old.address, now.address);
    compare("location", old.location, now.location);
    compare("methods", std::to_string(old.methods), std::to_string(now.methods));
    compare("idle_timeout", settings::format_duration(old.idle_timeout),
            settings::format_duration(now.idle_timeout));
    compare("enabled", old.enabled ? "true" : "false", now.enabled ? "true" : "false");
    compare("card_transform", old.card_transform, now.card_transform);
    compare("self_registration", old.self_registration ? "true" : "false",
            now.self_registration ? "true" : "false");
    return changes;
}

void require_free_name(storage::Database& main, const Device& device) {
    const auto holder = store::find_device_named(main, device.name);
    if (holder && *holder != device.id) fail(Status::ERR_EXISTS, "there is a device of that name already");
}

/// The host does at devices what device administrators may do too.
Authorised authorise_host_or_manager(const spool::Context& context, const access::Principal& principal,
                                     const access::Target& target) {
    auto& authority = context.access.authority;
    const bool host = authority.may(principal, Right::session_host, target);
    return authority.authorise(principal, host ? Right::session_host : Right::device_manage, target);
}

audit::Event event(audit::Action action, const audit::Actor& actor, DeviceId device,
                   std::vector<audit::Change> changes) {
    return {
        .action = action, .actor = actor, .object = device, .changes = std::move(changes), .personal = {}};
}

}  // namespace

Devices::Devices(spool::Spool& spool) : state_(std::make_unique<State>(spool.context(), spool.jobs)) {}
Devices::~Devices() = default;

void Devices::recover() {
    state_->sessions.recover();
}

DeviceId Devices::create(const access::Principal& principal, const DeviceFields& fields) {
    const auto& context = state_->context;
    const auto proof = context.access.authority.authorise(principal, Right::device_manage);
    Device device;
    apply(fields, device);

    storage::Transaction transaction(context.main());
    require_free_name(context.main(), device);
    device.id = store::insert_device(context.main(), device);
    context.audit.append(
        transaction, event(audit::Action::device_created, proof.actor(), device.id, differences({}, device)));
    transaction.commit();
    return device.id;
}

void Devices::change(const access::Principal& principal, DeviceId id, const DeviceFields& fields) {
    const auto& context = state_->context;
    const auto proof = context.access.authority.authorise(principal, Right::device_manage, {{}, {}, id});
    const auto turn = state_->turns.take(id);
    {
        storage::Transaction transaction(context.main());
        const auto old = require_device(context.main(), id);
        auto device = old;
        apply(fields, device);
        require_free_name(context.main(), device);
        auto changes = differences(old, device);
        if (!changes.empty()) {
            store::update_device(context.main(), device);
            context.audit.append(transaction,
                                 event(audit::Action::device_changed, proof.actor(), id, std::move(changes)));
        }
        transaction.commit();
    }
    if (fields.enabled && !*fields.enabled) state_->sessions.revoke(proof.actor(), id);
}

void Devices::remove(const access::Principal& principal, DeviceId id) {
    const auto& context = state_->context;
    const auto proof = context.access.authority.authorise(principal, Right::device_manage, {{}, {}, id});
    const auto turn = state_->turns.take(id);
    const auto device = require_device(context.main(), id);
    state_->sessions.revoke(proof.actor(), id);

    storage::Transaction transaction(context.main());
    store::remove_device(context.main(), id);
    context.audit.append(
        transaction, event(audit::Action::device_deleted, proof.actor(), id, {{"name", device.name, ""}}));
    transaction.commit();
    state_->memory.forget(id);
}

Paged<Device> Devices::list(const access::Principal& principal, const Page& page) {
    (void)authorise_host_or_manager(state_->context, principal, {});
    return store::list_devices(state_->context.main(), page);
}

DeviceId Devices::find(const access::Principal& principal, std::string_view name) {
    (void)authorise_host_or_manager(state_->context, principal, {});
    const auto found = store::find_device_named(state_->context.main(), access::fold_name(name));
    if (!found) fail(Status::ERR_NOT_FOUND, "there is no device of that name");
    return *found;
}

void Devices::attach(const access::Principal& principal, DeviceId device, DeviceCallbacks callbacks) {
    const auto proof = authorise_host_or_manager(state_->context, principal, {{}, {}, device});
    const auto turn = state_->turns.take(device);
    (void)require_device(state_->context.main(), device);
    state_->memory.attach(proof.actor(), device, std::move(callbacks));
    state_->memory.clear(proof.actor(), device);
}

void Devices::clear(const access::Principal& principal, DeviceId device) {
    const auto proof = authorise_host_or_manager(state_->context, principal, {{}, {}, device});
    const auto turn = state_->turns.take(device);
    (void)require_device(state_->context.main(), device);
    state_->memory.clear(proof.actor(), device);
}

std::int64_t Devices::waiting_to_be_cleared() {
    return static_cast<std::int64_t>(store::clear_pending(state_->context.main()).size());
}

access::Principal Devices::login(const access::Principal& host, DeviceId device,
                                 const Credentials& credentials) {
    return state_->sessions.login(host, device, credentials);
}

CardId Devices::register_card(const access::Principal& principal, std::string_view card,
                              std::string_view label) {
    return state_->sessions.register_card(principal, card, label);
}

void Devices::logout(const access::Principal& principal, access::EndReason reason) {
    state_->sessions.logout(principal, reason);
}

void Devices::end_revoked(const access::Principal& principal) {
    state_->sessions.end_revoked(principal);
}

Instant Devices::tick(const access::Principal& principal) {
    const auto proof = state_->context.access.authority.authorise(principal, Right::instance_tick);
    return state_->sessions.tick(proof.actor());
}

Duration Devices::shortest_session() const {
    const auto limits = state_->context.access.sessions.device_limits();
    const auto own = store::shortest_idle_timeout(state_->context.main());
    return std::min({limits.idle, limits.maximum, own.value_or(limits.idle)});
}

}  // namespace myqsec::device
