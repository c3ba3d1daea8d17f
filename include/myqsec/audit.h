/* The audit log. */
#ifndef MYQSEC_AUDIT_H
#define MYQSEC_AUDIT_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** Events with sequence numbers from `from` (the first is 1), at most `limit` (0: 1,000): columns sequence, time, action,
 *  actor_kind ("system", "user", "anonymous"), actor (pseudonym, hex), actor_user (id, none when erased), object_kind,
 *  object, result ("ok", "denied", "failed"), changes (JSON array of {field, old, new}), personal (JSON object; values are
 *  null once their person was erased), leaf_hash (bytes). Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_list(myqsec_session *session, int64_t from, uint32_t limit, myqsec_list **out);

/** The Merkle tree's head (RFC 9162 §2.1) over all events: columns size, root_hash (bytes). Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_head(myqsec_session *session, myqsec_list **out);

MYQSEC_END_DECLARATIONS

#endif
