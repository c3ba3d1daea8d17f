/* An instance for benchmarks, through the public C ABI. Compiles against the headers of earlier states. */
#ifndef MYQSEC_BENCH_INSTANCE_H
#define MYQSEC_BENCH_INSTANCE_H

#include <string.h>

#include "listing.h"

enum { BLOCK = 65536 };

/* A key file: a passphrase would have its stretching measured. */
static inline myqsec_root bench_root(void) {
    static const uint8_t secret[BENCH_KEY_SIZE] = BENCH_KEY;
    myqsec_root root = MYQSEC_ROOT_INIT;
    root.kind = MYQSEC_ROOT_KEY_FILE;
    root.secret = secret;
    root.secret_length = sizeof secret;
    return root;
}

static inline myqsec_engine* open_instance(const char* folder) {
    const myqsec_root root = bench_root();
    myqsec_engine* engine = NULL;
    succeed(myqsec_open(folder, &root, NULL, &engine), "open");
    return engine;
}

static inline myqsec_session* host_session(myqsec_engine* engine) {
    myqsec_session* host = NULL;
    succeed(myqsec_system_session(engine, &host), "system session");
    return host;
}

/* The administrator's password is random, and lies beside the instance. */
static inline FILE* password_file(const char* folder, const char* mode) {
    char path[4096];
    snprintf(path, sizeof path, "%s.password", folder);
    FILE* file = fopen(path, mode);
    bench_require(file != NULL, "open", path);
    return file;
}

static inline myqsec_session* login_administrator(myqsec_session* host, const char* folder) {
    char password[64];
    FILE* file = password_file(folder, "r");
    bench_require(fgets(password, sizeof password, file) != NULL, "read", "the administrator's password");
    fclose(file);
    myqsec_session* administrator = NULL;
    succeed(myqsec_login(host, "administrator", password, NULL, &administrator), "login");
    return administrator;
}

static inline myqsec_session* create_administrator(myqsec_session* host, const char* folder) {
    myqsec_user_fields user = MYQSEC_USER_FIELDS_INIT;
    user.user_name = "administrator";
    char password[64];
    size_t length = sizeof password;
    int64_t id = 0;
    succeed(myqsec_first_administrator(host, &user, &id, password, &length), "first administrator");
    FILE* file = password_file(folder, "w");
    fputs(password, file);
    bench_require(fclose(file) == 0, "write", "the administrator's password");
    return login_administrator(host, folder);
}

static inline void create_queue(myqsec_session* administrator, myqsec_queue_kind kind, const char* name) {
    enum { days_90 = 90 * 24 * 60 * 60 };
    myqsec_queue_fields queue = MYQSEC_QUEUE_FIELDS_INIT;
    queue.kind = kind;
    queue.name = name;
    queue.retention_held = days_90 * (int64_t)1000;
    queue.max_job_size = (int64_t)1 << 40;
    int64_t id = 0;
    succeed(myqsec_queue_create(administrator, &queue, &id), "queue");
}

/* The id in the row of that name. */
static inline int64_t id_of(myqsec_list* list, const char* name) {
    int64_t id = 0;
    while (id == 0 && myqsec_list_next(list) == MYQSEC_OK) {
        const char* text = NULL;
        succeed(myqsec_list_text(list, "name", &text), "name");
        if (strcmp(text, name) == 0) succeed(myqsec_list_integer(list, "id", &id), "id");
    }
    bench_require(id != 0, "look-up", name);
    myqsec_list_free(list);
    return id;
}

static inline int64_t queue_of(myqsec_session* session, const char* name) {
    return id_of(list_few(myqsec_queue_list, session), name);
}

static inline myqsec_job_writer* begin_job(myqsec_session* session, int64_t queue, int64_t owner) {
    myqsec_job_fields fields = MYQSEC_JOB_FIELDS_INIT;
    fields.queue = queue;
    fields.owner = owner;
    fields.name = "document.pdf";
    fields.host_name = "workstation";
    myqsec_job_writer* writer = NULL;
    succeed(myqsec_job_submit(session, &fields, &writer), "submit");
    return writer;
}

/* `data` is a block, repeated until there are `size` bytes. */
static inline int64_t submit_job(myqsec_session* session, int64_t queue, int64_t owner, const uint8_t* data,
                                 int64_t size) {
    myqsec_job_writer* writer = begin_job(session, queue, owner);
    for (int64_t left = size; left > 0; left -= BLOCK)
        succeed(myqsec_job_writer_write(writer, data, left < BLOCK ? (size_t)left : BLOCK), "write");
    int64_t job = 0;
    succeed(myqsec_job_writer_finish(writer, &job), "finish");
    myqsec_job_writer_free(writer);
    return job;
}

#endif
