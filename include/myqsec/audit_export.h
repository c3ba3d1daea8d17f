/* Exporting the audit log: lines for other programs, or a bundle that anybody can verify; and verifying one, which
 * needs no instance. */
#ifndef MYQSEC_AUDIT_EXPORT_H
#define MYQSEC_AUDIT_EXPORT_H

#include "myqsec/container.h"
#include "myqsec/engine.h"

MYQSEC_BEGIN

typedef enum myqsec_audit_format {
    MYQSEC_AUDIT_JSON_LINES = 1, /**< one JSON object a line */
    MYQSEC_AUDIT_SYSLOG = 2,     /**< RFC 5424, one message a line */
    MYQSEC_AUDIT_BUNDLE = 3      /**< docs/formats/audit-bundle.md, for myqsec_audit_verify */
} myqsec_audit_format;

typedef struct myqsec_audit_export_options {
    uint32_t struct_size;
    uint32_t format; /**< one of myqsec_audit_format */
    int64_t from; /**< lines: the first sequence number; a bundle always holds all that was not pruned, and takes 1 */
    const char *host_name; /**< syslog: HOSTNAME, printable ASCII without spaces; NULL: none */
    uint32_t personal; /**< lines: 1 for names and titles too, where their persons are not erased; a bundle has none */
    uint32_t reserved; /**< 0 */
} myqsec_audit_export_options;
#define MYQSEC_AUDIT_EXPORT_OPTIONS_INIT \
    { sizeof(myqsec_audit_export_options), MYQSEC_AUDIT_JSON_LINES, 1, NULL, 0, 0 }

/** Writes events to `write`, in constant memory whatever their number; the function may take its time, and may not call
 *  the library. Each write of lines has whole lines only. `next` (or NULL) is set, whatever is returned, to the
 *  sequence number from which an export of lines goes on: what lies before it was delivered. An export that is gone on
 *  with when nothing happened delivers nothing. Audited: audit.exported, unless nothing is exported; the event is part
 *  of the export. Adds MYQSEC_ERR_CALLBACK, MYQSEC_ERR_NOT_POSSIBLE (events were pruned meanwhile). Right: audit.read.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_export(myqsec_session *session, const myqsec_audit_export_options *options,
                                             myqsec_write_function write, void *context, int64_t *next);

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

/** Verifies a bundle as it is read, in constant memory. `first_key` is the vkey of the log's first epoch
 *  (myqsec_audit_keys). `known`, or NULL, are checkpoints from before (myqsec_audit_checkpoint), one behind the other:
 *  the log must go on from each. MYQSEC_OK only if everything holds. MYQSEC_ERR_TAMPERED if not: `verdict` names the
 *  first wrong event, myqsec_last_error() says why. Adds MYQSEC_ERR_CALLBACK, MYQSEC_ERR_SELF_TEST.
 *  MYQSEC_ERR_INVALID_ARGUMENT for a key or checkpoint that is malformed, or of two different logs. The function may
 *  not call the library. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_verify(myqsec_read_function read, void *context, const char *first_key,
                                             const char *known, myqsec_audit_verdict *verdict);

MYQSEC_END_DECLARATIONS

#endif
