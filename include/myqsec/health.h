/* The state of a running instance, for whoever operates it; myqsec_doctor looks at one that is not open. */
#ifndef MYQSEC_HEALTH_H
#define MYQSEC_HEALTH_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** What is overdue, suspended, locked, full or unverified, the gravest first; empty if there is nothing to say. Columns
 *  code, level ("notice": good to know; "warning": somebody should look; "alarm": something does not work, or is not
 *  safe), sentence, since (instant; none if not known), count (none if nothing is counted). Codes are "tick-overdue",
 *  "tick-failed", "deletion-suspended", "disk-full", "erasure-overdue", "device-locked", "login-locked",
 *  "pages-unverified", "conversion-unfinished", "backup-missing", "notifications-unread", and those of
 *  myqsec_open_findings; later versions add some. Nothing that names a person or document. It costs a few look-ups: ask
 *  as often as once a second. Right: health.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_health(myqsec_session *session, myqsec_list **out);

MYQSEC_END_DECLARATIONS

#endif
