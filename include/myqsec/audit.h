/* The audit log, and what proves it to somebody outside: signed checkpoints, keys, and Merkle proofs. docs/audit.md
 * explains them. */
#ifndef MYQSEC_AUDIT_H
#define MYQSEC_AUDIT_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** Which events to list. */
typedef struct myqsec_audit_filter {
    uint32_t struct_size;
    uint32_t reserved;       /**< Zero: the only value */
    const char *object_kind; /**< as in the column, such as "job". Zero: any */
    int64_t object;          /**< with object_kind only. Zero: any of that kind */
    int64_t actor_user;      /**< what this user did. Zero: whoever did it */
    /** Instead of actor_user: a pseudonym in hex, as in the column, also of a user who was deleted. Zero: whoever */
    const char *actor;
    const char *action; /**< such as "job.released". Zero: any */
    int64_t from;       /**< instant, inclusive. Zero: from the first on */
    int64_t to;         /**< instant, exclusive. Zero: to the last */
} myqsec_audit_filter;
#define MYQSEC_AUDIT_FILTER_INIT \
    { sizeof(myqsec_audit_filter), 0, NULL, 0, 0, NULL, NULL, 0, 0 }

/** Events by sequence number, which is the page's key: columns sequence, time, action,
 *  actor_kind ("system", "user", "anonymous"), actor (pseudonym, hex), actor_user (id, none when erased), object_kind,
 *  object, result ("ok", "denied", "failed"), changes (JSON array of {field, old, new}), personal (JSON object; values
 *  are null once their person was erased), leaf_hash (bytes). `filter` may be NULL.
 *  Adds MYQSEC_ERR_NOT_FOUND (no such user as actor_user). Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_list(myqsec_session *session, const myqsec_audit_filter *filter,
                                           const myqsec_page *page, myqsec_list **out);

/** The Merkle tree's head (RFC 9162 §2.1) over all events: columns size, root_hash (bytes). Right: audit.read.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_head(myqsec_session *session, myqsec_list **out);

/** The newest checkpoint, which covers all events: columns size, root_hash (bytes), epoch (of the key that signed),
 *  note (text: a C2SP signed note with a tlog-checkpoint, to be kept outside). From now on it stays provable, also when
 *  the events that it covers are pruned. Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_checkpoint(myqsec_session *session, myqsec_list **out);

/** The public keys of all signing epochs, oldest first: columns epoch, key (text: a C2SP vkey), began (instant), behind
 *  (the event that ended the epoch before; 0 for the first). The first row's key is what a verifier needs; keep it
 *  outside. Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_keys(myqsec_session *session, myqsec_list **out);

/** Proves that event `sequence` is in the tree of `size` events (0: all): column hash (bytes), the inclusion proof of
 *  RFC 9162 §2.1.3, where leaf i is event i + 1. Adds MYQSEC_ERR_NOT_POSSIBLE (the event was pruned).
 *  Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_inclusion(myqsec_session *session, int64_t sequence, int64_t size,
                                                myqsec_list **out);

/** Proves that the tree of `older` events is the beginning of that of `newer` (0: all): column hash (bytes), the
 *  consistency proof of RFC 9162 §2.1.4. MYQSEC_ERR_INVALID_ARGUMENT names the one that is out of range. Adds
 *  MYQSEC_ERR_NOT_POSSIBLE (older lies among pruned events, and is no
 *  checkpoint that was handed out). Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_consistency(myqsec_session *session, int64_t older, int64_t newer,
                                                  myqsec_list **out);

/** Ends the signing epoch now, as happens by itself every `audit.epoch`: a fresh key takes over, the old one signs for
 *  the last time and is destroyed. Audited: audit.key-rotated, with the new public key. Right: key.manage.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_rotate_key(myqsec_session *session);

MYQSEC_END_DECLARATIONS

#endif
