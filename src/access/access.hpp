// Access control as one piece, for the layers above.
#pragma once

#include "access/credentials.hpp"
#include "access/groups.hpp"
#include "access/locks.hpp"
#include "access/login.hpp"
#include "access/lookup_rotation.hpp"
#include "access/recovery.hpp"
#include "access/rights/authority.hpp"
#include "access/rights/refusals.hpp"
#include "access/rights/sessions.hpp"
#include "access/roles.hpp"
#include "access/tickets.hpp"
#include "access/users.hpp"
#include "access/vouching.hpp"
#include "storage/sqlite/schema.hpp"

namespace myqsec::access {

/// Tables of users, credentials, groups, roles and lockouts, in the main database.
[[nodiscard]] storage::Schema schema();

/// What it is built from outlives it.
struct Access {
    Access(storage::Vault& vault, audit::AuditLog& audit, const settings::Settings& settings)
        : refusals(vault, audit),
          sessions(vault, audit, settings),
          authority(vault, settings, refusals, sessions),
          users(vault, audit, settings, authority),
          credentials(vault, audit, settings, authority),
          groups(vault, audit, authority),
          roles(vault, audit, authority),
          locks(vault, audit, settings, authority),
          recovery(vault, audit, settings, authority, sessions),
          login(vault, settings, authority, recovery, refusals),
          vouching(vault, authority, sessions),
          tickets(vault, authority, sessions, refusals),
          lookup_rotation(vault, audit, settings, authority) {}

    Refusals refusals;
    Sessions sessions;
    Authority authority;
    Users users;
    Credentials credentials;
    Groups groups;
    Roles roles;
    Locks locks;
    Recovery recovery;
    Login login;
    Vouching vouching;
    Tickets tickets;
    LookupRotation lookup_rotation;
};

}  // namespace myqsec::access
