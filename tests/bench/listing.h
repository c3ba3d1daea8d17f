/* Lists by page. Before there was myqsec_page, only jobs and events came in pages: only this file knows. */
#ifndef MYQSEC_BENCH_LISTING_H
#define MYQSEC_BENCH_LISTING_H

#include <myqsec/myqsec.h>

#include "bench.h"

static inline void succeed(myqsec_status status, const char* what) {
    bench_require(status == MYQSEC_OK, what, myqsec_last_error());
}

#ifdef MYQSEC_PAGE_INIT
#define UNPAGED , NULL
static inline myqsec_page page_after(int64_t after, uint32_t rows) {
    myqsec_page page = MYQSEC_PAGE_INIT;
    page.after = after;
    page.limit = rows;
    return page;
}
#else
#define UNPAGED
#endif

/* Of what there are few. */
static inline myqsec_list* list_few(__typeof__(&myqsec_queue_list) function, myqsec_session* session) {
    myqsec_list* list = NULL;
    succeed(function(session UNPAGED, &list), "list");
    return list;
}

static inline myqsec_list* list_jobs(myqsec_session* session, int64_t after, uint32_t rows) {
    myqsec_list* list = NULL;
#ifdef MYQSEC_PAGE_INIT
    const myqsec_page page = page_after(after, rows);
    succeed(myqsec_job_list(session, NULL, &page, &list), "jobs");
#else
    myqsec_job_filter filter = MYQSEC_JOB_FILTER_INIT;
    filter.after = after;
    filter.limit = rows;
    succeed(myqsec_job_list(session, &filter, &list), "jobs");
#endif
    return list;
}

/* Without pages, whoever wants one takes all. */
static inline myqsec_list* list_users(myqsec_session* session, int64_t after, uint32_t rows) {
    myqsec_list* list = NULL;
#ifdef MYQSEC_PAGE_INIT
    const myqsec_page page = page_after(after, rows);
    succeed(myqsec_user_list(session, NULL, &page, &list), "users");
#else
    (void)after, (void)rows;
    succeed(myqsec_user_list(session, &list), "users");
#endif
    return list;
}

static inline myqsec_list* list_events(myqsec_session* session, int64_t after, uint32_t rows) {
    myqsec_list* list = NULL;
#ifdef MYQSEC_PAGE_INIT
    const myqsec_page page = page_after(after, rows);
    succeed(myqsec_audit_list(session, NULL, &page, &list), "events");
#else
    succeed(myqsec_audit_list(session, after + 1, rows, &list), "events");
#endif
    return list;
}

#endif
