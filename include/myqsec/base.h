/* Conventions of the C ABI, and what every header needs.
 *
 * - Every fallible function returns a myqsec_status; MYQSEC_OK is 0, all others are negative. The sentence for a
 *   person is in myqsec_last_error(), of the calling thread, until its next call.
 * - Objects are opaque handles. What creates one says who frees it; every …_free accepts NULL.
 * - Strings are NUL-terminated UTF-8; bytes are pointer and length. Views that a function returns stay valid until
 *   the next call on the same handle. Nothing returned is ever freed by the caller, except handles.
 * - Caller's buffers follow one rule: `*length` holds the size of the buffer on entry and the length needed
 *   (for text: the terminating NUL included) on return, also with MYQSEC_ERR_BUFFER_TOO_SMALL.
 * - Options are structs that begin with struct_size and have an …_INIT initialiser. A field that is 0 is the safe
 *   default, or refused; "Zero:" in its comment says which, so that a C99 initialiser may leave fields out. A
 *   larger struct_size than the library knows is accepted if the bytes it does not know are zero.
 * - Any function may return MYQSEC_ERR_INVALID_ARGUMENT (a required pointer is NULL, text is not UTF-8, a size is
 *   hostile), MYQSEC_ERR_OUT_OF_MEMORY, MYQSEC_ERR_IO, MYQSEC_ERR_NO_SPACE, MYQSEC_ERR_FILE_ACCESS, MYQSEC_ERR_CORRUPT,
 *   MYQSEC_ERR_FORKED, MYQSEC_ERR_REENTRANT and MYQSEC_ERR_INTERNAL; a function that takes an engine or a session, or
 *   what was got through one, MYQSEC_ERR_OUTCOME_UNKNOWN too: a sync failed, and nothing works until the instance is
 *   opened again (docs/durability.md). A function's comment lists what it adds.
 * - An id that names nothing, or what the principal may not know of, is MYQSEC_ERR_NOT_FOUND.
 * - Where a function fails, what it had to return is 0, NULL or "": outputs are overwritten whatever the status.
 * - The first parameter of whatever reads personal data or changes anything is a session: the principal. Such functions
 *   add MYQSEC_ERR_ACCESS_DENIED and MYQSEC_ERR_SESSION_ENDED, which comes before anything else is looked at, also from
 *   what was got through the session. "Right:" names the right needed, "Audit:" the event.
 * - Threads: an engine and a session may be used from any thread at once. Lists, writers, readers and releases belong
 *   to one thread at a time.
 * - The library starts no threads, handles no signals, and changes no global state of the process. Botan, unless built
 *   without its module thread_utils, starts some of its own at the first password: a forked child ends by _exit() or
 *   exec.
 */
#ifndef MYQSEC_BASE_H
#define MYQSEC_BASE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define MYQSEC_API __attribute__((visibility("default")))
#else
#define MYQSEC_API
#endif

#ifdef __cplusplus
#define MYQSEC_BEGIN extern "C" {
#define MYQSEC_END_DECLARATIONS }
#else
#define MYQSEC_BEGIN
#define MYQSEC_END_DECLARATIONS
#endif

/** What a field says that is yes or no in a struct that also changes things. */
typedef enum myqsec_choice {
    MYQSEC_UNCHANGED = 0, /**< as it is; in something new, the default */
    MYQSEC_YES = 1,
    MYQSEC_NO = 2
} myqsec_choice;

#define MYQSEC_VERSION_MAJOR 0
#define MYQSEC_VERSION_MINOR 1
#define MYQSEC_VERSION_PATCH 0

#endif
