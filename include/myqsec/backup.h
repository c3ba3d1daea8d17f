/* Backups: the instance's files as they are at one moment, sealed as they are there, and its keys of that moment under
 * a backup key, which expires. Then it is destroyed, and what was erased since the backup is gone from there too. What
 * the instance keeps readable, a queue's or database's encryption being off, is readable in the backup, also later. To
 * restore on another machine, or after the instance's keystore was lost, keep a copy of the backup key apart from the
 * backups; whoever has both, reads all. docs/backup.md. */
#ifndef MYQSEC_BACKUP_H
#define MYQSEC_BACKUP_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** Room for an exported backup key with its NUL. */
#define MYQSEC_BACKUP_KEY_MAX 160

/** Told after each file that was copied. May not call the library. Non-zero ends the work with MYQSEC_ERR_CALLBACK. */
typedef int (*myqsec_progress_function)(void *context, uint64_t files_done, uint64_t files);

typedef struct myqsec_backup_options {
    uint32_t struct_size;
    uint32_t reserved; /**< Zero: the only value */
    /** Creating only: milliseconds, at least an hour, for which it can be restored, or up to an eighth less, for
     *  backups share keys. Zero: the setting backup.retention */
    int64_t retention;
    myqsec_progress_function progress; /**< Zero: nobody is told */
    void *context;                     /**< passed back to it. Zero: as any other value */
} myqsec_backup_options;
#define MYQSEC_BACKUP_OPTIONS_INIT \
    { sizeof(myqsec_backup_options), 0, 0, NULL, NULL }

typedef struct myqsec_backup_info {
    uint32_t struct_size;
    uint32_t key_version;    /**< of the backup key that opens it. Zero: never */
    uint8_t instance_id[16]; /**< of the instance that was backed up. Zero: never */
    int64_t created;         /**< milliseconds since 1970: the moment that it shows. Zero: 1970 */
    int64_t expires;         /**< milliseconds since 1970. Zero: 1970 */
} myqsec_backup_info;
#define MYQSEC_BACKUP_INFO_INIT \
    { sizeof(myqsec_backup_info), 0, {0}, 0, 0 }

/** Backs the instance up into `directory`, which must be missing (its parent exists) or empty. It is in use meanwhile,
 *  except for the time that copying the two databases takes; documents deleted meanwhile go when it ends. Erasures that
 *  wait are completed first. The backup is one when its last file, `backup`, is there: what a crash leaves is none, and
 *  may be deleted; what a failure leaves is removed. On the instance's own disk the larger of spool.min_free and twice
 *  storage.reserve stays free: otherwise MYQSEC_ERR_NO_SPACE. Documents that the newest backup beside it has (in the
 *  folder that `directory` lies in) are not copied again, but are one file with two names, where the file system can:
 *  delete a backup's files, never overwrite them. In the instance's own folder it is refused. `options` and `info` may
 *  be NULL. Adds MYQSEC_ERR_EXISTS, MYQSEC_ERR_CALLBACK; MYQSEC_ERR_LIMIT if too many backup keys live,
 *  MYQSEC_ERR_NOT_POSSIBLE while deletion is suspended because the clock jumped. Right: key.manage. Audit:
 *  backup.began, backup.finished. Since 0.1. */
MYQSEC_API myqsec_status myqsec_backup_create(myqsec_session *session, const char *directory,
                                              const myqsec_backup_options *options, myqsec_backup_info *info);

/** What a backup says of itself. Nobody has vouched for it before the backup key has opened it. Adds
 *  MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_NEWER_VERSION. Since 0.1. */
MYQSEC_API myqsec_status myqsec_backup_read(const char *directory, myqsec_backup_info *info);

/** The backup keys that live, the oldest first: columns version, expires (instant). myqsec_tick destroys those that
 *  have expired. Right: key.manage. Audit: backup.key-expired, from myqsec_tick. Since 0.1. */
MYQSEC_API myqsec_status myqsec_backup_key_list(myqsec_session *session, myqsec_list **out);

/** A backup key as one line of text; `version` 0 is the newest. It is a secret: until it expires, and for as long as
 *  copies of it exist, it opens the backups of its version. Adds MYQSEC_ERR_NOT_FOUND. Right: key.manage.
 *  Audit: backup.key-exported. Since 0.1. */
MYQSEC_API myqsec_status myqsec_backup_key_export(myqsec_session *session, uint32_t version, char *key, size_t *length);

/** The same from the keystore of an instance that is not open, such as one whose databases are lost; only its root
 *  secret is asked for. Adds MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_IN_USE, MYQSEC_ERR_WRONG_KEY. Audit: none, for there is
 *  no log. Since 0.1. */
MYQSEC_API myqsec_status myqsec_backup_key_read(const char *directory, const myqsec_root *root, uint32_t version,
                                                char *key, size_t *length);

/** Makes an instance in `directory`, which must be missing (its parent exists) or empty, of the backup in `backup`, and
 *  opens it. `key` is the exported backup key, `root` the instance's root secret from now on. Outside counters of
 *  `options` go on from where they stand. A crash half-way leaves nothing that opens; calling it again finishes the
 *  work, as with myqsec_create: a folder that holds anything else, such as an instance without its keystore, is left as
 *  it is. In the backup's own folder it is refused. `options` and `backup_options` may be NULL. Close with
 *  myqsec_close. Adds MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_EXISTS, MYQSEC_ERR_IN_USE, MYQSEC_ERR_CALLBACK,
 *  MYQSEC_ERR_SELF_TEST; MYQSEC_ERR_WRONG_KEY if the key does not open it; MYQSEC_ERR_NOT_POSSIBLE if it has expired;
 *  MYQSEC_ERR_TAMPERED, MYQSEC_ERR_NEWER_VERSION. Audit: instance.restored, instance.opened. Since 0.1. */
MYQSEC_API myqsec_status myqsec_backup_restore(const char *backup, const char *directory, const char *key,
                                               const myqsec_root *root, const myqsec_options *options,
                                               const myqsec_backup_options *backup_options, myqsec_engine **out);

MYQSEC_END_DECLARATIONS

#endif
