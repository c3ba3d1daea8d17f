/* Seals or opens one file through the public C ABI, as a process like its peers:
 * container_bench seal|open IN OUT [sync] */
#include <fcntl.h>
#include <myqsec/myqsec.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static int read_some(void* context, void* data, size_t* length) {
    const ssize_t came = read(*(const int*)context, data, *length);
    *length = came < 0 ? 0 : (size_t)came;
    return came < 0;
}

static int write_all(void* context, const void* data, size_t length) {
    const char* rest = data;
    while (length > 0) {
        const ssize_t went = write(*(const int*)context, rest, length);
        if (went < 0) return 1;
        rest += went;
        length -= (size_t)went;
    }
    return 0;
}

/* The thread that is lent: a host has one in its pool, and age starts as many as there are cores. */
typedef struct lent_thread {
    pthread_t thread;
    int begun;
    myqsec_task_function task;
    void* context;
} lent_thread;

static void* run_task(void* argument) {
    const lent_thread* lent = argument;
    lent->task(lent->context);
    return NULL;
}

static int lend(void* context, myqsec_task_function task, void* task_context) {
    lent_thread* lent = context;
    if (lent->begun) return 1;
    lent->task = task;
    lent->context = task_context;
    lent->begun = pthread_create(&lent->thread, NULL, run_task, lent) == 0;
    return !lent->begun;
}

int main(int argc, char** argv) {
    bench_require(argc >= 4, "container_bench", "arguments: seal|open IN OUT [sync]");
    int in = open(argv[2], O_RDONLY);
    bench_require(in >= 0, "open", argv[2]);
    int out = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    bench_require(out >= 0, "open", argv[3]);

    static const uint8_t wrapping_key[MYQSEC_CONTAINER_KEY_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};
    myqsec_container_keys keys = MYQSEC_CONTAINER_KEYS_INIT;
    lent_thread lent = {0};
    keys.wrapping_key = wrapping_key;
    keys.run = lend;
    keys.run_context = &lent;
    const int sealing = strcmp(argv[1], "seal") == 0;
    const myqsec_status status =
        (sealing ? myqsec_container_seal : myqsec_container_open)(&keys, read_some, &in, write_all, &out);
    bench_require(status == MYQSEC_OK, argv[1], myqsec_last_error());
    if (lent.begun) pthread_join(lent.thread, NULL);
    if (argc > 4) bench_require(fsync(out) == 0, "fsync", argv[3]);
    return close(out);
}
