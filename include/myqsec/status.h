/* Status codes. Numbers are never reused or renumbered; new ones are appended. */
#ifndef MYQSEC_STATUS_H
#define MYQSEC_STATUS_H

#include "myqsec/base.h"

MYQSEC_BEGIN

typedef int32_t myqsec_status;

/* clang-format off */
enum {
    MYQSEC_OK = 0, /**< the operation succeeded */
    MYQSEC_ERR_INVALID_ARGUMENT = -1, /**< a parameter is missing, malformed or out of range */
    MYQSEC_ERR_OUT_OF_MEMORY = -2, /**< memory could not be allocated */
    MYQSEC_ERR_IO = -3, /**< the operating system reported an input/output error */
    MYQSEC_ERR_NO_SPACE = -4, /**< the disk or the quota is full */
    MYQSEC_ERR_NOT_FOUND = -5, /**< the named object does not exist, or the principal may not know that it does */
    MYQSEC_ERR_EXISTS = -6, /**< an object with that name or value already exists */
    MYQSEC_ERR_IN_USE = -7, /**< another process has this instance open */
    MYQSEC_ERR_BUSY = -8, /**< handles that belong to this object are still open */
    MYQSEC_ERR_REENTRANT = -9, /**< a callback called a function that it may not call */
    MYQSEC_ERR_CALLBACK = -10, /**< a callback of the host returned a failure */
    MYQSEC_ERR_ACCESS_DENIED = -11, /**< the principal lacks the right to do this */
    MYQSEC_ERR_FILE_ACCESS = -12, /**< the operating system refused access to a file */
    MYQSEC_ERR_AUTHENTICATION = -13, /**< the credentials are wrong, or belong to nobody who may log in here */
    MYQSEC_ERR_LOCKED_OUT = -14, /**< too many wrong entries: for a time this way of logging in is locked for the
                                  *   account, or this place for those it does not know */
    MYQSEC_ERR_SESSION_ENDED = -15, /**< the session has expired or was logged out */
    MYQSEC_ERR_WRONG_KEY = -16, /**< the root secret or key given does not open this */
    MYQSEC_ERR_CORRUPT = -17, /**< stored data is damaged, truncated or has been altered */
    MYQSEC_ERR_TAMPERED = -18, /**< stored data was altered in a way that no accident explains */
    MYQSEC_ERR_NEWER_VERSION = -19, /**< the data was written by a newer version of this library */
    MYQSEC_ERR_NOT_POSSIBLE = -20, /**< the object is in a state that does not allow this */
    MYQSEC_ERR_LIMIT = -21, /**< a configured or built-in limit would be exceeded */
    MYQSEC_ERR_NOT_BUILT_IN = -22, /**< this build of the library lacks the component needed */
    MYQSEC_ERR_BUFFER_TOO_SMALL = -23, /**< the caller's buffer is too small; the length needed was returned */
    MYQSEC_END = -24, /**< the list has no further row */
    MYQSEC_ERR_SELF_TEST = -25, /**< a known-answer test of the cryptography failed; nothing may be trusted */
    MYQSEC_ERR_INTERNAL = -26, /**< a defect in this library; please report it */
    MYQSEC_ERR_DEVICE_LOCKED = -27, /**< the device is locked until its memory has been cleared */
    MYQSEC_ERR_FORKED = -28, /**< the handle was opened by the parent of this process */
    MYQSEC_ERR_OUTCOME_UNKNOWN = -29, /**< the disk failed to keep a change: it is unknown whether it survives until the
                                       *   instance is opened again */
    MYQSEC_ERR_INCOMPLETE = -30, /**< it was done and is durable, but a step behind it failed; the message says which,
                                  *   and what makes up for it */
    MYQSEC_ERR_FACTOR_NEEDED = -31, /**< this way of logging in needs another factor at present, such as the user
                                      *   name */
    MYQSEC_ERR_PASSWORD_CHANGE_REQUIRED = -32, /**< the session may do nothing but change its user's password, which is
                                                 *   too old or was set by somebody else */
};
/* clang-format on */

/** The code's name, e.g. "MYQSEC_ERR_IO"; "MYQSEC_ERR_UNKNOWN" for numbers this version does not know.
 *  Static storage. Needs no engine; never fails. Since 0.1. */
MYQSEC_API const char *myqsec_status_name(myqsec_status status);

/** The code's meaning, one English clause. Static storage. Needs no engine; never fails. Since 0.1. */
MYQSEC_API const char *myqsec_status_meaning(myqsec_status status);

/** What went wrong in this thread's last failed call: what failed, on what, what to do. Never NULL; "" if nothing
 *  failed yet. Holds no secret and no personal data. Valid until the thread's next call. Since 0.1. */
MYQSEC_API const char *myqsec_last_error(void);

/** The library's version, "major.minor.patch". Static storage. Since 0.1. */
MYQSEC_API const char *myqsec_version(void);

/** Runs the known-answer tests of the cryptography again (they ran when the first engine was opened).
 *  Adds MYQSEC_ERR_SELF_TEST. Since 0.1. */
MYQSEC_API myqsec_status myqsec_self_test(void);

MYQSEC_END_DECLARATIONS

#endif
