/* The job container on its own, and certificates: no engine needed. docs/formats/container.md is the format. */
#ifndef MYQSEC_CONTAINER_H
#define MYQSEC_CONTAINER_H

#include "myqsec/status.h"

MYQSEC_BEGIN

/** Reads up to *length bytes into `data`, sets *length to what came (0: end). Non-zero aborts. */
typedef int (*myqsec_read_function)(void *context, void *data, size_t *length);
/** Takes all of the data. Non-zero aborts. */
typedef int (*myqsec_write_function)(void *context, const void *data, size_t length);

typedef void (*myqsec_task_function)(void *task_context);
/** Lends a thread: has `task(task_context)` called once, now or later, on a thread of the host's other than this one,
 *  and returns at once. Non-zero: there is none now, and the caller's does it all. */
typedef int (*myqsec_run_function)(void *context, myqsec_task_function task, void *task_context);

#define MYQSEC_CONTAINER_KEY_SIZE 32

typedef enum myqsec_suite { MYQSEC_SUITE_AES_256_GCM = 1, MYQSEC_SUITE_XCHACHA20_POLY1305 = 2 } myqsec_suite;

/** Who can open a container, or who is opening it. */
typedef struct myqsec_container_keys {
    uint32_t struct_size;
    uint32_t suite;              /**< sealing: a myqsec_suite. Zero: the faster one here */
    const uint8_t *wrapping_key; /**< MYQSEC_CONTAINER_KEY_SIZE bytes. Zero: none; without any key it is refused */
    const char *certificates;    /**< sealing: PEM, any number; opening: the one of private_key. Zero: none */
    const char *private_key;     /**< opening: PKCS#8 PEM; its certificate may stand beside it. Zero: none */
    const char *passphrase;      /**< of private_key. Zero: none */
    /** A second thread seals or opens while the caller's reads and writes. The task ends with the call, or at once if
     *  it begins later. Zero: the caller's does all of it */
    myqsec_run_function run;
    void *run_context; /**< passed back to it. Zero: as any other value */
} myqsec_container_keys;
#define MYQSEC_CONTAINER_KEYS_INIT \
    { sizeof(myqsec_container_keys), 0, NULL, NULL, NULL, NULL, NULL, NULL }

/** Seals a stream. Memory is bounded whatever its size. The functions may not call the library. A child that they fork
 *  gets MYQSEC_ERR_FORKED, and its parent goes on. Adds MYQSEC_ERR_CALLBACK, MYQSEC_ERR_LIMIT (more than 2^48
 *  bytes; too many recipients), MYQSEC_ERR_SELF_TEST. Since 0.1. */
MYQSEC_API myqsec_status myqsec_container_seal(const myqsec_container_keys *keys, myqsec_read_function read,
                                               void *read_context, myqsec_write_function write, void *write_context);
/** Opens a stream. Only authenticated bytes are passed on, but a later part may still turn out damaged: discard what
 *  was written unless MYQSEC_OK is returned. Adds MYQSEC_ERR_CALLBACK, MYQSEC_ERR_WRONG_KEY, MYQSEC_ERR_NEWER_VERSION,
 *  MYQSEC_ERR_SELF_TEST. Since 0.1. */
MYQSEC_API myqsec_status myqsec_container_open(const myqsec_container_keys *keys, myqsec_read_function read,
                                               void *read_context, myqsec_write_function write, void *write_context);

typedef enum myqsec_key_kind {
    MYQSEC_KEY_ECDSA_P256 = 1,
    MYQSEC_KEY_ECDSA_P384 = 2,
    MYQSEC_KEY_RSA_3072 = 3
} myqsec_key_kind;

/** Makes a key pair and a self-signed certificate (RFC 5280), as PEM. `passphrase` encrypts the key (PKCS#8, PBES2)
 *  unless NULL. Times in milliseconds since 1970, at most of the year 3100. Adds
 *  MYQSEC_ERR_BUFFER_TOO_SMALL (both lengths are set; 16 KiB each are enough). Since 0.1. */
MYQSEC_API myqsec_status myqsec_certificate_create(uint32_t kind, const char *common_name, int64_t not_before,
                                                   int64_t not_after, const char *passphrase, char *certificate,
                                                   size_t *certificate_length, char *key, size_t *key_length);

MYQSEC_END_DECLARATIONS

#endif
