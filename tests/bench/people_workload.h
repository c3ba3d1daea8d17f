/* People of a file, the same for ours and for plain SQLite: names in three scripts, a group and a card. */
#ifndef MYQSEC_PEOPLE_WORKLOAD_H
#define MYQSEC_PEOPLE_WORKLOAD_H

#include "bench.h"

enum { PEOPLE_BATCH = 100, PEOPLE_GROUPS = 40, PEOPLE_ROW = 160 };

#define PEOPLE_HEADER "user_name,full_name,email,groups,cards\r\n"

typedef struct people_row {
    char user_name[32];
    char full_name[48];
    char email[48];
    int group;
    char card[16];
} people_row;

static inline void people_make_row(int64_t number, people_row* row) {
    static const char* const names[] = {"Žofie Nováková", "ليلى حسن", "李小龙"};
    snprintf(row->user_name, sizeof row->user_name, "person%07lld", (long long)number);
    snprintf(row->full_name, sizeof row->full_name, "%s %lld", names[number % 3], (long long)number);
    snprintf(row->email, sizeof row->email, "%s@example.org", row->user_name);
    row->group = (int)(number % PEOPLE_GROUPS);
    snprintf(row->card, sizeof row->card, "04%010llX", (unsigned long long)number * 7919U);
}

#endif
