/* The engine: one opened instance folder. */
#ifndef MYQSEC_ENGINE_H
#define MYQSEC_ENGINE_H

#include "myqsec/list.h"

MYQSEC_BEGIN

typedef struct myqsec_engine myqsec_engine;

/** A principal: who is asking. The host's system principal, a user, or a user at a device. */
typedef struct myqsec_session myqsec_session;

/** The root key's origin. */
typedef enum myqsec_root_kind {
    MYQSEC_ROOT_PASSPHRASE = 1, /**< stretched by Argon2id with the parameters below */
    MYQSEC_ROOT_KEY_FILE = 2,   /**< contents of a key file, 32 bytes to 64 KiB */
    MYQSEC_ROOT_CALLBACK = 3,   /**< the host's own: RPMB, a key service */
    MYQSEC_ROOT_PKCS11 = 4,     /**< sealed under a key of a PKCS #11 token; see `pkcs11` */
    MYQSEC_ROOT_TPM = 5         /**< sealed to this machine's TPM 2.0; see `tpm` */
} myqsec_root_kind;

#define MYQSEC_ROOT_KEY_SIZE 32
#define MYQSEC_ROOT_BLOB_MAX 1024

/** A PKCS #11 token: hardware security module, smart card, SoftHSM. It is used during myqsec_create and myqsec_open
 *  only. A host that uses the same module itself initialises it before and finalises it after those calls; where it has
 *  logged in, the PIN is not asked for. A wrong PIN is tried once. Since 0.1. */
typedef struct myqsec_root_pkcs11 {
    uint32_t struct_size;
    uint32_t reserved; /**< Zero: the only value */
    /** Absolute path of the vendor's library, such as /usr/lib/softhsm/libsofthsm2.so. Zero: refused */
    const char *module;
    const char *token; /**< its label or serial number. Zero: the only one there is */
    /** New instances only: label of an AES key that cannot leave the token, made if missing. Zero: "myqsec root" */
    const char *key;
} myqsec_root_pkcs11;
#define MYQSEC_ROOT_PKCS11_INIT \
    { sizeof(myqsec_root_pkcs11), 0, NULL, NULL, NULL }

/** A TPM 2.0. Needs a library built with MYQSEC_WITH_TPM, or MYQSEC_ERR_NOT_BUILT_IN is returned. It is used during
 *  myqsec_create and myqsec_open only. Since 0.1. */
typedef struct myqsec_root_tpm {
    uint32_t struct_size;
    /** New instances only: bit n set binds the root key to PCR n of the SHA-256 bank as it is now (n up to 23). After
     *  firmware or boot changes that PCR measures, the TPM refuses. Zero: bound to this TPM, and to no PCR */
    uint32_t pcrs;
    /** How the TPM is reached, as tpm2-tss says it: "device:/dev/tpmrm0", "swtpm:port=2321". Zero: its default */
    const char *tcti;
} myqsec_root_tpm;
#define MYQSEC_ROOT_TPM_INIT \
    { sizeof(myqsec_root_tpm), 0, NULL }

/** How the root key is obtained. All pointers are read during the call only. */
typedef struct myqsec_root {
    uint32_t struct_size;
    uint32_t kind; /**< a myqsec_root_kind. Zero: refused */
    /** Passphrase (UTF-8); key file contents; the token's PIN; the TPM's authorisation value. Zero: the PIN is entered
     *  at the token's own pad, the TPM asks for no value; a passphrase or key file is refused */
    const uint8_t *secret;
    size_t secret_length; /**< Zero: as if secret were NULL */
    /** New instances only, whatever the kind: what stretching a passphrase costs and, as the settings kdf.memory_kib
     *  and kdf.iterations, each password from the first administrator's on. Firmware: 7168; at most 1048576.
     *  Zero: 65536 */
    uint32_t argon2_memory_kib;
    /** Likewise. Firmware: 5; times the memory, at most 4194304; of passwords at most 100. Zero: 3 */
    uint32_t argon2_iterations;
    void *context; /**< passed back to the callbacks. Zero: as any other value */
    /** A fresh root key and the blob (at most MYQSEC_ROOT_BLOB_MAX bytes, *blob_length on entry) that finds it again.
     *  The blob is stored in the clear. May not call the library. Non-zero: failure. Zero: refused for
     *  MYQSEC_ROOT_CALLBACK */
    int (*create)(void *context, uint8_t key[MYQSEC_ROOT_KEY_SIZE], uint8_t *blob, size_t *blob_length);
    /** The root key that belongs to the blob. May not call the library. Non-zero: failure. Zero: as of create */
    int (*unlock)(void *context, const uint8_t *blob, size_t blob_length, uint8_t key[MYQSEC_ROOT_KEY_SIZE]);
    const myqsec_root_pkcs11 *pkcs11; /**< Zero: refused for MYQSEC_ROOT_PKCS11. Since 0.1 */
    const myqsec_root_tpm *tpm;       /**< Zero: refused for MYQSEC_ROOT_TPM. Since 0.1 */
} myqsec_root;
#define MYQSEC_ROOT_INIT \
    { sizeof(myqsec_root), 0, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL }

typedef struct myqsec_options {
    uint32_t struct_size;
    uint32_t cache_kib;  /**< SQLite's page cache. Zero: 2000 */
    void *clock_context; /**< passed back to clock. Zero: as any other value */
    /** Milliseconds since 1970-01-01T00:00:00Z. May not call the library. Zero: the system's clock */
    int64_t (*clock)(void *context);
    /** An outside counter tells a whole earlier state of the folder from the present one, which nothing inside it can.
     *  It only goes up, begins at 0, and lies where whoever writes the folder can't set it back: a TPM's NV counter, an
     *  RPMB partition, another machine. There is one for each database: `which` is 1 (main) or 2 (log). Both functions
     *  or neither, from the instance's creation on: an opening without them is refused from then on. They may not
     *  call the library. Non-zero: failure. */
    void *counter_context; /**< passed back to both. Zero: as any other value */
    /** Non-zero: failure. Zero: no counter; refused with the other function, and where there was one before */
    int (*counter_read)(void *context, uint32_t which, uint64_t *value);
    /** Makes the counter `value`, which is one more than it was, durably: a commit is acknowledged only afterwards. If
     *  it fails, that commit fails with MYQSEC_ERR_OUTCOME_UNKNOWN, as after a sync that failed. Zero: as of
     *  counter_read */
    int (*counter_advance)(void *context, uint32_t which, uint64_t value);
    /** Milliseconds between two advances at least, for counters that wear out. An earlier state of up to this age opens
     *  undetected. Zero: the counter advances at every commit */
    int64_t counter_interval;
    /** Not 0: opens an instance although its parts (main database, log, keystore, documents) are of different times, as
     *  after some of them were put back from a copy, or although it followed an outside counter and none is given. What
     *  was found is in myqsec_open_findings and audited. Zero: MYQSEC_ERR_TAMPERED */
    uint32_t accept_earlier_parts;
    uint32_t reserved; /**< Zero: the only value */
    /** Milliseconds that pass whoever sets the clock, and go on while the instance is closed, as far as that can be
     *  had; locks go by them. They may begin anew when the machine does. `clock_context` is passed. May not
     *  call the library. Zero: CLOCK_BOOTTIME */
    int64_t (*running)(void *context);
} myqsec_options;
#define MYQSEC_OPTIONS_INIT \
    { sizeof(myqsec_options), 0, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, NULL }

/** Creates an instance in `directory`, which must be missing (its parent exists) or empty, and opens it. A crash
 *  half-way leaves nothing that opens, or an instance without users; calling it again finishes the work: it replaces
 *  what a creation left beside the file `unfinished`, and answers MYQSEC_ERR_EXISTS where only the answer was lost:
 *  open that. Nothing else is ever removed, above all no instance that was opened once, whoever put that file beside
 *  it: MYQSEC_ERR_EXISTS names a file that is in the way. `options` may be NULL. Close with myqsec_close. Adds
 *  MYQSEC_ERR_EXISTS, MYQSEC_ERR_IN_USE, MYQSEC_ERR_SELF_TEST, MYQSEC_ERR_CALLBACK; for a token or TPM
 *  MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_WRONG_KEY, MYQSEC_ERR_LOCKED_OUT, MYQSEC_ERR_NOT_POSSIBLE,
 *  MYQSEC_ERR_NOT_BUILT_IN. Audit: instance.created. Since 0.1. */
MYQSEC_API myqsec_status myqsec_create(const char *directory, const myqsec_root *root, const myqsec_options *options,
                                       myqsec_engine **out);

/** Opens an instance; one process at a time. Whatever a crash or power cut left is finished or undone here; files it
 *  left that nothing refers to may go in later ticks. How long it takes depends on the size of the databases alone.
 *  Nothing is changed if it fails. `options` may be NULL. Close with myqsec_close. Adds MYQSEC_ERR_NOT_FOUND,
 *  MYQSEC_ERR_IN_USE, MYQSEC_ERR_WRONG_KEY, MYQSEC_ERR_TAMPERED, MYQSEC_ERR_NEWER_VERSION, MYQSEC_ERR_SELF_TEST,
 *  MYQSEC_ERR_CALLBACK; for a token or TPM MYQSEC_ERR_LOCKED_OUT, MYQSEC_ERR_NOT_POSSIBLE, MYQSEC_ERR_NOT_BUILT_IN.
 *  Audit: instance.opened, instance.damage-found. Since 0.1. */
MYQSEC_API myqsec_status myqsec_open(const char *directory, const myqsec_root *root, const myqsec_options *options,
                                     myqsec_engine **out);

/** What opening found and repaired, and what ticks found since in comparing jobs with their files: opening compares the
 *  first 500 jobs and 100 files. Columns code (text), sentence (text). Empty if all was well. Since 0.1. */
MYQSEC_API myqsec_status myqsec_open_findings(myqsec_engine *engine, myqsec_list **out);

/** What is wrong with an instance, above all with one that does not open, and what can be done about it. It is opened
 *  as ever, but what that writes stays in memory: nothing on the disk changes and no outside counter advances. `root`
 *  may be NULL: then only what can be seen without it is told. Columns code (text: a status such as "ERR_TAMPERED", or
 *  a code as in myqsec_open_findings), sentence (text), advice (text). Empty if all is well. What keeps the instance
 *  from opening is a row, and no failure of this call. Adds MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_FILE_ACCESS for the folder
 *  itself, MYQSEC_ERR_SELF_TEST. Right: whoever has the root secret. Audit: none, for nothing is written. Since 0.1. */
MYQSEC_API myqsec_status myqsec_doctor(const char *directory, const myqsec_root *root, const myqsec_options *options,
                                       myqsec_list **out);

/** Closes the engine. MYQSEC_ERR_BUSY, and nothing closed, while sessions, writers, readers or releases live. In a
 *  forked child it gives the handle up, and leaves files, lock and memory as they are. NULL is MYQSEC_OK. Since 0.1. */
MYQSEC_API myqsec_status myqsec_close(myqsec_engine *engine);

/** The host's own principal. Its rights are session.host, instance.tick, job.submit.for-others, health.read, those to
 *  the host's own events, secrets, settings and notifications (myqsec/host.h, myqsec/notification.h), session.vouch
 *  while the setting login.host_vouches is true, and never another: functions whose "Right:" names one of them, or the
 *  system principal or session, are open to it. So it creates the first administrator and a recovery code for that one,
 *  recovers administrators, ticks, drives logins, attaches devices and clears their memory, lists devices and queues,
 *  finds users by name, submits for a user it names, and releases jobs of direct queues; it sees itself and the list of
 *  rights, as any session. Free with myqsec_session_free. Since 0.1. */
MYQSEC_API myqsec_status myqsec_system_session(myqsec_engine *engine, myqsec_session **out);

/** Does what is due: idle logouts, retention, clear-memory retries, moving the audit outbox, its signing key and
 *  pruning. Call it when `*next` (milliseconds since 1970) has come, or more often: that is before anything is due,
 *  also of what begins meanwhile, and at most a minute ahead; so what a change of a setting, device or queue brings
 *  forward is late by no more than that. Where a tick fails, `*next` is a minute ahead. `next` may be NULL.
 *  Clear-memory callbacks run inside. The ticks after an opening also compare jobs with their files, 500 of each at a
 *  time, until all were compared. Right: instance.tick. Audit: job.aborted, job.changed, session.logout, job.expired,
 *  device.memory-cleared, session.ticket-ended, queue.converted, job.conversion-failed, audit.key-rotated,
 *  audit.pruned, notification.expired. Since 0.1. */
MYQSEC_API myqsec_status myqsec_tick(myqsec_session *session, int64_t *next);

/** Confirms that the clock is right after it stepped further than the setting clock.max_step at once. Until then jobs
 *  expire by the time known to have passed, backup keys and audit events not at all (myqsec_open_findings:
 *  "deletion-suspended"). What waits to expire has as long left afterwards as before. Idempotent. Right:
 *  settings.change.storage. Audit: instance.clock-stepped. Since 0.1. */
MYQSEC_API myqsec_status myqsec_clock_confirm(myqsec_session *session);

/** Ends the session if it lives (a device session: as by logout, with its clear-memory callback) and frees it. Calls
 *  that other threads make on it are refused from now on; it waits for those under way, such as a release to a sink.
 *  Since 0.1. */
MYQSEC_API void myqsec_session_free(myqsec_session *session);

/** About the session: columns kind ("system", "user", "device"), id, user, user_name, full_name, device, started,
 *  idle_deadline, end_deadline, rights (names separated by spaces), message (the rights message to be shown),
 *  must_change_password (it may do nothing else; full_name is empty until then).
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_session_info(myqsec_session *session, myqsec_list **out);

MYQSEC_END_DECLARATIONS

#endif
