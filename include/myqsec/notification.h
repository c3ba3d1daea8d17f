/* Notifications: events that the host is to tell somebody, queued durably, and texts for them. docs/host.md.
 *
 *   myqsec_page page = MYQSEC_PAGE_INIT;
 *   myqsec_notification_list(session, &page, &list);
 *   while (myqsec_list_next(list) == MYQSEC_OK) … tell it, and remember its id
 *   myqsec_notification_acknowledge(session, id of the last);
 */
#ifndef MYQSEC_NOTIFICATION_H
#define MYQSEC_NOTIFICATION_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** Which actions of the audit log are queued from now on: their names, separated by spaces, such as "job.held
 *  user.locked device.clear-failed"; "" for none, as in a new instance. It stays so over restarts. What is queued waits
 *  until it is acknowledged, for notification.retention at most, so name what the host reads. Adds
 *  MYQSEC_ERR_INVALID_ARGUMENT for a name that is none. Right: notification.manage.
 *  Audit: notification.events-changed. Since 0.1. */
MYQSEC_API myqsec_status myqsec_notification_set_events(myqsec_session *session, const char *events);
/** Those: column event. Right: notification.read or notification.manage. Since 0.1. */
MYQSEC_API myqsec_status myqsec_notification_events(myqsec_session *session, myqsec_list **out);

/** What waits, oldest first, by id: columns id (only grows), time, event (the action's name), result ("ok", "denied",
 *  "failed"), actor (a user; 0: nobody, or the host), object_kind, object, user (whom it concerns: the object, the
 *  owner of the job, or the actor; 0: nobody), changes (JSON, as myqsec_audit_list). Written in the transaction of the
 *  fact itself: there is none without the other, whatever a crash interrupts. One may come again, until it is
 *  acknowledged, and keeps its id. Right: notification.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_notification_list(myqsec_session *session, const myqsec_page *page, myqsec_list **out);
/** All up to and with the id `through` are told, and go. Of a power cut before the next durable change some may come
 *  again. Right: notification.read. Audit: none, for what they tell of is in the log. Since 0.1. */
MYQSEC_API myqsec_status myqsec_notification_acknowledge(myqsec_session *session, int64_t through);

/** A template. In it stand {event}, {time}, {result}, {user_name}, {full_name} (of whom it concerns), {object_kind},
 *  {object}, {object_name} (of a device or queue), and {new.FIELD} and {old.FIELD} for values of a change; {{ and }}
 *  are braces. What an event does not have is "". */
typedef struct myqsec_notification_text {
    uint32_t struct_size;
    uint32_t reserved;    /**< Zero: the only value */
    const char *event;    /**< the action's name. Zero: refused */
    const char *language; /**< BCP 47, e.g. "cs". Zero: for whoever has no other */
    const char *subject;  /**< at most 255 bytes. Zero: the text is removed */
    const char *body;     /**< at most 16,384 bytes. Zero: empty */
} myqsec_notification_text;
#define MYQSEC_NOTIFICATION_TEXT_INIT \
    { sizeof(myqsec_notification_text), 0, NULL, NULL, NULL, NULL }

/** Writes, replaces or removes the text of an event in a language. Adds MYQSEC_ERR_NOT_FOUND (to be removed),
 *  MYQSEC_ERR_LIMIT. Right: notification.manage. Audit: notification.text-changed. Since 0.1. */
MYQSEC_API myqsec_status myqsec_notification_set_text(myqsec_session *session,
                                                      const myqsec_notification_text *notification_text);
/** All texts: columns id, event, language, subject, body. Right: notification.read or notification.manage. Since 0.1.
 *  */
MYQSEC_API myqsec_status myqsec_notification_texts(myqsec_session *session, const myqsec_page *page, myqsec_list **out);
/** The text of a notification, for whom it concerns, as a list of one row: columns user (0: nobody), user_name,
 *  full_name, email, language (of the template), subject (one line), body. The template is that of the user's language,
 *  such as "de-AT", then of "de", then of "". Adds MYQSEC_ERR_NOT_FOUND (acknowledged, or no text).
 *  Right: notification.read. Since 0.1. */
MYQSEC_API myqsec_status myqsec_notification_word(myqsec_session *session, int64_t notification, myqsec_list **out);

MYQSEC_END_DECLARATIONS

#endif
