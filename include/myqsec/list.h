/* Lists: how everything that has rows or fields is read. Columns have names and types; later versions only append
 * columns, so ask by name.
 *
 * What can be long is read in pages, by key: the list's first column, which only grows. Rows that come and go between
 * two pages move nothing, and a page costs the same at the end of a list as at its beginning:
 *
 *   myqsec_page page = MYQSEC_PAGE_INIT;
 *   do {
 *       myqsec_job_list(session, NULL, &page, &list);
 *       while (myqsec_list_next(list) == MYQSEC_OK) …
 *       myqsec_list_more(list, &page.after);
 *       myqsec_list_free(list);
 *   } while (page.after != 0);
 */
#ifndef MYQSEC_LIST_H
#define MYQSEC_LIST_H

#include "myqsec/status.h"

MYQSEC_BEGIN

/** A list of rows, positioned before the first. It is a snapshot: later changes don't show. */
typedef struct myqsec_list myqsec_list;

typedef enum myqsec_column_type {
    MYQSEC_COLUMN_INTEGER = 1, /**< int64_t; also identifiers, sizes in bytes */
    MYQSEC_COLUMN_TEXT = 2,    /**< UTF-8 */
    MYQSEC_COLUMN_BYTES = 3,
    MYQSEC_COLUMN_BOOLEAN = 4, /**< read with myqsec_list_integer: 0 or 1 */
    MYQSEC_COLUMN_INSTANT = 5, /**< read with myqsec_list_integer: milliseconds since 1970-01-01T00:00:00Z */
    MYQSEC_COLUMN_DURATION = 6 /**< read with myqsec_list_integer: milliseconds */
} myqsec_column_type;

typedef enum myqsec_order {
    MYQSEC_OLDEST_FIRST = 0, /**< by ascending key */
    MYQSEC_NEWEST_FIRST = 1
} myqsec_order;

#define MYQSEC_USUAL_ROWS 1000 /**< of a page without a limit */
#define MYQSEC_MOST_ROWS 10000 /**< of a page: nobody makes room for all that is stored by accident */

/** Which part of a list to read. NULL in its place: the first MYQSEC_USUAL_ROWS rows. */
typedef struct myqsec_page {
    uint32_t struct_size;
    uint32_t limit;    /**< rows, at most MYQSEC_MOST_ROWS. Zero: MYQSEC_USUAL_ROWS */
    uint32_t order;    /**< a myqsec_order. Zero: MYQSEC_OLDEST_FIRST */
    uint32_t reserved; /**< Zero: the only value */
    int64_t after;     /**< what myqsec_list_more said of the page before. Zero: the first page */
} myqsec_page;
#define MYQSEC_PAGE_INIT \
    { sizeof(myqsec_page), 0, MYQSEC_OLDEST_FIRST, 0, 0 }

/** `after` for the next page, or 0 if there is none. Since 0.1. */
MYQSEC_API myqsec_status myqsec_list_more(const myqsec_list *list, int64_t *after);

/** Moves to the next row. MYQSEC_END behind the last. Since 0.1. */
MYQSEC_API myqsec_status myqsec_list_next(myqsec_list *list);

/** The number of rows. Since 0.1. */
MYQSEC_API myqsec_status myqsec_list_size(const myqsec_list *list, size_t *out);

/** The number of columns. Since 0.1. */
MYQSEC_API myqsec_status myqsec_list_column_count(const myqsec_list *list, size_t *out);

/** Name (static for the list's life) and type of column `index`, counted from 0. `name` or `type` may be NULL.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_list_column(const myqsec_list *list, size_t index, const char **name,
                                            myqsec_column_type *type);

/** Whether the current row has a value in the column. Adds MYQSEC_ERR_NOT_FOUND (no such column),
 *  MYQSEC_ERR_NOT_POSSIBLE (not on a row). Since 0.1. */
MYQSEC_API myqsec_status myqsec_list_has(const myqsec_list *list, const char *column, int *out);

/** The value of an integer, boolean, instant or duration column; 0 if it has none. Adds as above, and
 *  MYQSEC_ERR_INVALID_ARGUMENT for a column of another type. Since 0.1. */
MYQSEC_API myqsec_status myqsec_list_integer(const myqsec_list *list, const char *column, int64_t *out);

/** The value of a text column, "" if it has none; valid until the next call of myqsec_list_next or _free. Since 0.1. */
MYQSEC_API myqsec_status myqsec_list_text(const myqsec_list *list, const char *column, const char **out);

/** The value of a bytes column; valid until the next call of myqsec_list_next or _free. Since 0.1. */
MYQSEC_API myqsec_status myqsec_list_bytes(const myqsec_list *list, const char *column, const uint8_t **data,
                                           size_t *length);

/** Frees the list, and the values that it gave. Since 0.1. */
MYQSEC_API void myqsec_list_free(myqsec_list *list);

MYQSEC_END_DECLARATIONS

#endif
