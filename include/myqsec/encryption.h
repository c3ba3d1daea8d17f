/* Encryption of the databases: each on (the default) or off, converted while the instance is in use. Off makes a
 * database readable for whoever has its file; its pages stay authenticated, and earlier versions of them are detected
 * as before. What is sealed by itself stays sealed: documents, job and person keys, personal fields, verifiers of
 * passwords and PINs. */
#ifndef MYQSEC_ENCRYPTION_H
#define MYQSEC_ENCRYPTION_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** Switches the encryption of the database `what`, "main" or "log", on (1) or off (0). myqsec_tick then converts it
 *  step by step; a crash, or closing, costs at most the step under way, and the next opening goes on. Copies of the
 *  files from before keep the form they had. Setting what holds already is MYQSEC_OK and no event. Adds
 *  MYQSEC_ERR_NOT_FOUND. Right: key.manage. Audit: encryption.change-began, and encryption.change-finished from
 *  myqsec_tick. Since 0.1. */
MYQSEC_API myqsec_status myqsec_encryption_set(myqsec_session *session, const char *what, int on);
/** How the databases are encrypted: columns what, encryption ("on", "off": as it is wished), converting (boolean),
 *  pages, pages_done, key_version (in force or, while converting, to come). Right: key.manage. Since 0.1. */
MYQSEC_API myqsec_status myqsec_encryption_status(myqsec_session *session, myqsec_list **out);

MYQSEC_END_DECLARATIONS

#endif
