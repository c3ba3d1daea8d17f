/* Certificates that jobs are encrypted to, beside the instance's own key: whoever holds the private key opens a copy of
 * the job's file with myqsec_container_open. Queues name them in myqsec_queue_fields. */
#ifndef MYQSEC_CERTIFICATES_H
#define MYQSEC_CERTIFICATES_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** Imports one certificate (X.509, PEM or DER, no private key) under a unique name of 1 to 127 bytes. Its key must be
 *  RSA of 2,048 to 8,192 bits with an odd exponent of at least 65,537, or a point of P-256 or P-384, compressed or
 *  uncompressed; its key usage, if it has one, allow key encipherment (RSA) or key agreement (EC), and a critical
 *  extended one the protection of e-mail or files; now lie in its validity; no critical extension be another than RFC
 *  5280's; and its signature be right if it signed itself. Otherwise MYQSEC_ERR_INVALID_ARGUMENT says what is wrong,
 *  also with a file that holds a chain, a private key or anything else. Chains are
 *  not checked: who may import decides. Adds MYQSEC_ERR_EXISTS. Right: key.manage. Audit: certificate.imported.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_certificate_import(myqsec_session *session, const char *name, const uint8_t *data,
                                                   size_t length, int64_t *out);
/** Columns id, name, subject, fingerprint (SHA-256 of the DER form), not_before, not_after, usable (within its validity
 *  now), queues (how many use it), certificate (DER). Right: key.manage or queue.manage. Since 0.1. */
MYQSEC_API myqsec_status myqsec_certificate_list(myqsec_session *session, const myqsec_page *page, myqsec_list **out);
/** Jobs that were encrypted to it stay so until they are deleted, or their queue is given other certificates. Adds
 *  MYQSEC_ERR_NOT_FOUND; MYQSEC_ERR_NOT_POSSIBLE while a queue uses it. Right: key.manage. Audit: certificate.removed.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_certificate_remove(myqsec_session *session, int64_t certificate);

MYQSEC_END_DECLARATIONS

#endif
