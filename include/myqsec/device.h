/* Devices and the sessions at them. */
#ifndef MYQSEC_DEVICE_H
#define MYQSEC_DEVICE_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

/** Ways to log in at a device; a device allows any set of them. */
enum {
    MYQSEC_METHOD_CARD = 1,
    MYQSEC_METHOD_PIN = 2, /**< generated PINs only */
    MYQSEC_METHOD_NAME_PIN = 4,
    MYQSEC_METHOD_NAME_PASSWORD = 8,
    MYQSEC_METHOD_CARD_PIN = 16,
    MYQSEC_METHOD_CARD_PASSWORD = 32
};

/** Fields of a device. */
typedef struct myqsec_device_fields {
    uint32_t struct_size;
    /** A sum of the ways above. Zero: as it is; a new device: card, name and PIN, name and password */
    int32_t methods;
    const char *name;     /**< unique; 1 to 127 bytes. Zero: as it is; a new device: refused */
    const char *model;    /**< Zero: as it is; a new device: empty */
    const char *serial;   /**< Zero: as it is; a new device: empty */
    const char *mac;      /**< Zero: as it is; a new device: empty */
    const char *address;  /**< Zero: as it is; a new device: empty */
    const char *location; /**< Zero: as it is; a new device: empty */
    int64_t idle_timeout; /**< ms; -1: the setting device.idle_timeout. Zero: as it is; a new device: the setting */
    int32_t enabled;      /**< a myqsec_choice. Zero: as it is; a new device: yes */
    int32_t reserved;     /**< Zero: the only value */
    /** What is done to a card's text as the reader gives it, such as "hex-to-decimal | pad 10 0" (docs/cards.md): at
     *  most 1,000 bytes; "" for nothing. A mistake is refused with its place. Zero: as it is; a new device: nothing */
    const char *card_transform;
    /** A myqsec_choice: whether people may register cards of their own there (myqsec_card_register). Zero: as it is; a
     *  new device: no */
    int32_t self_registration;
    int32_t reserved2; /**< Zero: the only value */
} myqsec_device_fields;
#define MYQSEC_DEVICE_FIELDS_INIT \
    { sizeof(myqsec_device_fields), 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, NULL, 0, 0 }

/** Adds MYQSEC_ERR_EXISTS. Right: device.manage. Audit: device.created. Since 0.1. */
MYQSEC_API myqsec_status myqsec_device_create(myqsec_session *session, const myqsec_device_fields *fields,
                                              int64_t *out);
/** Adds MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_EXISTS. Right: device.manage. Audit: device.changed, old and new.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_device_change(myqsec_session *session, int64_t device,
                                              const myqsec_device_fields *fields);
/** Ends its session first. Right: device.manage. Audit: device.deleted. Since 0.1. */
MYQSEC_API myqsec_status myqsec_device_delete(myqsec_session *session, int64_t device);
/** Columns id, name, model, serial, mac, address, location, methods, idle_timeout, enabled, session_user (0: none),
 *  clear_pending, card_transform, self_registration. Right: device.manage or session.host. Since 0.1. */
MYQSEC_API myqsec_status myqsec_device_list(myqsec_session *session, const myqsec_page *page, myqsec_list **out);
/** The id of a device's name: a look-up, however many there are. Adds MYQSEC_ERR_NOT_FOUND. Right: device.manage or
 *  session.host. Audit: none. Since 0.1. */
MYQSEC_API myqsec_status myqsec_device_find(myqsec_session *session, const char *name, int64_t *out);

/** What the host does for a device. */
typedef struct myqsec_device_callbacks {
    uint32_t struct_size;
    uint32_t reserved; /**< Zero: the only value */
    void *context;     /**< passed back to the callbacks. Zero: as any other value */
    /** Erases what the session left in the device's memory. Runs at every logout, before the call that caused it
     *  returns. 0: done; another number locks the device until a retry succeeds. May not call the library. A device
     *  that keeps nothing has one that returns 0. Zero: refused, or nobody would notice that nothing is erased */
    int (*clear_memory)(void *context, int64_t device);
} myqsec_device_callbacks;
#define MYQSEC_DEVICE_CALLBACKS_INIT \
    { sizeof(myqsec_device_callbacks), 0, NULL, NULL }

/** Connects the host's callbacks to a device for the engine's life, replacing earlier ones. Does what a crash
 *  left undone: if memory was still to be cleared, it is cleared now; MYQSEC_ERR_CALLBACK if that fails (the callbacks
 *  are attached). Adds MYQSEC_ERR_NOT_FOUND. Right: session.host or device.manage. Audit: device.memory-cleared.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_device_attach(myqsec_session *session, int64_t device,
                                              const myqsec_device_callbacks *callbacks);
/** Runs clear-memory again at a locked device. Adds MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_CALLBACK.
 *  Right: device.manage or session.host. Audit: device.memory-cleared, device.clear-failed. Since 0.1. */
MYQSEC_API myqsec_status myqsec_device_clear(myqsec_session *session, int64_t device);

/** What the person at the device presents. */
typedef struct myqsec_credentials {
    uint32_t struct_size;
    uint32_t reserved; /**< Zero: the only value */
    /** As the reader gives it; the device's card_transform is done to it. What that does not take is
     *  MYQSEC_ERR_INVALID_ARGUMENT, as is what is no card. Zero: none */
    const char *card;
    const char *user_name; /**< Zero: none */
    const char *pin;       /**< Zero: none */
    const char *password;  /**< Zero: none. Where nothing is presented, nobody is let in */
} myqsec_credentials;
#define MYQSEC_CREDENTIALS_INIT \
    { sizeof(myqsec_credentials), 0, NULL, NULL, NULL, NULL }

/** Logs a person in at a device. Wrong credentials get one answer, in one time, whoever they name. A session that the
 *  device still has is ended first, or the login refused (setting device.second_login). Free with myqsec_session_free.
 *  Adds MYQSEC_ERR_NOT_FOUND (device), MYQSEC_ERR_AUTHENTICATION, MYQSEC_ERR_LOCKED_OUT, MYQSEC_ERR_FACTOR_NEEDED
 *  (a PIN alone is not enough at present; myqsec_last_refusal says by which methods to ask), MYQSEC_ERR_DEVICE_LOCKED,
 *  MYQSEC_ERR_NOT_POSSIBLE (device disabled, in use), MYQSEC_ERR_CALLBACK. Right: session.host (the system session);
 *  the person needs device.login. Where a password was presented that must be changed, the session is limited to that,
 *  as with myqsec_login. Audit: session.login, session.login-failed, user.locked. Since 0.1. */
MYQSEC_API myqsec_status myqsec_device_login(myqsec_session *system, int64_t device,
                                             const myqsec_credentials *credentials, myqsec_session **out);

MYQSEC_END_DECLARATIONS

#endif
