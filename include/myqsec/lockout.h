/* Lockout: what a refused login knows, which locks are in force, lifting them, and the way back in for an
 * administrator. docs/lockout.md says which wrong entries cost whom what. */
#ifndef MYQSEC_LOCKOUT_H
#define MYQSEC_LOCKOUT_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

typedef enum myqsec_lock_scope {
    MYQSEC_LOCK_NONE = 0,
    MYQSEC_LOCK_ACCOUNT = 1, /**< an account by one method */
    MYQSEC_LOCK_DEVICE = 2,  /**< a device, for those whom it does not know */
    MYQSEC_LOCK_SOURCE = 3,  /**< a source, likewise */
    MYQSEC_LOCK_SITE = 4     /**< PINs alone */
} myqsec_lock_scope;

/** About a login that was refused with MYQSEC_ERR_LOCKED_OUT or MYQSEC_ERR_FACTOR_NEEDED. For the host: to ask the
 *  person for another factor, or to tell an operator; shown to whoever stands there, it tells a guesser when to come
 *  back. */
typedef struct myqsec_login_refusal {
    uint32_t struct_size;
    uint32_t scope; /**< a myqsec_lock_scope. Zero: no login was refused by a lock */
    int64_t until;  /**< milliseconds since 1970. Zero: not said */
    /** By which a PIN alone is taken instead (MYQSEC_ERR_FACTOR_NEEDED): bits MYQSEC_METHOD_…. Zero: not said */
    uint32_t methods;
    uint32_t reserved; /**< Zero: always */
} myqsec_login_refusal;
#define MYQSEC_LOGIN_REFUSAL_INIT \
    { sizeof(myqsec_login_refusal), 0, 0, 0, 0 }

/** About this thread's last failed call, if a login was refused so; otherwise all is 0. Set struct_size before.
 *  Leaves myqsec_last_error as it is. Since 0.1. */
MYQSEC_API myqsec_status myqsec_last_refusal(myqsec_login_refusal *out);

/** Locks in force that one may lift. Columns id, scope ("account", "device", "source", "site"), user (0: a name or
 *  card that nobody has), device, source, method ("name-pin", ...; of a device or source "typed" or "card"), entries
 *  (wrong ones that count), until. Right: user.manage, over the user; for devices also device.manage. Since 0.1. */
MYQSEC_API myqsec_status myqsec_lock_list(myqsec_session *session, const myqsec_page *page, myqsec_list **out);
/** Ends a lock and forgets what led to it. Adds MYQSEC_ERR_NOT_FOUND, also once it is over, and where it is not in that
 *  list. Right: as above, and every right that the user has. Audit: user.unlocked. Since 0.1. */
MYQSEC_API myqsec_status myqsec_lock_lift(myqsec_session *session, int64_t lock);

/** A new recovery code, shown this once, for paper in a safe; it replaces an earlier one. 64 bytes of buffer are
 *  enough. Adds MYQSEC_ERR_BUFFER_TOO_SMALL (nothing changed). Right: all of them; the system principal until
 *  there is one or anybody has logged in: when the first administrator was created. Audit: credential.added.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_recovery_code(myqsec_session *session, char *code, size_t *code_length);
/** Gives an administrator who is kept out a new random password, shown this once (64 bytes are enough). `root` is the
 *  instance's root secret, asked for once more. With a recovery code it works at once, and the code is used up; with
 *  NULL after the setting recovery.delay. When it begins to work, the earlier password ends, and that user's sessions
 *  and locks; whoever sets the user's password before undoes it. `*from`: when it begins to work, milliseconds since
 *  1970; may be NULL. Nobody becomes an administrator by it. Adds MYQSEC_ERR_WRONG_KEY, MYQSEC_ERR_NOT_FOUND,
 *  MYQSEC_ERR_NOT_POSSIBLE (no active administrator), MYQSEC_ERR_AUTHENTICATION (the code),
 *  MYQSEC_ERR_BUFFER_TOO_SMALL (nothing changed), and what a token or TPM adds to myqsec_open. Right: the system
 *  principal's alone. Audit: user.recovery-began, user.recovered. Since 0.1. */
MYQSEC_API myqsec_status myqsec_recover_administrator(myqsec_session *system, const myqsec_root *root,
                                                      const char *user_name, const char *code, char *password,
                                                      size_t *password_length, int64_t *from);

MYQSEC_END_DECLARATIONS

#endif
