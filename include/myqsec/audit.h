/* The audit log. */
#ifndef MYQSEC_AUDIT_H
#define MYQSEC_AUDIT_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** Which events to list; 0 and NULL mean any. */
typedef struct myqsec_audit_filter {
    uint32_t struct_size;
    uint32_t reserved;       /**< 0 */
    const char *object_kind; /**< as in the column, such as "job" */
    int64_t object;          /**< with object_kind only */
    int64_t actor_user;      /**< what this user did */
    const char *actor;       /**< instead of it: a pseudonym in hex, as in the column, also of a user who was deleted */
    const char *action;      /**< such as "job.released" */
    int64_t from;            /**< instant, inclusive */
    int64_t to;              /**< instant, exclusive */
} myqsec_audit_filter;
#define MYQSEC_AUDIT_FILTER_INIT \
    { sizeof(myqsec_audit_filter), 0, NULL, 0, 0, NULL, NULL, 0, 0 }

/** Events by sequence number, which is the page's key: columns sequence, time, action,
 *  actor_kind ("system", "user", "anonymous"), actor (pseudonym, hex), actor_user (id, none when erased), object_kind,
 *  object, result ("ok", "denied", "failed"), changes (JSON array of {field, old, new}), personal (JSON object; values are
 *  null once their person was erased), leaf_hash (bytes). `filter` may be NULL.
 *  Adds MYQSEC_ERR_NOT_FOUND (no such user as actor_user). Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_list(myqsec_session *session, const myqsec_audit_filter *filter,
                                           const myqsec_page *page, myqsec_list **out);

/** The Merkle tree's head (RFC 9162 §2.1) over all events: columns size, root_hash (bytes). Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_head(myqsec_session *session, myqsec_list **out);

MYQSEC_END_DECLARATIONS

#endif
