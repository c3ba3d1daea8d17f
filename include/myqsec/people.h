/* People from and to files: users with their groups and cards, as CSV (RFC 4180). docs/people.md says what the columns
 * mean, ours and those that other products write. In a library built without MYQSEC_WITH_PEOPLE both functions return
 * MYQSEC_ERR_NOT_BUILT_IN. */
#ifndef MYQSEC_PEOPLE_H
#define MYQSEC_PEOPLE_H

#include "myqsec/container.h"
#include "myqsec/engine.h"

MYQSEC_BEGIN

/** Whose columns a file has. */
typedef enum myqsec_people_map {
    MYQSEC_PEOPLE_OWN = 1,
    MYQSEC_PEOPLE_MYQ = 2,     /**< MyQ Print Server's users */
    MYQSEC_PEOPLE_PAPERCUT = 3 /**< PaperCut NG/MF's batch import: tabs, and no header */
} myqsec_people_map;

/** A file that is read twice: to check all of it, and to write it. Neither function may call the library. */
typedef struct myqsec_people_source {
    uint32_t struct_size;
    uint32_t reserved;            /**< Zero: the only value */
    void *context;                /**< passed back to both. Zero: as any other value */
    myqsec_read_function read;    /**< Zero: refused */
    int (*rewind)(void *context); /**< back to where the first read began; non-zero aborts. Zero: for dry runs only */
} myqsec_people_source;
#define MYQSEC_PEOPLE_SOURCE_INIT \
    { sizeof(myqsec_people_source), 0, NULL, NULL, NULL }

/** What is wrong with a row. Filled by the library; valid during the call. */
typedef struct myqsec_people_error {
    uint32_t struct_size;
    int32_t status;      /**< a myqsec_status, as the same change alone would return it. Zero: never */
    uint64_t line;       /**< of the file, where the row begins, from 1. Zero: never */
    const char *column;  /**< our name of it, such as "email". Zero: never; "" for the whole row */
    const char *message; /**< a sentence for a person, without personal data. Zero: never */
} myqsec_people_error;
#define MYQSEC_PEOPLE_ERROR_INIT \
    { sizeof(myqsec_people_error), 0, 0, NULL, NULL }

typedef struct myqsec_people_import_options {
    uint32_t struct_size;
    uint32_t map;            /**< a myqsec_people_map. Zero: our own columns */
    uint32_t separator;      /**< ',', ';' or a tab. Zero: as the first line shows */
    uint32_t dry_run;        /**< 1: the file is only checked. Zero: imported, if nothing is wrong with it */
    uint32_t no_header;      /**< 1: the first line is a row, and columns go by their place. Zero: it names them */
    uint32_t ignore_unknown; /**< 1: columns of unknown names count for nothing. Zero: they are refused */
    uint32_t clear_empty;    /**< 1: an empty cell empties what it is of. Zero: it leaves it as it is */
    uint32_t reserved;       /**< Zero: the only value */
    /** Told of each row that cannot be imported; non-zero aborts. It may not call the library. Zero: nobody is */
    int (*error)(void *context, const myqsec_people_error *error);
    void *error_context; /**< passed back to it. Zero: as any other value */
} myqsec_people_import_options;
#define MYQSEC_PEOPLE_IMPORT_OPTIONS_INIT \
    { sizeof(myqsec_people_import_options), 0, 0, 0, 0, 0, 0, 0, NULL, NULL }

/** What an import did, or a dry run would do. Filled by the library. */
typedef struct myqsec_people_counts {
    uint32_t struct_size;
    uint32_t reserved;        /**< Zero: always */
    uint64_t rows;            /**< in which something stands, without the header. Zero: none */
    uint64_t errors;          /**< rows that cannot be imported. Zero: none */
    uint64_t created;         /**< users. Zero: none */
    uint64_t changed;         /**< users that were there: fields, groups or cards. Zero: none */
    uint64_t unchanged;       /**< users of whom all was so already. Zero: none */
    uint64_t groups_created;  /**< Zero: none */
    uint64_t members_added;   /**< Zero: none */
    uint64_t members_removed; /**< Zero: none */
    uint64_t cards_added;     /**< Zero: none */
    uint64_t cards_removed;   /**< Zero: none */
} myqsec_people_counts;
#define MYQSEC_PEOPLE_COUNTS_INIT \
    { sizeof(myqsec_people_counts), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** Creates and changes users, their groups and cards as a file says, and deletes nobody. The whole file is checked
 *  first: if a row cannot be imported, options->error is told of each, nothing is changed, and the first one's status
 *  is returned. Then it is written in batches of 100 rows, a transaction each. What is so already is not written, so
 *  that the same file again changes nothing, and goes on with an import that was cut off; `counts` (or NULL) is set
 *  whatever is returned. A user is found by name, or where the file has the column id, by number, and then renamed.
 *  Memory is bounded; a file has at most 1,000,000 rows. Passwords and PINs are taken from no file. `options` may be
 *  NULL. Adds MYQSEC_ERR_CALLBACK, MYQSEC_ERR_EXISTS, MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_NOT_POSSIBLE (the last
 *  administrator), MYQSEC_ERR_LIMIT, MYQSEC_ERR_NOT_BUILT_IN. Right: user.manage; where there are columns for them,
 *  group.manage and credential.manage; over each user what myqsec_user_change, myqsec_group_add and myqsec_card_add ask
 *  for, and to create users user.manage without limit. Audit: user.created, user.changed, group.created,
 *  group.member-added, group.member-removed, credential.added, credential.removed, session.logout, each as of the
 *  change alone. Since 0.1. */
MYQSEC_API myqsec_status myqsec_people_import(myqsec_session *session, const myqsec_people_source *source,
                                              const myqsec_people_import_options *options,
                                              myqsec_people_counts *counts);

typedef struct myqsec_people_export_options {
    uint32_t struct_size;
    uint32_t separator; /**< ',', ';' or a tab. Zero: ',' */
    uint32_t bom;       /**< 1: a byte order mark, by which spreadsheets know UTF-8. Zero: none */
    uint32_t ids;       /**< 1: the column id, too, for renaming users of this instance. Zero: without it */
} myqsec_people_export_options;
#define MYQSEC_PEOPLE_EXPORT_OPTIONS_INIT \
    { sizeof(myqsec_people_export_options), 0, 0, 0 }

/** Writes the users whom one may manage, with all that a file says of them but cards, and, for who has group.manage,
 *  with their groups, empty ones included: imported elsewhere, it makes the same users and groups. No credential is in
 *  it. Cells that a spreadsheet would take for formulas begin with an apostrophe, which importing takes away. Memory is
 *  bounded; the function may not call the library. `options` may be NULL. Adds MYQSEC_ERR_CALLBACK,
 *  MYQSEC_ERR_NOT_BUILT_IN. Right: user.manage. Audit: user.exported. Since 0.1. */
MYQSEC_API myqsec_status myqsec_people_export(myqsec_session *session, const myqsec_people_export_options *options,
                                              myqsec_write_function write, void *context);

MYQSEC_END_DECLARATIONS

#endif
