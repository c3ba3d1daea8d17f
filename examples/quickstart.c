/* The main path in one page: an instance, an administrator, a user with a card, a private queue, a device, a job that
 * waits for its owner and is gone once printed.
 *
 *   quickstart <new directory> <passphrase file> <document> <output file> */
#include <myqsec/myqsec.h>
#include <stdio.h>
#include <stdlib.h> /* clang-format off */

static void check(myqsec_status status, const char *what) {
    if (status == MYQSEC_OK) return;
    fprintf(stderr, "%s: %s: %s\n", what, myqsec_status_name(status), myqsec_last_error());
    exit(1);
}

static FILE *open_file(const char *name, const char *mode) {
    FILE *file = fopen(name, mode);
    if (!file) {
        perror(name);
        exit(1);
    }
    return file;
}

/* Where the released document goes: a printer's port in a device, a file here. */
static int write_to_file(void *context, const void *data, size_t length) {
    return fwrite(data, 1, length, (FILE *)context) == length ? 0 : -1;
}
static int finish_file(void *context) { return fflush((FILE *)context); }

static int clear_memory(void *context, int64_t device) {
    (void)context;
    printf("device %ld: memory cleared\n", (long)device);
    return 0;
}

static int64_t submit(myqsec_session *system, int64_t queue, int64_t owner, const char *document) {
    myqsec_job_fields fields = MYQSEC_JOB_FIELDS_INIT;
    myqsec_job_writer *writer = NULL;
    char buffer[65536];
    size_t length;
    int64_t job = 0;
    FILE *file = open_file(document, "rb");

    fields.queue = queue;
    fields.owner = owner;
    fields.name = "quickstart";
    check(myqsec_job_submit(system, &fields, &writer), "submit");
    while ((length = fread(buffer, 1, sizeof buffer, file)) > 0) {
        check(myqsec_job_writer_write(writer, buffer, length), "write");
    }
    check(myqsec_job_writer_finish(writer, &job), "finish");
    myqsec_job_writer_free(writer);
    fclose(file);
    return job;
}

int main(int argc, char **argv) {
    static unsigned char passphrase[1024];
    myqsec_root root = MYQSEC_ROOT_INIT;
    myqsec_user_fields person = MYQSEC_USER_FIELDS_INIT;
    myqsec_queue_fields queue_fields = MYQSEC_QUEUE_FIELDS_INIT;
    myqsec_device_fields device_fields = MYQSEC_DEVICE_FIELDS_INIT;
    myqsec_device_callbacks callbacks = MYQSEC_DEVICE_CALLBACKS_INIT;
    myqsec_credentials credentials = MYQSEC_CREDENTIALS_INIT;
    myqsec_sink sink = MYQSEC_SINK_INIT;
    myqsec_engine *engine = NULL;
    myqsec_session *system = NULL, *administrator = NULL, *at_device = NULL;
    myqsec_list *events = NULL;
    int64_t admin, user, card, queue, device, job;
    char password[64];
    size_t password_length = sizeof password;
    FILE *file;

    if (argc != 5) return fprintf(stderr, "usage: %s <new directory> <passphrase file> <document> <output>\n", argv[0]), 2;
    file = open_file(argv[2], "rb");
    root.kind = MYQSEC_ROOT_PASSPHRASE;
    root.secret = passphrase;
    root.secret_length = fread(passphrase, 1, sizeof passphrase, file);
    fclose(file);

    check(myqsec_create(argv[1], &root, NULL, &engine), "create");
    check(myqsec_system_session(engine, &system), "system session");
    person.user_name = "admin";
    check(myqsec_first_administrator(system, &person, &admin, password, &password_length), "first administrator");
    check(myqsec_login(system, "admin", password, NULL, &administrator), "login");

    person.user_name = "jana";
    check(myqsec_user_create(administrator, &person, &user), "user");
    check(myqsec_card_add(administrator, user, "04a2241b", NULL, 0, &card), "card");
    queue_fields.name = "private";
    queue_fields.kind = MYQSEC_QUEUE_PRIVATE;
    check(myqsec_queue_create(administrator, &queue_fields, &queue), "queue");
    device_fields.name = "lobby";
    check(myqsec_device_create(administrator, &device_fields, &device), "device");
    callbacks.clear_memory = clear_memory;
    check(myqsec_device_attach(system, device, &callbacks), "attach");

    job = submit(system, queue, user, argv[3]);
    credentials.card = "04a2241b";
    check(myqsec_device_login(system, device, &credentials, &at_device), "login by card");
    sink.context = file = open_file(argv[4], "wb");
    sink.write = write_to_file;
    sink.finish = finish_file;
    check(myqsec_job_release(at_device, job, NULL, &sink), "release");
    fclose(file);
    check(myqsec_logout(at_device), "logout");
    myqsec_session_free(at_device);

    check(myqsec_audit_list(administrator, NULL, NULL, &events), "audit");
    while (myqsec_list_next(events) == MYQSEC_OK) {
        const char *action;
        check(myqsec_list_text(events, "action", &action), "action");
        printf("%s\n", action);
    }
    myqsec_list_free(events);
    myqsec_session_free(administrator);
    myqsec_session_free(system);
    check(myqsec_close(engine), "close");
    return 0;
}
