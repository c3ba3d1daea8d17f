/* Exporting the audit log: lines for other programs, or a bundle that anybody can verify. */
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

/** Writes events to `write`, in constant memory whatever their number; the function may take its time, and may not call the library.
 *  Each write of lines has whole lines only. `next` (or NULL) is set, whatever is returned, to the sequence number from which an
 *  export of lines goes on: what lies before it was delivered. An export that is gone on with when nothing happened delivers nothing.
 *  Audited: audit.exported, unless nothing is exported; the event is part of the export. Adds MYQSEC_ERR_CALLBACK,
 *  MYQSEC_ERR_NOT_POSSIBLE (events were pruned meanwhile). Right: audit.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_audit_export(myqsec_session *session, const myqsec_audit_export_options *options,
                                             myqsec_write_function write, void *context, int64_t *next);

MYQSEC_END_DECLARATIONS

#endif
