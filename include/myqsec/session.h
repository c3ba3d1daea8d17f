/* Sessions of people who show no password here: who was authenticated elsewhere, and who comes again with a ticket.
 * docs/sessions.md says when they end. */
#ifndef MYQSEC_SESSION_H
#define MYQSEC_SESSION_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** What the voucher answers for: who it is, and how that is known. */
typedef struct myqsec_vouching {
    uint32_t struct_size;
    uint32_t reserved; /**< Zero: the only value */
    int64_t user;      /**< Zero: refused */
    /** How the person showed who they are, such as "kerberos", "oidc", "ldap", "tls-certificate": 1 to 64 lowercase
     *  letters, digits, "-", "." and "_". Zero: refused */
    const char *method;
    const char *issuer; /**< who says so: a realm, an issuer's URL, a directory; 1 to 255 bytes. Zero: refused */
    const char *source; /**< where the person comes from (an address); the audit log has a tag of it. Zero: the host */
    /** Names of rights separated by spaces: of the user's own, the session uses these. "" for none; myqsec_session_info
     *  needs profile.own. Zero: job.submit, job.release.own, job.release.delegated, job.manage.own, job.preview.own and
     *  profile.own */
    const char *rights;
} myqsec_vouching;
#define MYQSEC_VOUCHING_INIT \
    { sizeof(myqsec_vouching), 0, 0, NULL, NULL, NULL, NULL }

/** A session, away from any device, of a person whom the voucher has authenticated. Its limits of time are those of
 *  myqsec_login. Nobody vouches for what they lack: each right named that not everybody has must be the voucher's own,
 *  without limit; and with credential.own, by which the session could change what outlasts it, every right that the
 *  user has. Locks after wrong entries stop nobody here, for nothing is guessed. Free with myqsec_session_free. Adds
 *  MYQSEC_ERR_NOT_FOUND (also who is disabled), MYQSEC_ERR_NOT_POSSIBLE (oneself), MYQSEC_ERR_LIMIT. Right:
 *  session.vouch, over the user; the system session has it while the setting login.host_vouches is true. Audit:
 *  session.vouched. Since 0.1. */
MYQSEC_API myqsec_status myqsec_session_vouch(myqsec_session *session, const myqsec_vouching *vouching,
                                              myqsec_session **out);

#define MYQSEC_TICKET_ROOM 65 /**< bytes that a ticket needs, its NUL included */

/** A ticket for the person of this session: 64 hexadecimal digits, random, which begin further sessions of the same
 *  rights without the cost of a password, until `*expires` (milliseconds since 1970; may be NULL), the setting
 *  session.ticket_lifetime from now on. Whoever shows it is that person: keep it as a password is kept. The library
 *  keeps a keyed hash of it, in memory only: it ends when the instance is closed. It ends as well with whatever ends
 *  the person's sessions: another password, PIN, card or right, disabling, deletion, recovery; this session's own
 *  change of password, too. Wrong entries of others, and the locks that they begin, do not end it, nor does this
 *  session's end. With `source` it works from there only, NULL: from anywhere. Of one person's tickets, the 65th ends
 *  the oldest. `ticket` holds *ticket_length bytes. Adds MYQSEC_ERR_NOT_POSSIBLE (the system session, one at a device,
 *  one that a ticket began), MYQSEC_ERR_BUFFER_TOO_SMALL (none was issued), MYQSEC_ERR_LIMIT. Right: whoever's session
 *  it is. Audit: session.ticket-issued; session.ticket-ended of the oldest. Since 0.1. */
MYQSEC_API myqsec_status myqsec_ticket_issue(myqsec_session *session, const char *source, char *ticket,
                                             size_t *ticket_length, int64_t *expires);

/** A session of the person to whom the ticket was issued, with what that session might use. It ends with the ticket, at
 *  the latest. Nothing is written: the ticket's own end tells how many sessions it began. Free with
 *  myqsec_session_free. Adds MYQSEC_ERR_AUTHENTICATION (one answer whether there is no such ticket, it is over, or
 *  bound to another source), MYQSEC_ERR_LIMIT. Right: session.host (the system session). Audit: session.login-failed,
 *  counted where there are many. Since 0.1. */
MYQSEC_API myqsec_status myqsec_ticket_redeem(myqsec_session *system, const char *ticket, const char *source,
                                              myqsec_session **out);

/** Ends a ticket, and the sessions that it began, as when a person logs out everywhere. Nothing happens if there is
 *  none. Right: session.host (the system session). Audit: session.ticket-ended. Since 0.1. */
MYQSEC_API myqsec_status myqsec_ticket_withdraw(myqsec_session *system, const char *ticket);

MYQSEC_END_DECLARATIONS

#endif
