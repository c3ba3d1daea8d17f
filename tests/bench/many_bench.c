/* Threads that share one instance, through the public C ABI; each has its own user, device and sessions:
 *   many_bench setup FOLDER USERS
 *   many_bench submit|release|login|cycle FOLDER THREADS SECONDS SYNC_US BYTES
 * submit: a job of a secure queue; release: one of a private queue; login: with a card at a device, and the
 * logout; cycle: all of these, and a reader beside the threads that looks at its session, or a page of jobs,
 * every 10 ms. Every build that is compared has this compiled against its own headers. */
#include <fcntl.h>
#include <unistd.h>

#include "instance.h"
#include "threads.h"

enum { RELEASES_A_SECOND = 1000, READ_EVERY_US = 10000, PAGE_ROWS = 10 };

typedef struct person {
    char card[32];
    int64_t user;
    int64_t device;
    myqsec_session* host;
    myqsec_session* session; /* at the device, for releases */
    int64_t* jobs;           /* to be released */
    int next;
} person;

typedef struct office {
    person* people;
    int64_t secure;
    int64_t private;
    int64_t size;
    int jobs_each;
    myqsec_session* reader;
    bench_latencies reads;
    uint8_t data[BLOCK];
} office;

static void name_user(int number, char* user, char* card) {
    snprintf(user, 32, "user%d", number);
    snprintf(card, 32, "04a2241b%06d", number);
}

static void set_up(const char* folder, int users) {
    bench_delay_syncs(BENCH_NO_SYNCS);
    const myqsec_root root = bench_root();
    myqsec_engine* engine = NULL;
    succeed(myqsec_create(folder, &root, NULL, &engine), "create");
    myqsec_session* host = host_session(engine);
    myqsec_session* administrator = create_administrator(host, folder);
    create_queue(administrator, MYQSEC_QUEUE_SECURE, "secure");
    create_queue(administrator, MYQSEC_QUEUE_PRIVATE, "private");
    for (int i = 0; i < users; i++) {
        char name[32];
        char card[32];
        int64_t id = 0;
        name_user(i, name, card);
        myqsec_user_fields user = MYQSEC_USER_FIELDS_INIT;
        user.user_name = name;
        user.full_name = "Some Person";
        user.email = "person@example.com";
        succeed(myqsec_user_create(administrator, &user, &id), "user");
        succeed(myqsec_card_add(administrator, id, card, NULL, 0, &id), "card");
        myqsec_device_fields device = MYQSEC_DEVICE_FIELDS_INIT;
        device.name = name;
        succeed(myqsec_device_create(administrator, &device, &id), "device");
    }
    myqsec_session_free(administrator);
    myqsec_session_free(host);
    succeed(myqsec_close(engine), "close");
}

static int clear_memory(void* context, int64_t device) {
    (void)context, (void)device;
    return 0;
}

static void enter(person* person, myqsec_engine* engine, int number) {
    char name[32];
    name_user(number, name, person->card);
    person->host = host_session(engine);
    succeed(myqsec_user_find(person->host, name, &person->user), "user");
    person->device = id_of(list_few(myqsec_device_list, person->host), name);
    myqsec_device_callbacks callbacks = MYQSEC_DEVICE_CALLBACKS_INIT;
    callbacks.clear_memory = clear_memory;
    succeed(myqsec_device_attach(person->host, person->device, &callbacks), "attach");
}

static void leave(person* person) {
    free(person->jobs);
    myqsec_session_free(person->session);
    myqsec_session_free(person->host);
}

static myqsec_session* login(const person* person) {
    myqsec_credentials credentials = MYQSEC_CREDENTIALS_INIT;
    credentials.card = person->card;
    myqsec_session* session = NULL;
    succeed(myqsec_device_login(person->host, person->device, &credentials, &session), "card login");
    return session;
}

static void log_out(myqsec_session* session) {
    succeed(myqsec_logout(session), "logout");
    myqsec_session_free(session);
}

static int take(void* context, const void* data, size_t length) {
    (void)data;
    *(int64_t*)context += (int64_t)length;
    return 0;
}

static void release(myqsec_session* session, int64_t job, int64_t size) {
    int64_t taken = 0;
    myqsec_sink sink = MYQSEC_SINK_INIT;
    sink.context = &taken;
    sink.write = take;
    succeed(myqsec_job_release(session, job, NULL, &sink), "release");
    bench_require(taken == size, "release", "the document is not whole");
}

static int submit_once(void* context, int thread) {
    office* office = context;
    const person* person = &office->people[thread];
    submit_job(person->host, office->secure, person->user, office->data, office->size);
    return 1;
}

static int release_once(void* context, int thread) {
    office* office = context;
    person* person = &office->people[thread];
    release(person->session, person->jobs[person->next++], office->size);
    return person->next < office->jobs_each;
}

static int login_once(void* context, int thread) {
    const office* office = context;
    log_out(login(&office->people[thread]));
    return 1;
}

static int cycle_once(void* context, int thread) {
    office* office = context;
    const person* person = &office->people[thread];
    const int64_t job = submit_job(person->host, office->private, person->user, office->data, office->size);
    myqsec_session* session = login(person);
    release(session, job, office->size);
    log_out(session);
    return 1;
}

static void prepare_releases(office* office, int threads, double seconds) {
    bench_delay_syncs(BENCH_NO_SYNCS);
    office->jobs_each = 1 + (int)(seconds * RELEASES_A_SECOND / threads);
    for (int i = 0; i < threads; i++) {
        person* person = &office->people[i];
        person->jobs = calloc((size_t)office->jobs_each, sizeof *person->jobs);
        bench_require(person->jobs != NULL, "jobs", "out of memory");
        for (int job = 0; job < office->jobs_each; job++)
            person->jobs[job] =
                submit_job(person->host, office->private, person->user, office->data, office->size);
        person->session = login(person);
    }
}

static void read_session(myqsec_session* session) {
    myqsec_list* list = NULL;
    succeed(myqsec_session_info(session, &list), "session info");
    myqsec_list_free(list);
}

static void read_jobs(myqsec_session* session) {
    myqsec_list_free(list_jobs(session, 0, PAGE_ROWS));
}

static void read_beside(void* context, double deadline) {
    office* office = context;
    double begin = bench_now();
    for (int i = 0; begin < deadline; i++) {
        (i & 1 ? read_jobs : read_session)(office->reader);
        const double end = bench_now();
        bench_keep(&office->reads, end - begin);
        const double left = begin + READ_EVERY_US / 1e6 - end;
        const struct timespec pause = {0, left > 0 ? (long)(left * 1e9) : 0};
        nanosleep(&pause, NULL);
        begin = bench_now();
    }
}

/* What was prepared without syncs would else be written out by the first of those that are measured. */
static void write_out(const char* folder) {
    bench_delay_syncs(0);
    const int file = open(folder, O_RDONLY | O_DIRECTORY);
    bench_require(file >= 0 && syncfs(file) == 0 && close(file) == 0, "syncfs", folder);
}

static void measure(const char* what, const char* folder, int threads, double seconds, long sync_us,
                    int64_t size) {
    myqsec_engine* engine = open_instance(folder);
    static office office;
    uint64_t random = 88172645463325252U;
    bench_fill(&random, office.data, sizeof office.data);
    office.size = size;
    office.people = calloc((size_t)threads, sizeof *office.people);
    bench_require(office.people != NULL, "people", "out of memory");
    for (int i = 0; i < threads; i++)
        enter(&office.people[i], engine, i);
    office.secure = queue_of(office.people[0].host, "secure");
    office.private = queue_of(office.people[0].host, "private");

    if (strcmp(what, "submit") == 0) {
        bench_run_threads(threads, seconds, sync_us, submit_once, &office, NULL);
    } else if (strcmp(what, "release") == 0) {
        prepare_releases(&office, threads, seconds);
        write_out(folder);
        bench_run_threads(threads, seconds, sync_us, release_once, &office, NULL);
    } else if (strcmp(what, "login") == 0) {
        bench_run_threads(threads, seconds, sync_us, login_once, &office, NULL);
    } else {
        bench_require(strcmp(what, "cycle") == 0, "many_bench", what);
        office.reader = login_administrator(office.people[0].host, folder);
        bench_run_threads(threads, seconds, sync_us, cycle_once, &office, read_beside);
        bench_print_latencies(&office.reads, "read_");
        myqsec_session_free(office.reader);
    }
    for (int i = 0; i < threads; i++)
        leave(&office.people[i]);
    free(office.people);
    succeed(myqsec_close(engine), "close");
}

int main(int argc, char** argv) {
    if (argc == 4 && strcmp(argv[1], "setup") == 0) {
        set_up(argv[2], atoi(argv[3]));
    } else {
        bench_require(argc == 7, "many_bench", "arguments: see the top of many_bench.c");
        measure(argv[1], argv[2], atoi(argv[3]), atof(argv[4]), atol(argv[5]), atoll(argv[6]));
    }
    return 0;
}
