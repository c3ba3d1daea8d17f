// What belongs to the host, as one piece for the layers above.
#pragma once

#include "host/host_events.hpp"
#include "host/host_secrets.hpp"
#include "host/host_settings.hpp"
#include "host/notifications.hpp"

namespace myqsec::host {

/// What it is built from outlives it.
struct Host {
    explicit Host(spool::Spool& spool) : Host(spool, spool.context()) {}

    HostSecrets secrets;
    HostSettings settings;
    HostEvents events;
    Notifications notifications;

 private:
    Host(spool::Spool& spool, const spool::Context& context)
        : secrets(context.vault, context.audit, context.access.authority),
          settings(context.vault, context.audit, context.access.authority),
          events(context.vault, context.audit, context.access),
          notifications(spool) {}
};

}  // namespace myqsec::host
