/* Held jobs through cupsd and its own client library, a connection for each thread, without TLS:
 *   cups_bench SOCKET QUEUE THREADS SECONDS BYTES */
#include <cups/cups.h>
#include <string.h>

#include "threads.h"

enum { BLOCK = 65536, CONNECT_MS = 30000 };

typedef struct office {
    http_t** connections;
    char uri[256];
    char resource[128];
    size_t size;
    char data[BLOCK];
} office;

static ipp_t* print_job(const office* office) {
    ipp_t* request = ippNewRequest(IPP_OP_PRINT_JOB);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", NULL, office->uri);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", NULL, "owner");
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", NULL, "document.pdf");
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", NULL,
                 "application/octet-stream");
    ippAddString(request, IPP_TAG_JOB, IPP_TAG_KEYWORD, "job-hold-until", NULL, "indefinite");
    return request;
}

static void require_held(ipp_t* response) {
    ipp_attribute_t* state = ippFindAttribute(response, "job-state", IPP_TAG_ENUM);
    bench_require(ippGetStatusCode(response) < IPP_STATUS_REDIRECTION_OTHER_SITE, "Print-Job",
                  cupsLastErrorString());
    bench_require(state && ippGetInteger(state, 0) == IPP_JSTATE_HELD, "Print-Job", "not held");
}

static int submit_once(void* context, int thread) {
    office* office = context;
    http_t* http = office->connections[thread];
    ipp_t* request = print_job(office);
    http_status_t status =
        cupsSendRequest(http, request, office->resource, ippLength(request) + office->size);
    ippDelete(request);
    for (size_t left = office->size; left > 0 && status == HTTP_STATUS_CONTINUE;) {
        const size_t length = left < BLOCK ? left : BLOCK;
        status = cupsWriteRequestData(http, office->data, length);
        left -= length;
    }
    bench_require(status == HTTP_STATUS_CONTINUE, "Print-Job", cupsLastErrorString());
    ipp_t* response = cupsGetResponse(http, office->resource);
    require_held(response);
    ippDelete(response);
    return 1;
}

int main(int argc, char** argv) {
    bench_require(argc == 6, "cups_bench", "arguments: SOCKET QUEUE THREADS SECONDS BYTES");
    const int threads = atoi(argv[3]);
    static office office;
    snprintf(office.uri, sizeof office.uri, "ipp://localhost/printers/%s", argv[2]);
    snprintf(office.resource, sizeof office.resource, "/printers/%s", argv[2]);
    office.size = (size_t)atoll(argv[5]);
    uint64_t random = 88172645463325252U;
    bench_fill(&random, (uint8_t*)office.data, sizeof office.data);
    office.connections = calloc((size_t)threads, sizeof(http_t*));
    bench_require(office.connections != NULL, "connections", "out of memory");
    for (int i = 0; i < threads; i++) {
        office.connections[i] =
            httpConnect2(argv[1], 0, NULL, AF_UNSPEC, HTTP_ENCRYPTION_NEVER, 1, CONNECT_MS, NULL);
        bench_require(office.connections[i] != NULL, "connection", cupsLastErrorString());
    }
    bench_run_threads(threads, atof(argv[4]), 0, submit_once, &office, NULL);
    for (int i = 0; i < threads; i++)
        httpClose(office.connections[i]);
    free(office.connections);
    return 0;
}
