/* People imported from a file in memory, which is read twice: import_bench FOLDER ROWS -> rows per second */
#include "instance.h"
#include "people_workload.h"

typedef struct people_text {
    char* text;
    size_t length;
    size_t at;
} people_text;

static people_text make_text(int64_t rows) {
    people_text made = {malloc((size_t)(rows + 1) * PEOPLE_ROW), 0, 0};
    bench_require(made.text != NULL, "file", "out of memory");
    made.length = (size_t)sprintf(made.text, PEOPLE_HEADER);
    for (int64_t number = 0; number < rows; number++) {
        people_row row;
        people_make_row(number, &row);
        made.length += (size_t)snprintf(made.text + made.length, PEOPLE_ROW, "%s,%s,%s,Floor %d,%s\r\n",
                                        row.user_name, row.full_name, row.email, row.group, row.card);
    }
    return made;
}

static int read_text(void* context, void* data, size_t* length) {
    people_text* file = context;
    if (*length > file->length - file->at) *length = file->length - file->at;
    memcpy(data, file->text + file->at, *length);
    file->at += *length;
    return 0;
}

static int rewind_text(void* context) {
    ((people_text*)context)->at = 0;
    return 0;
}

int main(int argc, char** argv) {
    bench_require(argc == 3, "import_bench", "arguments: FOLDER ROWS");
    const int64_t rows = atoll(argv[2]);
    people_text file = make_text(rows);
    const myqsec_root root = bench_root();
    myqsec_engine* engine = NULL;
    succeed(myqsec_create(argv[1], &root, NULL, &engine), "create");
    myqsec_session* host = host_session(engine);
    myqsec_session* administrator = create_administrator(host, argv[1]);

    myqsec_people_source source = MYQSEC_PEOPLE_SOURCE_INIT;
    source.context = &file;
    source.read = read_text;
    source.rewind = rewind_text;
    myqsec_people_counts counts = MYQSEC_PEOPLE_COUNTS_INIT;
    const double begin = bench_now();
    succeed(myqsec_people_import(administrator, &source, NULL, &counts), "import");
    const double took = bench_now() - begin;
    bench_require(counts.created == (uint64_t)rows && counts.cards_added == (uint64_t)rows, "import",
                  "rows are missing");
    printf("rows %.1f\n", (double)rows / took);
    file.at = 0;
    const double again = bench_now();
    succeed(myqsec_people_import(administrator, &source, NULL, &counts), "import");
    bench_require(counts.unchanged == (uint64_t)rows, "import", "something changed");
    printf("again %.1f\n", (double)rows / (bench_now() - again));
    myqsec_session_free(administrator);
    myqsec_session_free(host);
    succeed(myqsec_close(engine), "close");
    free(file.text);
    return 0;
}
