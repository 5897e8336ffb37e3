// SPDX-License-Identifier: MIT
/* The audit log over HTTP. */
#include "admin/audit_routes.h"

#include <stdio.h>

#include "admin/audit_csv.h"
#include "admin/parts.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/reason.h"
#include "base/shown.h"
#include "base/when.h"
#include "store/audit_difference.h"
#include "store/audit_list.h"

#define PAGE_DEFAULT 50
#define PAGE_MAX 200

/* What the records' thread works on: it outlives a client that leaves. */
struct audit_page {
    struct audit_query query; /* one more than are asked for */
    char *texts[3];           /* of the query */
    struct json_doc *list;
};

struct listing {
    struct records_job *job;
    struct audit_page *reading; /* the job's, once there is one */
    struct records_job *behind; /* comes before that */
    bool csv;                   /* all there are, page after page */
    bool begun;                 /* the titles are out */
    size_t next;                /* row of the page */
};

static struct listing *listing_of(const struct admin_request *x)
{
    return x->state;
}

static void drop_page(void *arg)
{
    struct audit_page *reading = arg;

    for (size_t i = 0; i < COUNT_OF(reading->texts); i++)
        mem_free(reading->texts[i]);
    json_doc_free(reading->list);
    mem_free(reading);
}

static void drop(void *state)
{
    struct listing *listing = state;

    if (!listing->job && listing->reading)
        drop_page(listing->reading);
    records_job_free(listing->behind);
    records_job_free(listing->job);
}

/* ---- what is asked for --------------------------------------------------- */

static bool take_time(struct admin_request *x, const char *name, bool end,
                      uint64_t *ms)
{
    const struct zone *zone = x->admin->options.zone;
    struct str text;
    char value[SHOWN_MAX];

    return !admin_query(x, name, &text) ||
           when_parse_in(zone ? zone : zone_utc(), text, end, clock_wall_ms(),
                         ms) ||
           REASON_SET(&x->err, TIME_INVALID, name, WHEN_FORMS_IN_ZONE,
                      shown(text, value));
}

static bool take_number(struct admin_request *x, const char *name, uint64_t max,
                        uint64_t *number)
{
    struct str text;

    return !admin_query(x, name, &text) ||
           (str_to_u64(text, max, number) && *number > 0) ||
           REASON_SET(&x->err, NUMBER_FROM_ONE, name, (unsigned long long)max);
}

/* Parameters lie in the request's memory, which may go first.  As the texts that they
   are compared with. */
static void take_texts(struct admin_request *x, struct audit_page *reading)
{
    struct {
        const char *name;
        struct str *value;
    } texts[] = { { "who", &reading->query.who },
                  { "action", &reading->query.action },
                  { "target", &reading->query.target } };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct str text = STR_EMPTY;

        (void)admin_query(x, texts[i].name, &text);
        reading->texts[i] = audit_shown_text(text);
        *texts[i].value = str_of(reading->texts[i]);
    }
}

/* CSV is for whoever wants all of it. */
static bool take_format(struct admin_request *x)
{
    struct listing *listing = listing_of(x);
    struct str text = STR("json");
    struct str other;

    (void)admin_query(x, "format", &text);
    listing->csv = str_eq(text, STR("csv"));
    if (!listing->csv && !str_eq(text, STR("json")))
        return REASON_SET(&x->err, FORMAT_UNKNOWN);
    return !listing->csv ||
           (!admin_query(x, "limit", &other) &&
            !admin_query(x, "cursor", &other)) ||
           err_set(&x->err, ERR_BAD_REQUEST,
                   "limit and cursor are for format=json: CSV has all that "
                   "match");
}

static bool take_query(struct admin_request *x, struct audit_page *reading)
{
    struct audit_query *query = &reading->query;
    uint64_t limit = PAGE_DEFAULT;

    take_texts(x, reading);
    if (!take_format(x) || !take_time(x, "since", false, &query->since_ms) ||
        !take_time(x, "until", true, &query->until_ms) ||
        !take_number(x, "limit", PAGE_MAX, &limit) ||
        !take_number(x, "cursor", INT64_MAX, &query->cursor))
        return false;
    query->max = (listing_of(x)->csv ? PAGE_MAX : (size_t)limit) + 1;
    return true;
}

/* ---- reading -------------------------------------------------------------- */

static bool read_list(struct sql *sql, void *arg, struct err *err)
{
    struct audit_page *reading = arg;

    json_doc_free(reading->list);
    reading->list = json_doc_new_array();
    return audit_list_read(sql, &reading->query, reading->list, err);
}

static struct json_doc *page_doc(const struct audit_page *reading)
{
    size_t limit = reading->query.max - 1;
    size_t count = json_doc_count(reading->list);
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *entries = json_doc_new_array();
    uint64_t last = 0;
    char cursor[24];

    for (size_t i = 0; i < count && i < limit; i++) {
        const struct json_doc *entry = json_doc_at(reading->list, i);

        json_doc_add(entries, json_doc_copy(entry));
        (void)json_doc_get_u64(entry, "id", &last);
    }
    json_doc_set(doc, "entries", entries);
    (void)snprintf(cursor, sizeof(cursor), "%llu", (unsigned long long)last);
    json_doc_set(doc, "next_cursor",
                 count > limit ? json_doc_new_str(str_of(cursor))
                               : json_doc_new_null());
    return doc;
}

static void start(struct admin_request *x)
{
    const struct admin_options *options = &x->admin->options;
    struct listing *listing = listing_of(x);

    listing->job = records_start(options->records, options->loop,
                                 &(struct records_work){
                                     .run = read_list,
                                     .drop = drop_page,
                                     .arg = listing->reading,
                                     .reads = true,
                                     .patience_ms = RECORDS_PATIENCE_MS },
                                 admin_wake, x);
}

/* ---- CSV ----------------------------------------------------------------- */

#define PART_MIN 8192 /* bytes; with one more row it fits a part */

static size_t rows_of(const struct listing *listing)
{
    size_t count = json_doc_count(listing->reading->list);

    return count < PAGE_MAX ? count : PAGE_MAX;
}

/* The page after this one, which goes with its job. */
static void turn_page(struct admin_request *x)
{
    struct listing *listing = listing_of(x);
    const struct audit_page *page = listing->reading;
    struct audit_page *next = MEM_NEW(struct audit_page);
    struct str *const texts[] = { &next->query.who, &next->query.action,
                                  &next->query.target };

    next->query = page->query;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        next->texts[i] = mem_strdup(page->texts[i]);
        *texts[i] = str_of(next->texts[i]);
    }
    (void)json_doc_get_u64(json_doc_at(page->list, PAGE_MAX - 1), "id",
                           &next->query.cursor);
    records_job_free(listing->job);
    listing->reading = next;
    listing->next = 0;
    start(x);
}

static enum admin_part write_rows(struct admin_request *x, struct buf *out)
{
    struct listing *listing = listing_of(x);

    if (!records_job_is_done(listing->job))
        return ADMIN_PART_WAIT;
    if (records_job_error(listing->job)) {
        x->err = *records_job_error(listing->job);
        return ADMIN_PART_BROKEN;
    }
    if (!listing->begun)
        audit_csv_add_titles(out);
    listing->begun = true;
    while (listing->next < rows_of(listing) && out->len < PART_MIN)
        audit_csv_add(out,
                      json_doc_at(listing->reading->list, listing->next++));
    if (listing->next < rows_of(listing))
        return ADMIN_PART_MORE;
    if (json_doc_count(listing->reading->list) <= PAGE_MAX)
        return ADMIN_PART_LAST;
    turn_page(x);
    return ADMIN_PART_MORE;
}

static const struct admin_parts csv_parts = {
    { "text/csv; charset=utf-8", sizeof("text/csv; charset=utf-8") - 1 },
    write_rows,
};

/* ---- answering ----------------------------------------------------------- */

static struct flow_next answer(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct listing *listing = x->state;
    const struct err *err;

    if (!records_job_is_done(listing->job))
        return flow_sleep_then(answer);
    err = records_job_error(listing->job);
    if (!err && listing->csv)
        return admin_reply_parts(x, &csv_parts);
    if (!err)
        return admin_reply(x, page_doc(listing->reading));
    x->err = *err;
    return admin_refuse(x);
}

/* Behind what is being written, so that whoever was answered finds the entry of what it
   asked for; a database that does not get so far is not waited for. */
#define BEHIND_MS 1000

static bool do_nothing(struct sql *sql, void *arg, struct err *err)
{
    (void)sql;
    (void)arg;
    (void)err;
    return true;
}

static struct flow_next caught_up(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct listing *listing = listing_of(x);

    if (!records_job_is_done(listing->behind))
        return flow_sleep_then(caught_up);
    start(x);
    return flow_sleep_then(answer);
}

static struct flow_next list(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct admin_options *options = &x->admin->options;
    struct listing *listing = listing_of(x);

    listing->reading = MEM_NEW(struct audit_page);
    if (!take_query(x, listing->reading))
        return admin_refuse(x);
    listing->behind =
        records_start(options->records, options->loop,
                      &(struct records_work){ .run = do_nothing,
                                              .looks = true,
                                              .patience_ms = BEHIND_MS },
                      admin_wake, x);
    return flow_sleep_then(caught_up);
}

/* ---- the endpoint -------------------------------------------------------- */

static const struct admin_member query_members[] = {
    { "since", ADMIN_TEXT, 0, WHEN_FORMS_IN_ZONE ": from then on", NULL },
    { "until", ADMIN_TEXT, 0, "the same: up to then; a day to its end", NULL },
    { "who", ADMIN_TEXT, 0, "as in `who` or in `peer`", NULL },
    { "action", ADMIN_TEXT, 0, "key.revoke, or key for all that is key.*",
      NULL },
    { "target", ADMIN_TEXT, 0, "the name of a key, a group, an account, ...",
      NULL },
    { "format", ADMIN_TEXT, 0, "json, or csv: all that match; json", NULL },
    { "limit", ADMIN_NUMBER, 0, "how many at most, 1 to 200; 50", NULL },
    { "cursor", ADMIN_TEXT, 0, "next_cursor of the page before", NULL },
    ADMIN_END,
};
static const struct admin_member entry_members[] = {
    { "id", ADMIN_NUMBER, ADMIN_REQUIRED, "rising", NULL },
    { "at", ADMIN_TEXT, ADMIN_REQUIRED, "when it was asked for (RFC 3339)",
      NULL },
    { "who", ADMIN_TEXT, ADMIN_REQUIRED,
      "admin-token, session, this-machine, control-socket, command, or relay, "
      "which nobody asked, or stranger, who was not let in",
      NULL },
    { "peer", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "from which address; of control-socket and command which user", NULL },
    { "action", ADMIN_TEXT, ADMIN_REQUIRED, "key.create and the like", NULL },
    { "target", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the name of what it was done to", NULL },
    { "before", ADMIN_ANY, ADMIN_REQUIRED,
      "the members that changed, as they were", NULL },
    { "after", ADMIN_ANY, ADMIN_REQUIRED, "the same, as they are", NULL },
    { "done", ADMIN_BOOL, ADMIN_REQUIRED, "false: nothing was changed", NULL },
    { "error", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL, "why not", NULL },
    { "code", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the same as errors have it", NULL },
    { "params", ADMIN_ANY, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the values in its text", NULL },
    ADMIN_END,
};
static const struct admin_member one_entry[] = {
    { .type = ADMIN_OBJECT, .text = "an entry", .members = entry_members },
    ADMIN_END,
};
static const struct admin_member list_answer[] = {
    { "entries", ADMIN_LIST, ADMIN_REQUIRED, "the newest first", one_entry },
    { "next_cursor", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of the next page; null: this was the last", NULL },
    ADMIN_END,
};

const struct admin_endpoint audit_routes_list = {
    .first = list,
    .state_size = sizeof(struct listing),
    .drop = drop,
    .tag = "relay",
    .summary = "Who managed what, and what that changed",
    .query = query_members,
    .answer = list_answer,
};
