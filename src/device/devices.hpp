// Devices and the sessions at them.
//
// The memory of a device is cleared after every session. That it is still to be done is durable: a row says
// that a session is open, a mark says that it ended and the memory was not cleared yet; neither a crash nor a
// power cycle forgets it. A device that was once attached without its callbacks being there now stays locked
// until they are.
#pragma once

#include <memory>
#include <vector>

#include "access/access.hpp"
#include "base/page.hpp"
#include "device/device.hpp"
#include "spool/spool.hpp"

namespace myqsec::device {

/// Tables of devices and their sessions, in the main database.
[[nodiscard]] storage::Schema schema();

/// Thread-safe. What it is built from outlives it.
class Devices {
 public:
    explicit Devices(spool::Spool& spool);
    ~Devices();

    /// Call once after opening, before anything else: sessions that a crash or restart cut off are ended
    /// (session.logout, reason "restart"); their devices are locked until attach() has cleared them.
    void recover();

    /// device.manage. ERR_EXISTS, ERR_INVALID_ARGUMENT.
    DeviceId create(const access::Principal& principal, const DeviceFields& fields);
    /// device.manage. ERR_NOT_FOUND, ERR_EXISTS. Disabling a device ends its session.
    void change(const access::Principal& principal, DeviceId device, const DeviceFields& fields);
    /// device.manage. Ends its session first; a failure to clear its memory is audited and does not stop the
    /// removal.
    void remove(const access::Principal& principal, DeviceId device);
    /// device.manage or session.host. By id.
    [[nodiscard]] Paged<Device> list(const access::Principal& principal, const Page& page = {});
    /// The same right. By its name. ERR_NOT_FOUND.
    [[nodiscard]] DeviceId find(const access::Principal& principal, std::string_view name);

    /// session.host or device.manage. Replaces earlier callbacks. Clears what is still to be cleared;
    /// ERR_CALLBACK if that fails (the callbacks are attached all the same). ERR_NOT_FOUND.
    void attach(const access::Principal& principal, DeviceId device, DeviceCallbacks callbacks);
    /// device.manage or session.host. Tries again at a locked device; nothing at others. ERR_NOT_FOUND,
    /// ERR_CALLBACK, ERR_DEVICE_LOCKED (no callbacks attached).
    void clear(const access::Principal& principal, DeviceId device);

    /// session.host; the person needs device.login. A session that the device still has is ended first, once
    /// the new person is known, or the login refused (device.second_login). ERR_NOT_FOUND,
    /// ERR_AUTHENTICATION, ERR_LOCKED_OUT, ERR_DEVICE_LOCKED, ERR_NOT_POSSIBLE (disabled, in use),
    /// ERR_CALLBACK (the earlier session's memory could not be cleared), ERR_REENTRANT (from a callback of
    /// the device).
    access::Principal login(const access::Principal& host, DeviceId device, const Credentials& credentials);
    /// device.login, in a session at a device that has `self_registration`, begun with a PIN or a password:
    /// registers the card as the device's reader gives it, for the session's user. ERR_NOT_POSSIBLE,
    /// ERR_EXISTS, ERR_LIMIT, ERR_LOCKED_OUT, as Credentials::add_own_card.
    CardId register_card(const access::Principal& principal, std::string_view card, std::string_view label);
    /// Ends a session at a device, by its own principal. Its pending output is cancelled, then memory is
    /// cleared. ERR_CALLBACK if that fails: the session has ended, the device is locked. ERR_REENTRANT from a
    /// sink of the session. Nothing happens if it had ended already. What the disk does not take is thrown,
    /// but the session has ended and the callback has run: tick() records it.
    void logout(const access::Principal& principal, access::EndReason reason);

    /// What a session at a device, which Sessions has ended, leaves there goes as by logout. Throws what
    /// logout() throws: tick() goes on with it.
    void end_revoked(const access::Principal& principal);

    /// How many devices are locked until their memory is cleared.
    [[nodiscard]] std::int64_t waiting_to_be_cleared();
    /// instance.tick. Ends sessions past their deadline, and what is left of those ended elsewhere (a user
    /// removed), and retries clearing. Returns when it wants to be called again (Instant::max(): no need).
    /// Call it before Sessions::expire. Failures of callbacks are audited, not thrown.
    Instant tick(const access::Principal& principal);
    /// The shortest that a session which begins now may last.
    [[nodiscard]] Duration shortest_session() const;

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace myqsec::device
