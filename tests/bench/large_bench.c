/* An instance with very many of everything, and what it costs to use it, through the public C ABI. There
 * are COUNT rows to take a page from.
 *   large_bench fill FOLDER USERS JOBS           without syncs, if slow_sync.so is preloaded
 *   large_bench check FOLDER USERS JOBS EVENTS   fails if they aren't all there
 *   large_bench open FOLDER                      -> seconds, and KiB that the idle process holds
 *   large_bench page FOLDER jobs|users|audit COUNT SECONDS   -> p50, p99 (ms) of a page somewhere
 *   large_bench backup FOLDER TARGET             -> seconds
 *   large_bench writers FOLDER WRITERS BYTES     -> KiB that open writers add, each given so many bytes */
#include "instance.h"
#include "measures.h"

enum { PAGE_ROWS = 100, QUEUES = 20 };

typedef struct instance {
    myqsec_engine* engine;
    myqsec_session* host;
    myqsec_session* administrator;
} instance;

static instance open_all(const char* folder) {
    instance all;
    all.engine = open_instance(folder);
    all.host = host_session(all.engine);
    all.administrator = login_administrator(all.host, folder);
    return all;
}

static void close_all(instance* all) {
    myqsec_session_free(all->administrator);
    myqsec_session_free(all->host);
    succeed(myqsec_close(all->engine), "close");
}

static size_t free_list(myqsec_list* list) {
    size_t rows = 0;
    succeed(myqsec_list_size(list, &rows), "list size");
    myqsec_list_free(list);
    return rows;
}

static void user_name(int64_t number, char* name, size_t length) {
    snprintf(name, length, "user%07lld", (long long)number);
}

static int64_t create_user(myqsec_session* administrator, int64_t number) {
    char name[32];
    char email[64];
    user_name(number, name, sizeof name);
    snprintf(email, sizeof email, "%s@example.com", name);
    myqsec_user_fields user = MYQSEC_USER_FIELDS_INIT;
    user.user_name = name;
    user.full_name = "Some Person";
    user.email = email;
    int64_t id = 0;
    succeed(myqsec_user_create(administrator, &user, &id), "user");
    return id;
}

static void fill(const char* folder, int64_t users, int64_t jobs) {
    bench_delay_syncs(BENCH_NO_SYNCS);
    const myqsec_root root = bench_root();
    instance all = {NULL, NULL, NULL};
    succeed(myqsec_create(folder, &root, NULL, &all.engine), "create");
    all.host = host_session(all.engine);
    all.administrator = create_administrator(all.host, folder);

    int64_t queues[QUEUES];
    for (int i = 0; i < QUEUES; i++) {
        char name[32];
        snprintf(name, sizeof name, "queue%d", i);
        create_queue(all.administrator, MYQSEC_QUEUE_SECURE, name);
        queues[i] = queue_of(all.host, name);
    }
    int64_t* owners = calloc((size_t)users, sizeof *owners);
    bench_require(owners != NULL, "users", "out of memory");
    for (int64_t i = 0; i < users; i++)
        owners[i] = create_user(all.administrator, i);
    uint64_t random = 88172645463325252U;
    for (int64_t i = 0; i < jobs; i++)
        submit_job(all.host, queues[i % QUEUES], owners[bench_random(&random) % users], NULL, 0);
    free(owners);
    close_all(&all);
}

typedef myqsec_list* (*page_function)(myqsec_session* session, int64_t after, uint32_t rows);

static page_function page_function_of(const char* what) {
    if (strcmp(what, "jobs") == 0) return list_jobs;
    if (strcmp(what, "users") == 0) return list_users;
    bench_require(strcmp(what, "audit") == 0, "page", what);
    return list_events;
}

static void measure_page(const char* folder, const char* what, int64_t count, double seconds) {
    const page_function page = page_function_of(what);
    instance all = open_all(folder);
    bench_latencies latencies = {NULL, 0, 0};
    uint64_t random = 88172645463325252U;
    const double deadline = bench_now() + seconds;
    for (double begin = bench_now(), end = 0; end < deadline; begin = end) {
        const int64_t after = bench_random(&random) % (count - PAGE_ROWS);
        bench_require(free_list(page(all.administrator, after, PAGE_ROWS)) >= PAGE_ROWS, "page",
                      "too few rows");
        end = bench_now();
        bench_keep(&latencies, end - begin);
    }
    bench_print_latencies(&latencies, "");
    close_all(&all);
}

static void require_empty_document(myqsec_session* session, int64_t job) {
    myqsec_job_reader* reader = NULL;
    uint64_t size = 1;
    uint8_t byte = 0;
    size_t length = 1;
    succeed(myqsec_job_open(session, job, &reader), "document");
    succeed(myqsec_job_reader_size(reader, &size), "document size");
    succeed(myqsec_job_reader_read(reader, 0, &byte, &length), "document");
    bench_require(size == 0 && length == 0, "document", "not empty");
    myqsec_job_reader_free(reader);
}

static int64_t events_in(myqsec_session* session) {
    myqsec_list* head = NULL;
    int64_t size = 0;
    succeed(myqsec_audit_head(session, &head), "head of the log");
    succeed(myqsec_list_next(head), "head of the log");
    succeed(myqsec_list_integer(head, "size", &size), "size of the log");
    myqsec_list_free(head);
    return size;
}

/* Of each kind the last is there, whole; jobs all along. */
static void check(const char* folder, int64_t users, int64_t jobs, int64_t events) {
    enum { samples = 100 };
    instance all = open_all(folder);
    char name[32];
    int64_t id = 0;
    user_name(users - 1, name, sizeof name);
    succeed(myqsec_user_find(all.host, name, &id), "the last user");
    bench_require(free_list(list_jobs(all.administrator, jobs - PAGE_ROWS, PAGE_ROWS)) == PAGE_ROWS, "jobs",
                  "not all there");
    for (int i = 1; i <= samples; i++)
        require_empty_document(all.administrator, jobs * i / samples);
    bench_require(events_in(all.administrator) >= events, "events", "not all there");
    bench_require(free_list(list_events(all.administrator, events - PAGE_ROWS, PAGE_ROWS)) == PAGE_ROWS,
                  "events", "not all there");
    close_all(&all);
}

static double resident_kib(void) {
    char line[256];
    double kib = 0;
    FILE* file = fopen("/proc/self/smaps_rollup", "r");
    bench_require(file != NULL, "open", "/proc/self/smaps_rollup");
    while (kib == 0 && fgets(line, sizeof line, file))
        sscanf(line, "Rss: %lf", &kib);
    fclose(file);
    return kib;
}

static void measure_open(const char* folder) {
    const double begin = bench_now();
    myqsec_engine* engine = open_instance(folder);
    printf("open %.6f\nrss %.0f\n", bench_now() - begin, resident_kib());
    succeed(myqsec_close(engine), "close");
}

static void back_up(const char* folder, const char* target) {
    instance all = open_all(folder);
    const double begin = bench_now();
    succeed(myqsec_backup_create(all.administrator, target, NULL, NULL), "backup");
    printf("backup %.6f\n", bench_now() - begin);
    close_all(&all);
}

static void measure_writers(const char* folder, int count, size_t bytes) {
    static const uint8_t data[BLOCK];
    myqsec_engine* engine = open_instance(folder);
    myqsec_session* host = host_session(engine);
    const int64_t queue = queue_of(host, "queue0");
    char name[32];
    int64_t owner = 0;
    user_name(0, name, sizeof name);
    succeed(myqsec_user_find(host, name, &owner), "user");
    myqsec_job_writer** writers = calloc((size_t)count, sizeof *writers);
    bench_require(writers != NULL && bytes <= sizeof data, "writers", "too many bytes");

    const double before = resident_kib();
    for (int i = 0; i < count; i++) {
        writers[i] = begin_job(host, queue, owner);
        if (bytes > 0) succeed(myqsec_job_writer_write(writers[i], data, bytes), "write");
    }
    printf("writers %.0f\n", resident_kib() - before);
    for (int i = 0; i < count; i++)
        myqsec_job_writer_free(writers[i]);
    free(writers);
    myqsec_session_free(host);
    succeed(myqsec_close(engine), "close");
}

int main(int argc, char** argv) {
    const char* what = argc > 2 ? argv[1] : "";
    if (argc == 5 && strcmp(what, "fill") == 0) {
        fill(argv[2], atoll(argv[3]), atoll(argv[4]));
    } else if (argc == 6 && strcmp(what, "check") == 0) {
        check(argv[2], atoll(argv[3]), atoll(argv[4]), atoll(argv[5]));
    } else if (argc == 3 && strcmp(what, "open") == 0) {
        measure_open(argv[2]);
    } else if (argc == 6 && strcmp(what, "page") == 0) {
        measure_page(argv[2], argv[3], atoll(argv[4]), atof(argv[5]));
    } else if (argc == 4 && strcmp(what, "backup") == 0) {
        back_up(argv[2], argv[3]);
    } else {
        bench_require(argc == 5 && strcmp(what, "writers") == 0, "large_bench",
                      "arguments: see the top of large_bench.c");
        measure_writers(argv[2], atoi(argv[3]), (size_t)atoll(argv[4]));
    }
    return 0;
}
