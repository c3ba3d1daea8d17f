/* What belongs to the host, kept in the instance and its backups: its events in the audit log, its secrets, its
 * settings. docs/host.md. Names are the host's own: 1 to 64 lowercase letters, digits, "-", "." and "_". */
#ifndef MYQSEC_HOST_H
#define MYQSEC_HOST_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** A value of an event. In an array all have the same size. */
typedef struct myqsec_host_event_field {
    uint32_t struct_size;
    uint32_t reserved;     /**< Zero: the only value */
    const char *name;      /**< each once, and not "event". Zero: refused */
    const char *old_value; /**< Zero: "" */
    const char *new_value; /**< Zero: "" */
} myqsec_host_event_field;
#define MYQSEC_HOST_EVENT_FIELD_INIT \
    { sizeof(myqsec_host_event_field), 0, NULL, NULL, NULL }

typedef enum myqsec_host_event_result {
    MYQSEC_EVENT_OK = 0,
    MYQSEC_EVENT_DENIED = 1, /**< somebody was refused */
    MYQSEC_EVENT_FAILED = 2
} myqsec_host_event_result;

/** Something that the host did or saw, such as "ldap.sync-failed" or "tls.certificate-renewed". */
typedef struct myqsec_host_event {
    uint32_t struct_size;
    uint32_t result;         /**< a myqsec_host_event_result. Zero: MYQSEC_EVENT_OK */
    const char *name;        /**< Zero: refused */
    const char *object_kind; /**< as the audit log has it: "user", "device", "queue", "job" … Zero: about nothing */
    int64_t object;          /**< an id, with object_kind only. Zero: none of that kind */
    const myqsec_host_event_field *fields; /**< never of a person, never a secret. Zero: none */
    uint32_t field_count;                  /**< at most 16. Zero: none */
    uint32_t reserved;                     /**< Zero: the only value */
    int64_t person;                        /**< the user whom `details` are about. Zero: nobody */
    /** What names or describes a person: sealed under that person's key, and unreadable once they are deleted.
     *  Zero: none */
    const char *details;
} myqsec_host_event;
#define MYQSEC_HOST_EVENT_INIT \
    { sizeof(myqsec_host_event), 0, NULL, NULL, 0, NULL, 0, 0, 0, NULL }

/** Records an event of the host in the audit log, durably. Its action is "host.event", which no event of the library
 *  has; its name stands behind "host." in its first change, "event". Values are stored in NFC without control
 *  characters and others that falsify what is around them, and cut to 1,023 bytes: none is refused. Adds
 *  MYQSEC_ERR_LIMIT, MYQSEC_ERR_NOT_FOUND (person). Right: host.event.record. Audit: host.event. Since 0.1. */
MYQSEC_API myqsec_status myqsec_host_event_record(myqsec_session *session, const myqsec_host_event *event);

/** Keeps a secret of the host, such as the private key of its TLS certificate, in place of an earlier one of that name:
 *  1 to 65,536 bytes, sealed under a random key of its own in the key tree, durably. The earlier one's key is
 *  destroyed, and within the setting erasure.max_delay beyond recovery from older copies of the files, but for backups.
 *  A secret stands in no list, event, export or message. At most 1,000. Adds MYQSEC_ERR_LIMIT. Right:
 *  host.secret.change. Audit: host.secret-changed, by name. Since 0.1. */
MYQSEC_API myqsec_status myqsec_host_secret_set(myqsec_session *session, const char *name, const void *data,
                                                size_t length);
/** Reads one. *length is the room on entry, and the secret's length on return; wipe the buffer after use. Adds
 *  MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_BUFFER_TOO_SMALL. Right: host.secret.read. Audit: host.secret-read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_host_secret_get(myqsec_session *session, const char *name, void *data, size_t *length);
/** Removes one, and destroys its key as myqsec_host_secret_set does. Adds MYQSEC_ERR_NOT_FOUND.
 *  Right: host.secret.change. Audit: host.secret-changed. Since 0.1. */
MYQSEC_API myqsec_status myqsec_host_secret_remove(myqsec_session *session, const char *name);
/** Which there are: columns id, name, changed (instant). Right: host.secret.read or host.secret.change. Since 0.1. */
MYQSEC_API myqsec_status myqsec_host_secret_list(myqsec_session *session, const myqsec_page *page, myqsec_list **out);

/** Sets a setting of the host: a text of at most 4,000 bytes, without control characters but line feeds and tabs; NULL
 *  removes it. The library does not look at it; what is secret is no setting, for the audit log has its values. At most
 *  10,000. Adds MYQSEC_ERR_NOT_FOUND (to be removed), MYQSEC_ERR_LIMIT. Right: host.setting.change.
 *  Audit: host.setting-changed, old and new value, unless it is as it was. Since 0.1. */
MYQSEC_API myqsec_status myqsec_host_setting_set(myqsec_session *session, const char *name, const char *value);
/** One setting, as a list of one row. Adds MYQSEC_ERR_NOT_FOUND. Right: host.setting.read or host.setting.change.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_host_setting_get(myqsec_session *session, const char *name, myqsec_list **out);
/** All of them: columns id, name, value, changed (instant). Right: as myqsec_host_setting_get. Since 0.1. */
MYQSEC_API myqsec_status myqsec_host_setting_list(myqsec_session *session, const myqsec_page *page, myqsec_list **out);

MYQSEC_END_DECLARATIONS

#endif
