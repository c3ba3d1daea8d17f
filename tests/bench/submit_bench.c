/* Durable submissions through the public C ABI:
 *   submit_bench setup FOLDER                 makes an instance with one user and one queue
 *   submit_bench submit FOLDER COUNT BYTES    -> jobs per second */
#include <myqsec/myqsec.h>
#include <string.h>

#include "bench.h"

enum { BLOCK = 65536 };

static void succeed(myqsec_status status, const char* what) {
    bench_require(status == MYQSEC_OK, what, myqsec_last_error());
}

/* A key file: a passphrase would have its stretching measured. */
static myqsec_root root(void) {
    static const uint8_t secret[32] = {42};
    myqsec_root made = MYQSEC_ROOT_INIT;
    made.kind = MYQSEC_ROOT_KEY_FILE;
    made.secret = secret;
    made.secret_length = sizeof secret;
    return made;
}

static void set_up(const char* folder) {
    const myqsec_root key = root();
    myqsec_engine* engine = NULL;
    myqsec_session* host = NULL;
    myqsec_session* administrator = NULL;
    succeed(myqsec_create(folder, &key, NULL, &engine), "create");
    succeed(myqsec_system_session(engine, &host), "system session");

    myqsec_user_fields user = MYQSEC_USER_FIELDS_INIT;
    user.user_name = "owner";
    char password[64];
    size_t length = sizeof password;
    int64_t id = 0;
    succeed(myqsec_first_administrator(host, &user, &id, password, &length), "first administrator");
    succeed(myqsec_login(host, "owner", password, NULL, &administrator), "login");

    myqsec_queue_fields queue = MYQSEC_QUEUE_FIELDS_INIT;
    queue.kind = MYQSEC_QUEUE_SECURE;
    queue.name = "secure";
    queue.max_job_size = (int64_t)1 << 40;
    succeed(myqsec_queue_create(administrator, &queue, &id), "queue");

    myqsec_session_free(administrator);
    myqsec_session_free(host);
    succeed(myqsec_close(engine), "close");
}

static void submit(myqsec_session* host, int64_t queue, int64_t owner, const uint8_t* data, int64_t size) {
    myqsec_job_fields fields = MYQSEC_JOB_FIELDS_INIT;
    fields.queue = queue;
    fields.owner = owner;
    fields.name = "document.pdf";
    myqsec_job_writer* writer = NULL;
    succeed(myqsec_job_submit(host, &fields, &writer), "submit");
    for (int64_t left = size; left > 0; left -= BLOCK)
        succeed(myqsec_job_writer_write(writer, data, left < BLOCK ? (size_t)left : BLOCK), "write");
    int64_t job = 0;
    succeed(myqsec_job_writer_finish(writer, &job), "finish");
    myqsec_job_writer_free(writer);
}

static int64_t first_queue(myqsec_session* host) {
    myqsec_list* queues = NULL;
    int64_t id = 0;
    succeed(myqsec_queue_list(host, NULL, &queues), "queues");
    succeed(myqsec_list_next(queues), "first queue");
    succeed(myqsec_list_integer(queues, "id", &id), "queue id");
    myqsec_list_free(queues);
    return id;
}

static void submit_all(const char* folder, int64_t count, int64_t size) {
    const myqsec_root key = root();
    myqsec_engine* engine = NULL;
    myqsec_session* host = NULL;
    succeed(myqsec_open(folder, &key, NULL, &engine), "open");
    succeed(myqsec_system_session(engine, &host), "system session");
    int64_t owner = 0;
    succeed(myqsec_user_find(host, "owner", &owner), "owner");
    const int64_t queue = first_queue(host);

    static uint8_t data[BLOCK];
    uint64_t random = 88172645463325252U;
    bench_fill(&random, data, sizeof data);
    const double begin = bench_now();
    for (int64_t i = 0; i < count; i++)
        submit(host, queue, owner, data, size);
    printf("submit %.1f\n", (double)count / (bench_now() - begin));

    myqsec_session_free(host);
    succeed(myqsec_close(engine), "close");
}

int main(int argc, char** argv) {
    if (argc == 3 && strcmp(argv[1], "setup") == 0) {
        set_up(argv[2]);
    } else {
        bench_require(argc == 5, "submit_bench", "arguments: setup FOLDER | submit FOLDER COUNT BYTES");
        submit_all(argv[2], atoll(argv[3]), atoll(argv[4]));
    }
    return 0;
}
