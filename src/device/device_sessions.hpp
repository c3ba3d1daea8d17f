// The sessions at devices: how they begin, and that nothing of them remains when they have ended.
#pragma once

#include "device/device.hpp"
#include "device/device_store.hpp"
#include "device/memory.hpp"
#include "device/turns.hpp"

namespace myqsec::device {

/// Thread-safe. Operations that take no turn themselves say so: the caller has the device's.
class DeviceSessions {
 public:
    DeviceSessions(const spool::Context& context, spool::Jobs& jobs, Memory& memory, Turns& turns)
        : context_(context), jobs_(jobs), memory_(memory), turns_(turns) {}

    /// As Devices::recover.
    void recover();
    /// As Devices::login.
    access::Principal login(const access::Principal& host, DeviceId device, const Credentials& credentials);
    /// As Devices::register_card.
    CardId register_card(const access::Principal& principal, std::string_view card, std::string_view label);
    /// As Devices::logout.
    void logout(const access::Principal& principal, access::EndReason reason);
    /// As Devices::end_revoked.
    void end_revoked(const access::Principal& principal);
    /// As Devices::tick, for a proven actor.
    Instant tick(const audit::Actor& actor);
    /// Ends the session at a device that is to be disabled or removed. The caller has its turn.
    void revoke(const audit::Actor& actor, DeviceId device);

 private:
    /// These: the caller has the device's turn.
    void end(const audit::Actor& actor, const store::SessionRow& row, access::EndReason reason);
    void end_unrecorded(const store::SessionRow& row, const std::optional<access::Session>& session,
                        access::EndReason reason);
    bool let_go(const store::SessionRow& row);
    void end_if_over(const audit::Actor& actor, DeviceId device);
    void make_ready(const audit::Actor& actor, const Device& device, const access::LoginAttempt& attempt);
    access::Principal open(const Authorised& host, const Device& device, UserId user,
                           access::Sessions::Mark since, const access::Presented& presented);
    std::string card_text(const Device& device, const access::LoginAttempt& attempt);

    void require_device_login(UserId user, DeviceId device);
    template <typename Action>
    bool attempt(DeviceId device, Action&& action);

    const spool::Context& context_;
    spool::Jobs& jobs_;
    Memory& memory_;
    Turns& turns_;
};

/// Throws ERR_NOT_FOUND.
[[nodiscard]] Device require_device(storage::Database& main, DeviceId device);

}  // namespace myqsec::device
