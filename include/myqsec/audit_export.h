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
    uint32_t format; /**< one of myqsec_audit_format. Zero: refused */
    /** Lines: the first sequence number; a bundle always holds all that was not pruned. Zero: the first there is */
    int64_t from;
    const char *host_name; /**< syslog: HOSTNAME, printable ASCII without spaces. Zero: none */
    uint32_t personal; /**< lines: 1 for names and titles too, where their persons are not erased. Zero: without them */
    uint32_t reserved; /**< Zero: the only value */
} myqsec_audit_export_options;
#define MYQSEC_AUDIT_EXPORT_OPTIONS_INIT \
    { sizeof(myqsec_audit_export_options), MYQSEC_AUDIT_JSON_LINES, 0, NULL, 0, 0 }

/** Writes events to `write`, in constant memory whatever their number; the function may take its time, and may not call
 *  the library. Each write of lines has whole lines only. `next` (or NULL) is set, whatever is returned, to the
 *  sequence number from which an export of lines goes on: what lies before it was delivered. An export that is gone on
 *  with when nothing happened delivers nothing. Audited: audit.exported, unless nothing is exported; the event is part
 *  of the export. Adds MYQSEC_ERR_CALLBACK, MYQSEC_ERR_NOT_POSSIBLE (events were pruned meanwhile). Right: audit.read.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_export(myqsec_session *session, const myqsec_audit_export_options *options,
                                             myqsec_write_function write, void *context, int64_t *next);

/** Filled by the library. */
typedef struct myqsec_audit_verdict {
    uint32_t struct_size;
    uint32_t epoch;        /**< of the newest valid signature. Zero: there is none */
    int64_t first;         /**< the first event in the bundle; those before were pruned. Zero: unknown */
    int64_t size;          /**< how many events the log has, as the bundle says. Zero: unknown */
    int64_t proven;        /**< how many a valid signature covers. Zero: none */
    int64_t wrong_event;   /**< the first event that is wrong, missing, or vouched for by no signature. Zero: none is */
    int64_t sealed_values; /**< personal values that are there, sealed. Zero: none */
    int64_t erased_values; /**< personal values of erased persons, or that were left out. Zero: none */
    uint8_t root_hash[32]; /**< over the proven events. Zero: none are proven */
} myqsec_audit_verdict;
#define MYQSEC_AUDIT_VERDICT_INIT                            \
    {                                                        \
        sizeof(myqsec_audit_verdict), 0, 0, 0, 0, 0, 0, 0, { \
            0                                                \
        }                                                    \
    }

/** Verifies a bundle as it is read, in constant memory. `first_key` is the vkey of the log's first epoch
 *  (myqsec_audit_keys). `known`, or NULL, are checkpoints from before (myqsec_audit_checkpoint), one behind the other:
 *  the log must go on from each. Lines that others signed them with count for nothing; a BOM, CRLF or a last line that
 *  is not ended do no harm. MYQSEC_OK only if everything holds. MYQSEC_ERR_TAMPERED if not: `verdict` names the
 *  first wrong event, myqsec_last_error() says why. Adds MYQSEC_ERR_CALLBACK, MYQSEC_ERR_SELF_TEST.
 *  MYQSEC_ERR_INVALID_ARGUMENT for a key or checkpoint that is malformed, or of two different logs; for a key of small
 *  order, which verifies anything; and for a file that is no bundle, which myqsec_last_error() names. The function may
 *  not call the library. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_verify(myqsec_read_function read, void *context, const char *first_key,
                                             const char *known, myqsec_audit_verdict *verdict);

MYQSEC_END_DECLARATIONS

#endif
