/* The instance's keys: what they are, erasing, rotating. docs/cryptography.md. */
#ifndef MYQSEC_KEYS_H
#define MYQSEC_KEYS_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** One row: root ("passphrase", "key-file", "callback", "pkcs11", "tpm"), epoch (of the key tree: one more with each
 *  turn), keys (of jobs and persons), waiting (destroyed since the last turn: older copies of the files still lead to
 *  them), waiting_since (instant), lookup_waiting (cards and PINs not presented since a rotation of the look-up keys:
 *  they end lookup.retention after it), lookup_waiting_since (instant of the earliest that is not over).
 *  Right: key.manage. Since 0.1. */
MYQSEC_API myqsec_status myqsec_keys_status(myqsec_session *session, myqsec_list **out);

/** Completes the erasures that wait: when it returns, no copy of the files, however old, leads to a destroyed key.
 *  Otherwise myqsec_tick does it within the setting erasure.max_delay; a private queue's release and the deletion of a
 *  user do it at once. Right: key.manage. Audit: key.rotated. Since 0.1. */
MYQSEC_API myqsec_status myqsec_keys_complete_erasures(myqsec_session *session);

/** Gives every node of the key tree a fresh key; takes a second for a million jobs. Keys of jobs and persons stay.
 *  Right: key.manage. Audit: key.rotated. Since 0.1. */
MYQSEC_API myqsec_status myqsec_keys_rotate_tree(myqsec_session *session);

/** Replaces the keys of the hashes by which people are found: afterwards nobody can confirm a deleted user's name by
 *  trying names on an old copy of the files. Names are hashed anew at once, in seconds for 50,000, and their key
 *  before is destroyed when it returns. Cards and PINs, which are known as hashes only, are hashed anew when they are
 *  next presented; those that are not within the setting lookup.retention end, and myqsec_tick destroys the key they
 *  had. Adds MYQSEC_ERR_INCOMPLETE; MYQSEC_ERR_NOT_POSSIBLE while 32 earlier keys serve such cards and PINs, for each
 *  login tries them all. Right: key.manage. Audit: key.rotated; from myqsec_tick credential.removed, key.destroyed.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_keys_rotate_lookup(myqsec_session *session);

/** Gives the database `what`, "main" or "log", a fresh key, under which myqsec_tick rewrites it step by step while it
 *  is in use; the old key is destroyed when no page has it any more. myqsec_encryption_status shows how far it is. Adds
 *  MYQSEC_ERR_NOT_FOUND; MYQSEC_ERR_NOT_POSSIBLE while the last one is unfinished. Right: key.manage.
 *  Audit: key.rotated, and encryption.change-finished from myqsec_tick. Since 0.1. */
MYQSEC_API myqsec_status myqsec_keys_rotate_database(myqsec_session *session, const char *what);

/** Seals the keystore under a fresh root key, of the same origin or another: from now on only `root` opens the
 *  instance. If the machine stops before it returns, one of both secrets does. Adds MYQSEC_ERR_CALLBACK,
 *  MYQSEC_ERR_NOT_BUILT_IN. Right: key.manage. Audit: key.rotated. Since 0.1. */
MYQSEC_API myqsec_status myqsec_keys_rotate_root(myqsec_session *session, const myqsec_root *root);

MYQSEC_END_DECLARATIONS

#endif
