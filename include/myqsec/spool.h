/* Queues and jobs. Job states and reasons are IPP's (RFC 8011 §5.3.7, §5.3.8; PWG 5100.11). */
#ifndef MYQSEC_SPOOL_H
#define MYQSEC_SPOOL_H

#include "myqsec/engine.h"

MYQSEC_BEGIN

typedef enum myqsec_queue_kind {
    MYQSEC_QUEUE_SECURE = 1,  /**< held until its owner releases it; kept for reprint */
    MYQSEC_QUEUE_PRIVATE = 2, /**< held; deleted and its key destroyed at once after release */
    MYQSEC_QUEUE_DIRECT = 3   /**< released by the host without a login */
} myqsec_queue_kind;

/** Fields of a queue. */
typedef struct myqsec_queue_fields {
    uint32_t struct_size;
    int32_t kind;     /**< a myqsec_queue_kind; only for new queues. Zero: secure */
    const char *name; /**< unique; 1 to 127 bytes. Zero: as it is; a new queue: refused */
    /** ms a job waits for release, at most 90 days; -1: it does not. Zero: as it is; a new queue: the setting's */
    int64_t retention_held;
    /** ms a printed job is kept for reprint, at most 90 days; -1: it is not. Zero: as it is; a new queue: the
     *  setting's; a private one: not at all, and nothing else is accepted */
    int64_t retention_printed;
    int64_t max_job_size; /**< bytes; -1: the setting spool.max_job_size. Zero: as it is; a new queue: the setting */
    int32_t enabled;      /**< accepting jobs, a myqsec_choice. Zero: as it is; a new queue: yes */
    /** Only users and groups allowed by myqsec_queue_allow may submit, a myqsec_choice. Zero: as it is; a new queue:
     *  no, so that whoever has job.submit may */
    int32_t restricted;
    /** Documents are encrypted, a myqsec_choice. No: they are stored in the clear, with a MAC, so that deleting a job
     *  is no more than deleting its file; not for private queues, nor together with certificates. Zero: as it is; a new
     *  queue: yes. Since 0.1 */
    int32_t encryption;
    /** Owners may read their documents without releasing them, with job.preview.own, a myqsec_choice. Zero: as it is; a
     *  new queue: no. Since 0.1 */
    int32_t preview;
    uint32_t reserved;          /**< Zero: the only value */
    uint32_t certificate_count; /**< Zero: none, where certificates points anywhere */
    /** Ids of myqsec_certificate_import, at most 7, whose holders can open copies of the jobs' files too. Zero: as it
     *  is; a new queue: none. Since 0.1 */
    const int64_t *certificates;
} myqsec_queue_fields;
#define MYQSEC_QUEUE_FIELDS_INIT \
    { sizeof(myqsec_queue_fields), 0, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL }

/** Adds MYQSEC_ERR_EXISTS; for certificates MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_NOT_POSSIBLE (not valid now),
 *  MYQSEC_ERR_LIMIT. Right: queue.manage; with encryption or certificates key.manage too. Audit: queue.created.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_queue_create(myqsec_session *session, const myqsec_queue_fields *fields, int64_t *out);
/** Errors and right as myqsec_queue_create, and adds MYQSEC_ERR_NOT_FOUND. Held jobs are converted to another
 *  encryption or other certificates by myqsec_tick, some at each call; myqsec_queue_list tells while that goes on.
 *  Audit: queue.changed, old and new; later queue.converted, job.conversion-failed for a damaged one. Since 0.1. */
MYQSEC_API myqsec_status myqsec_queue_change(myqsec_session *session, int64_t queue, const myqsec_queue_fields *fields);
/** MYQSEC_ERR_NOT_POSSIBLE while it holds jobs. Right: queue.manage; where roles are limited to it, role.manage and
 *  each of their rights. Audit: queue.deleted, role.revoked, session.logout. Since 0.1. */
MYQSEC_API myqsec_status myqsec_queue_delete(myqsec_session *session, int64_t queue);
/** Queues that the principal may submit to; all of them is the right of queue.manage or session.host: columns id, name,
 *  kind ("secure", "private", "direct"), retention_held, retention_printed, max_job_size, enabled, restricted, jobs,
 *  encryption, certificates (ids separated by spaces), converting (jobs are still being converted), preview. `jobs`
 *  counts those with a document that have not expired. Since 0.1. */
MYQSEC_API myqsec_status myqsec_queue_list(myqsec_session *session, const myqsec_page *page, myqsec_list **out);
/** The id of a queue's name, of those that myqsec_queue_list shows: a look-up, however many there are. Adds
 *  MYQSEC_ERR_NOT_FOUND, also for one that one may not see. Right: as myqsec_queue_list. Audit: session.denied where
 *  there is none that one may see, but for the host. Since 0.1. */
MYQSEC_API myqsec_status myqsec_queue_find(myqsec_session *session, const char *name, int64_t *out);
/** Allows a user or a group (the other is 0) to submit to a restricted queue. Idempotent. Whoever may not see users, or
 *  groups, does not learn whether there is one of that id: for none, too, it succeeds, and allows nobody. Adds
 *  MYQSEC_ERR_NOT_FOUND. Right: queue.manage. Audit: queue.changed, session.denied. Since 0.1. */
MYQSEC_API myqsec_status myqsec_queue_allow(myqsec_session *session, int64_t queue, int64_t user, int64_t group);
/** Takes that back. Idempotent. Right: queue.manage. Audit: queue.changed. Since 0.1. */
MYQSEC_API myqsec_status myqsec_queue_disallow(myqsec_session *session, int64_t queue, int64_t user, int64_t group);

typedef enum myqsec_attribute_type {
    MYQSEC_ATTRIBUTE_INTEGER = 1, /**< number, 32 bits as IPP's */
    MYQSEC_ATTRIBUTE_BOOLEAN = 2, /**< number, 0 or 1 */
    MYQSEC_ATTRIBUTE_TEXT = 3     /**< text, at most 1,023 bytes: IPP's keyword, name, uri or text */
} myqsec_attribute_type;

/** An attribute of a job under its IPP name, such as "copies", "sides". In an array all have the same size. */
typedef struct myqsec_job_attribute {
    uint32_t struct_size;
    uint32_t type;    /**< a myqsec_attribute_type. Zero: refused */
    const char *name; /**< lowercase letters, digits, "-", ".", "_", at most 255 (RFC 8011 §5.1.4). Zero: refused */
    const char *text; /**< Zero: refused for a text */
    int64_t number;   /**< Zero: the number 0, or false */
} myqsec_job_attribute;
#define MYQSEC_JOB_ATTRIBUTE_INIT \
    { sizeof(myqsec_job_attribute), MYQSEC_ATTRIBUTE_INTEGER, NULL, NULL, 0 }

/** What a job says of itself when it is submitted. */
typedef struct myqsec_job_fields {
    uint32_t struct_size;
    uint32_t attribute_count; /**< at most 64. Zero: none */
    int64_t queue;            /**< Zero: refused */
    int64_t owner;            /**< another needs job.submit.for-others. Zero: the session's user */
    /** IPP job-name; sealed under the owner's key. Stored in NFC, without control characters, what turns the
     *  direction of text, and what is no character, and cut to 1,023 bytes: no title is refused. Zero: none */
    const char *name;
    const char *document_format; /**< IPP document-format, e.g. "application/pdf". Zero: application/octet-stream */
    const char *host_name;       /**< IPP job-originating-host-name; as `name`, 255 bytes. Zero: none */
    /** Each name once; together at most 4 KiB as myqsec_job_list shows them. Sealed under the owner's key, and gone
     *  with the job. Zero: none. Since 0.1 */
    const myqsec_job_attribute *attributes;
} myqsec_job_fields;
#define MYQSEC_JOB_FIELDS_INIT \
    { sizeof(myqsec_job_fields), 0, 0, 0, NULL, NULL, NULL, NULL }

/** A job being submitted; belongs to one thread at a time. */
typedef struct myqsec_job_writer myqsec_job_writer;

/** Begins a job. Nothing of it is visible, or survives a crash, until myqsec_job_writer_finish returns.
 *  Adds MYQSEC_ERR_NOT_FOUND (owner, queue, also one that one may not see), MYQSEC_ERR_LIMIT (attributes),
 *  MYQSEC_ERR_NOT_POSSIBLE (queue disabled, owner disabled, a certificate of the queue is not valid now: taking the job
 *  in without that recipient would break what the queue promises).
 *  Free with myqsec_job_writer_free. Right: job.submit, and access to the queue; job.submit.for-others for another's.
 *  Audit: job.held, from myqsec_job_writer_finish. Since 0.1. */
MYQSEC_API myqsec_status myqsec_job_submit(myqsec_session *session, const myqsec_job_fields *fields,
                                           myqsec_job_writer **out);
/** Takes document data; returns when it has been sealed and handed to the system: that is the back-pressure. After a
 *  failure the writer can only be freed. Adds MYQSEC_ERR_LIMIT (job too large). Since 0.1. */
MYQSEC_API myqsec_status myqsec_job_writer_write(myqsec_job_writer *writer, const void *data, size_t length);
/** Makes the job durable and held. Once it returns MYQSEC_OK the job survives any crash. Queue and owner are looked at
 *  again, and refused as myqsec_job_submit refuses them. Audit: job.held. Since 0.1. */
MYQSEC_API myqsec_status myqsec_job_writer_finish(myqsec_job_writer *writer, int64_t *job);
/** Frees the writer; an unfinished job leaves no trace. Since 0.1. */
MYQSEC_API void myqsec_job_writer_free(myqsec_job_writer *writer);

/** Which jobs to list. */
typedef struct myqsec_job_filter {
    uint32_t struct_size;
    uint32_t reserved;  /**< Zero: the only value */
    int64_t owner;      /**< Zero: any */
    int64_t queue;      /**< Zero: any */
    const char *states; /**< IPP keywords below, separated by spaces: any of these. Zero: all */
} myqsec_job_filter;
#define MYQSEC_JOB_FILTER_INIT \
    { sizeof(myqsec_job_filter), 0, 0, 0, NULL }

/** Columns id, uuid (text: RFC 9562, version 4), queue, queue_name, owner, owner_name, name, document_format,
 *  host_name, size (bytes), state ("pending-held", "processing", "completed", "canceled", "aborted"), reasons (IPP
 *  keywords separated by spaces, e.g. "job-hold-until-specified", "possibly-printed"), submitted, printed (instant of
 *  the last release), expires, releases (count), attributes (a line for each: name, "integer", "boolean" or "text",
 *  value, separated by spaces). One's own jobs, those that one may release as a delegate (delegation.h), or any with
 *  job.manage.all. A job past its `expires` is gone at that instant, whether or not myqsec_tick has erased it yet: no
 *  list has it, and every function answers MYQSEC_ERR_NOT_FOUND and that it has expired. So a page may hold fewer rows
 *  than its limit, or none, while myqsec_list_more says that there are others. By what instant is compared when the
 *  clock is wrong: durability.md. What is being released stays until that ends. Right: job.manage.own for one's own,
 *  job.release.delegated as a delegate, job.manage.all also for names of others' jobs. `filter` may be NULL.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_job_list(myqsec_session *session, const myqsec_job_filter *filter,
                                         const myqsec_page *page, myqsec_list **out);
/** One job, as a list of one row. Adds MYQSEC_ERR_NOT_FOUND, also for jobs one may not see. Right: as myqsec_job_list.
 *  Since 0.1. */
MYQSEC_API myqsec_status myqsec_job_get(myqsec_session *session, int64_t job, myqsec_list **out);
/** Cancels a held job, or stops the one being released, and destroys its key. Adds MYQSEC_ERR_NOT_FOUND,
 *  MYQSEC_ERR_NOT_POSSIBLE; of a private queue MYQSEC_ERR_INCOMPLETE (older copies of the files may still open it until
 *  the next myqsec_tick). Right: job.manage.own or job.manage.all. Audit: job.cancelled. Since 0.1. */
MYQSEC_API myqsec_status myqsec_job_cancel(myqsec_session *session, int64_t job);
/** Deletes a job in any state but processing: its key is destroyed, its row and file removed. Adds
 *  MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_NOT_POSSIBLE, MYQSEC_ERR_INCOMPLETE (as myqsec_job_cancel). Right: job.manage.own
 *  or job.manage.all. Audit: job.deleted. Since 0.1. */
MYQSEC_API myqsec_status myqsec_job_delete(myqsec_session *session, int64_t job);

/** Where a released document goes. Each function returns 0, or another number to abort. They may call the library,
 *  except on the session and job being released (MYQSEC_ERR_REENTRANT). */
typedef struct myqsec_sink {
    uint32_t struct_size;
    uint32_t reserved; /**< Zero: the only value */
    void *context;     /**< passed back to the functions. Zero: as any other value */
    /** Takes all of the data; blocking is the back-pressure. Zero: refused */
    int (*write)(void *context, const void *data, size_t length);
    /** The document is complete and the device has accepted it; only now does the job count as printed. Zero: it counts
     *  as printed when all was written */
    int (*finish)(void *context);
    /** Instead of finish, after a failure: discard what came. Zero: nobody is told */
    void (*abort)(void *context);
} myqsec_sink;
#define MYQSEC_SINK_INIT \
    { sizeof(myqsec_sink), 0, NULL, NULL, NULL, NULL }

typedef struct myqsec_release_options {
    uint32_t struct_size;
    uint32_t keep; /**< 1: keep the job held afterwards (not in private queues). Zero: as its queue says */
} myqsec_release_options;
#define MYQSEC_RELEASE_OPTIONS_INIT \
    { sizeof(myqsec_release_options), 0 }

/** Releases a job to a sink: an atomic claim, so of two at the same instant one prints. While the sink has the
 *  document, however long it blocks, its session is not idle; what ends it is device.session_max or
 *  session.max_duration, logout, or cancelling the job. If the sink fails half-way the
 *  job is held again; if the process dies, it is held with reason "possibly-printed". Afterwards a private queue's job
 *  is gone; a secure queue's is kept for reprint. From a device session, or any user session. `options` may be NULL.
 *  Adds MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_NOT_POSSIBLE (already being released, cancelled), MYQSEC_ERR_CALLBACK.
 *  Right: job.release.own or job.release.all; job.release.delegated as a delegate; in direct queues also
 *  session.host.
 *  Audit: job.released, job.release-failed, instance.damage-found (one of the document's two headers). Since 0.1. */
MYQSEC_API myqsec_status myqsec_job_release(myqsec_session *session, int64_t job, const myqsec_release_options *options,
                                            const myqsec_sink *sink);

/** A job being released that the caller fetches piece by piece, where a sink would be called: for a server that answers
 *  a device when it asks. Belongs to one thread at a time. */
typedef struct myqsec_release myqsec_release;

/** Claims a job as myqsec_job_release does, for the caller to fetch. The claim ends with myqsec_release_finish. It is
 *  undone, and the job held again, by myqsec_release_abort, by any failure but a wrong argument, by _free, and at the
 *  end of the session, also when another thread ends it or its time is up (then at the next myqsec_tick). If the
 *  process dies, the job is held with reason "possibly-printed". What was read is the caller's: at a device, have it
 *  sent or dropped before the clear-memory callback says that nothing is left. `options` may be NULL. Adds
 *  MYQSEC_ERR_NOT_FOUND, MYQSEC_ERR_NOT_POSSIBLE (already being released, cancelled). Right and audit: as
 *  myqsec_job_release. Since 0.1. */
MYQSEC_API myqsec_status myqsec_release_begin(myqsec_session *session, int64_t job,
                                              const myqsec_release_options *options, myqsec_release **out);
/** The next bytes of the document; *length is the room on entry, at least 1, and what was read on return: less only at
 *  the end, then 0. Memory is bounded whatever the document's size, and nothing unverified is returned. After a failure
 *  only _free is left to call. Adds MYQSEC_ERR_NOT_POSSIBLE (cancelled, over), MYQSEC_ERR_SESSION_ENDED. Since 0.1. */
MYQSEC_API myqsec_status myqsec_release_read(myqsec_release *release, void *data, size_t *length);
/** What the job said of itself when it was submitted, and how it is to be printed: columns name, type ("integer",
 *  "boolean", "text"), number (integer; none for a text), text (none but for a text), in the order in which they were
 *  given. They come with the document, also to the host in a direct queue, and to a delegate who reads no names. Adds
 *  MYQSEC_ERR_NOT_POSSIBLE (cancelled, over), MYQSEC_ERR_SESSION_ENDED. Since 0.1. */
MYQSEC_API myqsec_status myqsec_release_attributes(myqsec_release *release, myqsec_list **out);
/** The device has accepted all of it: the job counts as printed, durably, and is kept or gone as its queue says. Unless
 *  all was read: MYQSEC_ERR_NOT_POSSIBLE, and the job is held again. Adds MYQSEC_ERR_SESSION_ENDED.
 *  Audit: job.released. Since 0.1. */
MYQSEC_API myqsec_status myqsec_release_finish(myqsec_release *release);
/** The device did not take it: the job is held again. Nothing happens once the release is over. If it fails, the
 *  release is over all the same, and the next myqsec_tick holds the job with reason "possibly-printed".
 *  Audit: job.release-failed ("abandoned", and how many bytes were read). Since 0.1. */
MYQSEC_API myqsec_status myqsec_release_abort(myqsec_release *release);
/** Aborts the release unless it is over, and frees it. Since 0.1. */
MYQSEC_API void myqsec_release_free(myqsec_release *release);

/** Which releases to list: those of which all holds. */
typedef struct myqsec_release_filter {
    uint32_t struct_size;
    uint32_t reserved; /**< Zero: the only value */
    int64_t job;       /**< Zero: any */
    int64_t owner;     /**< of the job. Zero: any */
    int64_t person;    /**< who released it. Zero: whoever */
    int64_t device;    /**< Zero: any, or none */
    int64_t queue;     /**< Zero: any */
    int64_t from;      /**< instant at which it ended, inclusive. Zero: from the first on */
    int64_t to;        /**< instant, exclusive. Zero: to the last */
} myqsec_release_filter;
#define MYQSEC_RELEASE_FILTER_INIT \
    { sizeof(myqsec_release_filter), 0, 0, 0, 0, 0, 0, 0, 0 }

/** How releases ended, to a sink or fetched, by id: columns id, job (which may be gone), queue, owner (of the job),
 *  person (who released it; none for the host), device (none away from devices), ended, outcome ("printed"; "failed":
 *  held again; "possibly-printed": nobody saw how far it came), bytes (of the document that were passed on; none if
 *  unknown), private (the queue was). A row is written in the transaction that it tells of, outlives its job, and stays
 *  when a person is removed, without naming them; it holds no name of a person or document. Right: job.manage.own
 *  for one's own jobs', job.manage.all for others'. A page may hold fewer rows than its limit while myqsec_list_more
 *  says that there are others. `filter` may be NULL. Since 0.1. */
MYQSEC_API myqsec_status myqsec_release_list(myqsec_session *session, const myqsec_release_filter *filter,
                                             const myqsec_page *page, myqsec_list **out);

/** Reads a job's document without releasing it, at any position: for previews. */
typedef struct myqsec_job_reader myqsec_job_reader;
/** A document leaves by release. To read one without that takes, for one's own jobs, a queue that allows it (preview),
 *  or a right over the jobs. Free with myqsec_job_reader_free. Adds MYQSEC_ERR_NOT_FOUND. Right: job.preview.own, or
 *  job.export. Audit: job.read, instance.damage-found. Since 0.1. */
MYQSEC_API myqsec_status myqsec_job_open(myqsec_session *session, int64_t job, myqsec_job_reader **out);
/** Reads from `offset`; *length is the room on entry and what was read on return, less only at the end. Adds
 *  MYQSEC_ERR_ACCESS_DENIED once the queue allows it no more, or the right is gone. Since 0.1. */
MYQSEC_API myqsec_status myqsec_job_reader_read(myqsec_job_reader *reader, uint64_t offset, void *data, size_t *length);
/** The document's size in bytes. Since 0.1. */
MYQSEC_API myqsec_status myqsec_job_reader_size(myqsec_job_reader *reader, uint64_t *out);
/** Frees the reader. Since 0.1. */
MYQSEC_API void myqsec_job_reader_free(myqsec_job_reader *reader);

MYQSEC_END_DECLARATIONS

#endif
