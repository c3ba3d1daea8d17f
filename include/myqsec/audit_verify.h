/* Verifying an exported audit log: needs no instance, no engine and no secret. */
#ifndef MYQSEC_AUDIT_VERIFY_H
#define MYQSEC_AUDIT_VERIFY_H

#include "myqsec/container.h"

MYQSEC_BEGIN

typedef struct myqsec_audit_verdict {
    uint32_t struct_size;
    uint32_t epoch;        /**< of the newest valid signature */
    int64_t first;         /**< the first event in the bundle; those before were pruned */
    int64_t size;          /**< how many events the log has, as the bundle says */
    int64_t proven;        /**< how many a valid signature covers */
    int64_t wrong_event;   /**< 0, or the first event that is wrong, missing, or vouched for by no signature */
    int64_t sealed_values; /**< personal values that are there, sealed */
    int64_t erased_values; /**< personal values that are not: their persons were erased, or they were left out */
    uint8_t root_hash[32]; /**< over the proven events */
} myqsec_audit_verdict;
#define MYQSEC_AUDIT_VERDICT_INIT                            \
    {                                                        \
        sizeof(myqsec_audit_verdict), 0, 0, 0, 0, 0, 0, 0, { \
            0                                                \
        }                                                    \
    }

/** Verifies a bundle as it is read, in constant memory. `first_key` is the vkey of the log's first epoch (myqsec_audit_keys).
 *  `known`, or NULL, are checkpoints from before (myqsec_audit_checkpoint), one behind the other: the log must go on from each.
 *  MYQSEC_OK only if everything holds. MYQSEC_ERR_TAMPERED if not: `verdict` names the first wrong event, myqsec_last_error() says why.
 *  Adds MYQSEC_ERR_CALLBACK, MYQSEC_ERR_SELF_TEST. MYQSEC_ERR_INVALID_ARGUMENT for a key or checkpoint that is malformed, or of two
 *  different logs. The function may not call the library. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_verify(myqsec_read_function read, void *context, const char *first_key,
                                             const char *known, myqsec_audit_verdict *verdict);

MYQSEC_END_DECLARATIONS

#endif
