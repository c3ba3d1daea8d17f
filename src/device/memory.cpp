#include "device/memory.hpp"

#include "device/device_store.hpp"

namespace myqsec::device {

namespace {

constexpr auto retry_after = std::chrono::seconds(30);

/// However the host says it: what is not done leaves the memory as it was.
bool run(const std::function<bool(DeviceId)>& clear_memory, DeviceId device) {
    try {
        return clear_memory(device);
    } catch (...) {
        return false;
    }
}

audit::Event event(audit::Action action, const audit::Actor& actor, DeviceId device, audit::Result result) {
    return {
        .action = action, .actor = actor, .object = device, .result = result, .changes = {}, .personal = {}};
}

}  // namespace

void Memory::attach(const audit::Actor& actor, DeviceId device, DeviceCallbacks callbacks) {
    const bool keeps = static_cast<bool>(callbacks.clear_memory);
    {
        const std::lock_guard lock(mutex_);
        callbacks_[device] = std::move(callbacks);
        next_tries_.erase(device);
    }
    storage::Transaction transaction(context_.main());
    store::set_keeps_memory(context_.main(), device, keeps);
    context_.audit.append(transaction,
                          event(audit::Action::device_attached, actor, device, audit::Result::ok));
    transaction.commit();
}

void Memory::forget(DeviceId device) {
    const std::lock_guard lock(mutex_);
    callbacks_.erase(device);
    outputs_.erase(device);
    next_tries_.erase(device);
}

void Memory::clear(const audit::Actor& actor, DeviceId device) {
    const auto found = store::find_device(context_.main(), device);
    if (!found || !found->clear_pending) return;
    if (!output_is_over(device)) failed(actor, device);
    const auto clear_memory = callback(device);
    if (!clear_memory) {
        if (store::keeps_memory(context_.main(), device)) {
            fail(Status::ERR_DEVICE_LOCKED,
                 "device {} is locked until its callbacks are attached and clear its memory", device.value);
        }
        cleared(actor, device);
        return;
    }
    if (!run(clear_memory, device)) failed(actor, device);
    cleared(actor, device);
}

void Memory::clear_unrecorded(DeviceId device) {
    if (const auto clear_memory = callback(device)) (void)run(clear_memory, device);
}

void Memory::output_remains(DeviceId device, SessionId session) {
    const std::lock_guard lock(mutex_);
    outputs_[device] = session;
}

Instant Memory::next_try(DeviceId device) const {
    const std::lock_guard lock(mutex_);
    const auto found = next_tries_.find(device);
    return found == next_tries_.end() ? Instant::min() : found->second;
}

bool Memory::output_is_over(DeviceId device) {
    SessionId session;
    {
        const std::lock_guard lock(mutex_);
        const auto found = outputs_.find(device);
        if (found == outputs_.end()) return true;
        session = found->second;
    }
    if (!jobs_.stop_output(session, std::chrono::milliseconds(0))) return false;
    const std::lock_guard lock(mutex_);
    outputs_.erase(device);
    return true;
}

std::function<bool(DeviceId)> Memory::callback(DeviceId device) const {
    const std::lock_guard lock(mutex_);
    const auto found = callbacks_.find(device);
    return found == callbacks_.end() ? nullptr : found->second.clear_memory;
}

void Memory::cleared(const audit::Actor& actor, DeviceId device) {
    storage::Transaction transaction(context_.main());
    store::unmark_clear_pending(context_.main(), device);
    context_.audit.append(transaction,
                          event(audit::Action::device_memory_cleared, actor, device, audit::Result::ok));
    transaction.commit();
    const std::lock_guard lock(mutex_);
    next_tries_.erase(device);
}

void Memory::failed(const audit::Actor& actor, DeviceId device) {
    {
        const std::lock_guard lock(mutex_);
        next_tries_[device] = context_.now() + retry_after;
    }
    storage::Transaction transaction(context_.main());
    context_.audit.append(transaction,
                          event(audit::Action::device_clear_failed, actor, device, audit::Result::failed));
    transaction.commit();
    fail(Status::ERR_CALLBACK,
         "the memory of device {} could not be cleared: the device is locked until it is", device.value);
}

}  // namespace myqsec::device
