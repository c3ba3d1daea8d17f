/* Delegates: a person lets others release the jobs that wait for them, at a device or away from one.
 *
 * A delegate's lists show the jobs that they may release beside their own; myqsec_job_list says whose each is. They can
 * release such a job, and nothing else: neither read, cancel nor delete it. A job that was printed already is its
 * owner's alone. While an owner is disabled, nobody is their delegate. */
#ifndef MYQSEC_DELEGATION_H
#define MYQSEC_DELEGATION_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** Whose jobs who may release. */
typedef struct myqsec_delegation_fields {
    uint32_t struct_size;
    uint32_t names;        /**< 1: the delegate reads names and attributes of the jobs. Zero: "***" in their place */
    uint32_t private_jobs; /**< 1: also jobs of private queues. Zero: those of secure queues only */
    uint32_t reserved;     /**< Zero: the only value */
    int64_t owner;         /**< of the jobs. Zero: the session's user */
    int64_t delegate;      /**< needs user.manage over them. Zero: whom delegate_name says */
    const char *delegate_name; /**< user name. Zero: whom delegate says */
    int64_t until;             /**< instant, in the future. Zero: until it is taken back */
} myqsec_delegation_fields;
#define MYQSEC_DELEGATION_FIELDS_INIT \
    { sizeof(myqsec_delegation_fields), 0, 0, 0, 0, 0, NULL, 0 }

/** Lets somebody release an owner's jobs: at most 32 people for an owner, and at most 128 owners for one person. The
 *  same delegate again: what is given now replaces what was before, and `out` is the same id. Adds
 *  MYQSEC_ERR_NOT_FOUND (owner, delegate), MYQSEC_ERR_NOT_POSSIBLE (one of them is disabled), MYQSEC_ERR_LIMIT.
 *  Right: job.delegate.own; for another's jobs job.release.all over the owner, and with names also job.manage.all.
 *  Audit: delegation.given, delegation.changed, both of the owner. Since 0.1. */
MYQSEC_API myqsec_status myqsec_delegation_give(myqsec_session *session, const myqsec_delegation_fields *fields,
                                                int64_t *out);
/** Takes it back: what the delegate is releasing by it stops at its next bytes, and is held again. The delegate can
 *  give it up, too. Adds MYQSEC_ERR_NOT_FOUND, also for one that one may not see. Right: job.delegate.own for those in
 *  which one has a part, job.release.all over the owner. Audit: delegation.taken. Since 0.1. */
MYQSEC_API myqsec_status myqsec_delegation_take(myqsec_session *session, int64_t delegation);

/** Which delegations to list: those of which all holds. */
typedef struct myqsec_delegation_filter {
    uint32_t struct_size;
    uint32_t reserved; /**< Zero: the only value */
    int64_t owner;     /**< of the jobs. Zero: any */
    int64_t delegate;  /**< Zero: any */
} myqsec_delegation_filter;
#define MYQSEC_DELEGATION_FILTER_INIT \
    { sizeof(myqsec_delegation_filter), 0, 0, 0 }

/** Delegations in force: columns id, owner, owner_name, delegate, delegate_name, given, until (none: until it is taken
 *  back), names, private_jobs. One's own, as owner or as delegate; whoever has job.release.all everywhere sees all, and
 *  whoever has it over the users of a group those of an owner whom the filter names. `filter` may be NULL. Right:
 *  job.delegate.own or job.release.all. Since 0.1. */
MYQSEC_API myqsec_status myqsec_delegation_list(myqsec_session *session, const myqsec_delegation_filter *filter,
                                                const myqsec_page *page, myqsec_list **out);

MYQSEC_END_DECLARATIONS

#endif
