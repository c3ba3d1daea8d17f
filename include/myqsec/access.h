/* Users, credentials, groups, roles, and user sessions.
 *
 * Whoever acts on another's account could act as that person. So where "Right:" says "over the user", one needs the
 * right named, which a role limited to a group gives over its members, and beside it, without limit, every right that
 * the user has by roles: otherwise MYQSEC_ERR_ACCESS_DENIED names one that is missing ("user 3 has the right
 * queue.manage, which you lack"). */
#ifndef MYQSEC_ACCESS_H
#define MYQSEC_ACCESS_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

typedef enum myqsec_user_state {
    MYQSEC_USER_ACTIVE = 1,
    MYQSEC_USER_DISABLED = 2 /**< logs in nowhere, and is sent no jobs */
} myqsec_user_state;

/** Fields of a user. Each text is at most 255 bytes, notes 4,000;
 *  no control characters. Stored only sealed under the person's key. */
typedef struct myqsec_user_fields {
    uint32_t struct_size;
    uint32_t state; /**< a myqsec_user_state. Zero: as it is; a new user: active */
    /** Unique, compared without regard to case, width and composition (RFC 8265, UsernameCaseMapped). Highly
     *  restrictive after UTS #39: letters of one script in everyday use (or Latin with those of Chinese, Japanese
     *  or Korean), nothing invisible. Zero: as it is; a new user: refused */
    const char *user_name;
    const char *full_name; /**< Zero: as it is; a new user: empty */
    const char *email;     /**< Zero: as it is; a new user: empty */
    const char *language;  /**< BCP 47, e.g. "cs". Zero: as it is; a new user: empty */
    const char *notes;     /**< Zero: as it is; a new user: empty */
} myqsec_user_fields;
#define MYQSEC_USER_FIELDS_INIT \
    { sizeof(myqsec_user_fields), 0, NULL, NULL, NULL, NULL, NULL }

/** Creates the first administrator of a new instance and returns its random password, shown this once. `password` holds
 *  *password_length bytes (64 are enough). Called again before anybody has logged in with it, and before there is
 *  another user, it replaces that administrator: a password that nobody saw, because the host stopped here, is no loss.
 *  Adds MYQSEC_ERR_EXISTS afterwards, MYQSEC_ERR_BUFFER_TOO_SMALL (nothing was created). Right: the system principal's
 *  alone. Audit: user.created, role.granted, and user.deleted of the one before. Since 0.1. */
MYQSEC_API myqsec_status myqsec_first_administrator(myqsec_session *system, const myqsec_user_fields *fields,
                                                    int64_t *user, char *password, size_t *password_length);

/** Adds MYQSEC_ERR_EXISTS. Right: user.manage. Audit: user.created. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_create(myqsec_session *session, const myqsec_user_fields *fields, int64_t *out);
/** The same, with a PIN that logs in alone, in one step: with the user it is there, or neither is. The PIN is shown
 *  this once; 32 bytes of buffer are enough. Adds MYQSEC_ERR_EXISTS, MYQSEC_ERR_BUFFER_TOO_SMALL (nothing was created),
 *  MYQSEC_ERR_LIMIT (the site is too large for PINs alone). Right: user.manage and credential.manage, both without
 *  limit. Audit: user.created, credential.added. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_create_with_pin(myqsec_session *session, const myqsec_user_fields *fields,
                                                     int64_t *out, char *pin, size_t *pin_length);
/** Disabling a user ends their sessions, at devices as by logout. Adds MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_EXISTS,
 *  MYQSEC_ERR_NOT_POSSIBLE (the last administrator). Right: user.manage over the user. Audit: user.changed,
 *  session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_change(myqsec_session *session, int64_t user, const myqsec_user_fields *fields);
/** Deletes the user with credentials, sessions and held jobs, and destroys the person key. Adds MYQSEC_ERR_NOT_FOUND,
 *  MYQSEC_ERR_NOT_POSSIBLE. Right: user.manage over the user. Audit: user.deleted, job.deleted. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_delete(myqsec_session *session, int64_t user);
/** The id of a user name. Adds MYQSEC_ERR_NOT_FOUND. Right: user.manage, or session.host. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_find(myqsec_session *session, const char *user_name, int64_t *out);
/** Columns id, user_name, full_name, email, language, notes, state ("active", "disabled"), locked_until, created,
 *  has_password, has_pin, cards, pin_use ("alone", "with-name", "with-card"), password_use ("alone", "with-card"),
 *  password_changed, must_change_password (at the next login with it, or since it is older than password.max_age).
 *  Right: user.manage; oneself always. Adds MYQSEC_ERR_NOT_FOUND. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_get(myqsec_session *session, int64_t user, myqsec_list **out);

/** Which users to list. */
typedef struct myqsec_user_filter {
    uint32_t struct_size;
    uint32_t state;        /**< a myqsec_user_state. Zero: any */
    int64_t group;         /**< in it, or in a group inside it. Zero: any */
    const char *user_name; /**< the whole name: names are sealed, and found by a keyed hash. Zero: any */
} myqsec_user_filter;
#define MYQSEC_USER_FILTER_INIT \
    { sizeof(myqsec_user_filter), 0, 0, NULL }

/** Users whom one may manage; columns as myqsec_user_get. By id: no database can sort by a sealed name. `filter` may be
 *  NULL. Right: user.manage. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_list(myqsec_session *session, const myqsec_user_filter *filter,
                                          const myqsec_page *page, myqsec_list **out);

/** Sets the password, with which one logs in by user name, or as a second factor to a card. For oneself `current`, the
 *  present password, is required; otherwise NULL. Replacing one ends the user's sessions, but for this one. Adds
 *  MYQSEC_ERR_LIMIT (more than 1,024 bytes in NFC, or the password profile refuses it, and says why; one's own also if
 *  it is the present one), MYQSEC_ERR_AUTHENTICATION, MYQSEC_ERR_LOCKED_OUT. In a session that may do nothing else
 *  (MYQSEC_ERR_PASSWORD_CHANGE_REQUIRED), one's own is set so, at a device, too; afterwards it may do what its user
 *  may. Right: credential.manage over the user, or oneself. Audit: credential.added, credential.changed,
 *  session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_set_password(myqsec_session *session, int64_t user, const char *current,
                                                  const char *password);
/** Sets a password that serves with a card only (MYQSEC_METHOD_CARD_PASSWORD), in place of the one before: it may be
 *  shorter, as the setting password.min_length_second_factor says, for whoever guesses has no card. Whoever administers
 *  needs the other kind: myqsec_login refuses this one. Errors, right and audit as myqsec_user_set_password.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_set_card_password(myqsec_session *session, int64_t user, const char *current,
                                                       const char *password);
/** From now on the password must be changed at the next login with it, which may do nothing else before. Ends the
 *  user's sessions, but for this one. Adds MYQSEC_ERR_NOT_FOUND (also: the user has none). Right: credential.manage
 *  over the user. Audit: credential.changed, session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_expire_password(myqsec_session *session, int64_t user);
/** A new random PIN that logs in alone, shown this once; 32 bytes of buffer are enough. `current` and sessions as in
 *  myqsec_user_set_password. Adds MYQSEC_ERR_BUFFER_TOO_SMALL (nothing changed), MYQSEC_ERR_LIMIT (the site is too
 *  large for PINs alone), MYQSEC_ERR_AUTHENTICATION, MYQSEC_ERR_LOCKED_OUT. Right: credential.manage over the user, or
 *  oneself. Audit: credential.added, credential.changed, session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_generate_pin(myqsec_session *session, int64_t user, const char *current, char *pin,
                                                  size_t *pin_length);
/** A chosen PIN: second factor only, with user name or card, or, if it is too short for that at a site of this size,
 *  with a card only: pin_use of myqsec_user_get. `current` and sessions as in myqsec_user_set_password. Adds
 *  MYQSEC_ERR_LIMIT (length, easy to guess), MYQSEC_ERR_AUTHENTICATION, MYQSEC_ERR_LOCKED_OUT. Right: credential.manage
 *  over the user, or oneself. Audit: credential.added, credential.changed, session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_set_pin(myqsec_session *session, int64_t user, const char *current,
                                             const char *pin);
/** Takes the PIN away, of either kind. `current` and sessions as in myqsec_user_set_password. Adds MYQSEC_ERR_NOT_FOUND
 *  (also: there is no PIN), MYQSEC_ERR_AUTHENTICATION, MYQSEC_ERR_LOCKED_OUT. Right: credential.manage over the user,
 *  or oneself. Audit: credential.removed, session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_remove_pin(myqsec_session *session, int64_t user, const char *current);
/** Registers a card, as the reader or a list gives it (text or hex, at most 128 bytes): framing (STX, ETX, CR, LF),
 *  separators (blanks, ':', '-'), 0x and case make no difference, here and at login. With a label ("" or NULL for none)
 *  and an expiry in milliseconds since 1970 (0: none), from which on it opens nothing. A card that expired may be
 *  registered again, for whomever; then it is no longer the former owner's. Where a device has a card_transform, a card
 *  is registered as myqsec_card_transform makes it. Adds MYQSEC_ERR_EXISTS. Right: credential.manage over the user.
 *  Audit: credential.added, credential.removed (of one that expired). Since 0.1. */
MYQSEC_API myqsec_status myqsec_card_add(myqsec_session *session, int64_t user, const char *card, const char *label,
                                         int64_t expires, int64_t *out);
/** Ends the owner's sessions, but for this one. Adds MYQSEC_ERR_NOT_FOUND. Right: credential.manage over the user.
 *  Audit: credential.removed, session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_card_remove(myqsec_session *session, int64_t card);
/** Registers a card for the session's own user, as the reader of its device gives it, where the device has
 *  self_registration. The session was begun with a PIN or a password, not with a card alone. It does not expire. Adds
 *  MYQSEC_ERR_NOT_POSSIBLE (no such device, no such session), MYQSEC_ERR_LIMIT (card.self_registration_limit),
 *  MYQSEC_ERR_EXISTS (somebody has it, which counts as a wrong entry of one's password: nobody finds cards by trying),
 *  MYQSEC_ERR_LOCKED_OUT. Right: device.login, in a session at a device. Audit: credential.added, user.locked.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_card_register(myqsec_session *session, const char *card, const char *label,
                                              int64_t *out);
/** What a card is known by when a reader gives `card` at a device with the card_transform `expression` (docs/cards.md;
 *  "" for none): upper case, 4 to 128 bytes, written to `number` of *number_length bytes (129 are enough). Needs no
 *  engine. Adds MYQSEC_ERR_BUFFER_TOO_SMALL. MYQSEC_ERR_INVALID_ARGUMENT says at which character of the expression the
 *  mistake is, or which step does not take such a text. Since 0.1. */
MYQSEC_API myqsec_status myqsec_card_transform(const char *expression, const char *card, char *number,
                                               size_t *number_length);
/** Columns id, user, label, created, expires, last_used, state ("active", "expired"). Right: credential.manage, or
 *  oneself. Since 0.1. */
MYQSEC_API myqsec_status myqsec_card_list(myqsec_session *session, int64_t user, const myqsec_page *page,
                                          myqsec_list **out);
/** Lifts all locks of the account. Right: user.manage over the user. Audit: user.unlocked. Since 0.1. */
MYQSEC_API myqsec_status myqsec_user_unlock(myqsec_session *session, int64_t user);

/** Creates a group, inside `parent` unless that is 0. Adds MYQSEC_ERR_EXISTS. Right: group.manage, and all that
 *  `parent` and the groups around it hold. Audit: group.created. Since 0.1. */
MYQSEC_API myqsec_status myqsec_group_create(myqsec_session *session, const char *name, int64_t parent, int64_t *out);
/** Renames (NULL: not) and moves (-1: not, 0: to the top). Adds MYQSEC_ERR_NOT_POSSIBLE for a cycle. Right:
 *  group.manage, and all that the group holds; to move it also all that the groups around it, before and after,
 *  hold, all that roles limited to these give, over the group, and queue.manage over restricted queues that are open to
 *  these. Audit: group.changed, session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_group_change(myqsec_session *session, int64_t group, const char *name, int64_t parent);
/** Right: as for removing its members; role.manage and what the roles give that are given to it or limited to it.
 *  Audit: group.deleted, role.revoked, session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_group_delete(myqsec_session *session, int64_t group);
/** Columns id, name, parent, members. Right: group.manage. Since 0.1. */
MYQSEC_API myqsec_status myqsec_group_list(myqsec_session *session, const myqsec_page *page, myqsec_list **out);
/** Idempotent. Right: group.manage, all rights that the group and those around it hold, all that roles limited to
 *  these give over the user, and queue.manage over restricted queues that are open to these. Audit: group.member-added.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_group_add(myqsec_session *session, int64_t group, int64_t user);
/** Idempotent. Ends the user's sessions if the group held rights. Right: as myqsec_group_add.
 *  Audit: group.member-removed, session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_group_remove(myqsec_session *session, int64_t group, int64_t user);
/** Columns user, user_name. Right: group.manage. Since 0.1. */
MYQSEC_API myqsec_status myqsec_group_members(myqsec_session *session, int64_t group, const myqsec_page *page,
                                              myqsec_list **out);

/** The closed list of rights: columns name, meaning. No right needed. Since 0.1. */
MYQSEC_API myqsec_status myqsec_right_list(myqsec_session *session, myqsec_list **out);
/** Columns id, name, built_in, rights (names separated by spaces). Every active user has the built-in role "user" and
 *  the system principal "host", neither of which is given or taken. Right: role.manage. Since 0.1. */
MYQSEC_API myqsec_status myqsec_role_list(myqsec_session *session, const myqsec_page *page, myqsec_list **out);
/** `rights`: names separated by spaces; each must be one's own. Adds MYQSEC_ERR_EXISTS. Right: role.manage.
 *  Audit: role.created. Since 0.1. */
MYQSEC_API myqsec_status myqsec_role_create(myqsec_session *session, const char *name, const char *rights,
                                            int64_t *out);
/** Renames a role (NULL: not) and replaces its rights (NULL: not). Those whom it is given to have the new ones at once;
 *  the sessions of who loses one end. Adds MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_EXISTS; built-in roles are
 *  MYQSEC_ERR_NOT_POSSIBLE. Right: role.manage, and each right that it has before or afterwards. Audit: role.changed,
 *  old and new; session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_role_change(myqsec_session *session, int64_t role, const char *name,
                                            const char *rights);
/** With all its grants; ends the sessions of who had it. Built-in roles are MYQSEC_ERR_NOT_POSSIBLE. Right:
 *  role.manage, and each of its rights. Audit: role.deleted, role.revoked, session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_role_delete(myqsec_session *session, int64_t role);

/** To whom a role is given, and for what. Exactly one of user and group; either everywhere, or one or both scopes. With
 *  both it is over what users of the group have in the queue. */
typedef struct myqsec_role_grant {
    uint32_t struct_size;
    uint32_t everywhere; /**< 1: not limited to a scope. Zero: to the one below, without which it is refused */
    int64_t user;        /**< Zero: it is the group's */
    int64_t group;       /**< Zero: it is the user's */
    int64_t scope_group; /**< only over users of this group. Zero: not this scope */
    int64_t scope_queue; /**< only in this queue. Zero: not this scope */
    int64_t until;       /**< instant, in the future, at which it ends by itself. Zero: it does not. Since 0.1 */
} myqsec_role_grant;
#define MYQSEC_ROLE_GRANT_INIT \
    { sizeof(myqsec_role_grant), 0, 0, 0, 0, 0, 0 }

/** Gives a role by its name, which built-in ones have for good. The same grant with another end replaces the end; the
 *  same again changes nothing. Nobody can grant a right they lack. At its end a grant gives nothing any more; the next
 *  myqsec_tick removes it, unless the clock is doubted. Adds MYQSEC_ERR_NOT_FOUND (also what it is limited to),
 *  MYQSEC_ERR_NOT_POSSIBLE (an end for the last administrator). Right: role.manage, and each of its rights.
 *  Audit: role.granted; at its end role.revoked, session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_role_give(myqsec_session *session, const char *role, const myqsec_role_grant *grant);
/** Takes it back, whatever its end, and ends the sessions of who had it. Adds MYQSEC_ERR_NOT_FOUND,
 *  MYQSEC_ERR_NOT_POSSIBLE (the last administrator). Right: role.manage, and each of its rights. Audit: role.revoked,
 *  session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_role_take(myqsec_session *session, const char *role, const myqsec_role_grant *grant);
/** Who has which role: columns id, role, user, group, scope_group, scope_queue, until. Right: role.manage.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_role_grants(myqsec_session *session, const myqsec_page *page, myqsec_list **out);

/** What a right would be used on, as far as a grant may be limited to it. */
typedef struct myqsec_right_target {
    uint32_t struct_size;
    uint32_t reserved; /**< Zero: the only value */
    int64_t user;      /**< the person, or the job's owner. Zero: nobody in particular */
    int64_t queue;     /**< Zero: no queue in particular */
} myqsec_right_target;
#define MYQSEC_RIGHT_TARGET_INIT \
    { sizeof(myqsec_right_target), 0, 0, 0 }

/** Whether a user has a right over the target (NULL: over nothing in particular, which takes a grant without limit), in
 *  *allowed, and why: a row for each way to the right, columns id (of the grant; none: everybody has it), role, group
 *  (through which it comes), scope_group, scope_queue, until, applies, at_devices (sessions at a device have the right,
 *  too), reason (a clause). Adds MYQSEC_ERR_NOT_FOUND. Right: role.manage; profile.own for oneself. Since 0.1. */
MYQSEC_API myqsec_status myqsec_right_explain(myqsec_session *session, int64_t user, const char *right,
                                              const myqsec_right_target *target, int *allowed, myqsec_list **out);
/** Active users who have a right over the target: columns user, user_name. Adds MYQSEC_ERR_NOT_FOUND.
 *  Right: role.manage. Since 0.1. */
MYQSEC_API myqsec_status myqsec_right_holders(myqsec_session *session, const char *right,
                                              const myqsec_right_target *target, const myqsec_page *page,
                                              myqsec_list **out);

/** Logs a user in by user name and password, for administration, away from any device. `source` names where the
 *  attempt comes from (an address), for lockout; NULL for the host itself. Free with myqsec_session_free.
 *  Where the password must be changed (password.max_age, password.change_at_first_login, myqsec_user_expire_password),
 *  the session may do that, be asked for myqsec_session_info and log out: all else is
 *  MYQSEC_ERR_PASSWORD_CHANGE_REQUIRED. Adds MYQSEC_ERR_AUTHENTICATION, MYQSEC_ERR_LOCKED_OUT (myqsec_last_refusal says
 *  what). Right: session.host (the system session).
 *  Audit: session.login, session.login-failed, user.locked. Since 0.1. */
MYQSEC_API myqsec_status myqsec_login(myqsec_session *system, const char *user_name, const char *password,
                                      const char *source, myqsec_session **out);
/** Ends the session now; the handle must still be freed. At a device: pending output is cancelled and the
 *  clear-memory callback runs; if that fails, MYQSEC_ERR_CALLBACK, and the device is locked until resolved.
 *  Right: whoever's session it is. Audit: session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_logout(myqsec_session *session);

MYQSEC_END_DECLARATIONS

#endif
