/* What proves the audit log to somebody outside: signed checkpoints, keys, and Merkle proofs. docs/audit.md explains them. */
#ifndef MYQSEC_AUDIT_PROOF_H
#define MYQSEC_AUDIT_PROOF_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** The newest checkpoint, which covers all events: columns size, root_hash (bytes), epoch (of the key that signed), note (text: a
 *  C2SP signed note with a tlog-checkpoint, to be kept outside). From now on it stays provable, also when the events that it covers
 *  are pruned. Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_checkpoint(myqsec_session *session, myqsec_list **out);

/** The public keys of all signing epochs, oldest first: columns epoch, key (text: a C2SP vkey), began (instant), behind (the event
 *  that ended the epoch before; 0 for the first). The first row's key is what a verifier needs; keep it outside.
 *  Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_keys(myqsec_session *session, myqsec_list **out);

/** Proves that event `sequence` is in the tree of `size` events (0: all): column hash (bytes), the inclusion proof of RFC 9162
 *  §2.1.3, where leaf i is event i + 1. Adds MYQSEC_ERR_NOT_POSSIBLE (the event was pruned). Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_inclusion(myqsec_session *session, int64_t sequence, int64_t size,
                                                myqsec_list **out);

/** Proves that the tree of `older` events is the beginning of that of `newer` (0: all): column hash (bytes), the consistency proof
 *  of RFC 9162 §2.1.4. Adds MYQSEC_ERR_NOT_POSSIBLE (older lies among pruned events, and is no checkpoint that was handed out).
 *  Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_consistency(myqsec_session *session, int64_t older, int64_t newer,
                                                  myqsec_list **out);

/** Ends the signing epoch now, as happens by itself every `audit.epoch`: a fresh key takes over, the old one signs for the last time
 *  and is destroyed. Audited: audit.key-rotated, with the new public key. Right: key.manage. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_rotate_key(myqsec_session *session);

MYQSEC_END_DECLARATIONS

#endif
