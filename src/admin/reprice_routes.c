// SPDX-License-Identifier: MIT
/* Bookings are priced again, over HTTP.

       looking -> page -> page -> ... -> answered, after about a second or the last */
#include "admin/reprice_routes.h"

#include <stdio.h>
#include <string.h>

#include "admin/request.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/reason.h"
#include "base/shown.h"
#include "base/text.h"
#include "base/when.h"
#include "usage/price_file.h"
#include "usage/reprice.h"
#include "usage/series.h"

/* So long one request may take; a page more is begun before. */
#define SLICE_MS 1000

/* What is looked at first, the file of prices too: the board learns of another one a
   little later, and whoever asks means what is in it now. */
struct sight {
    struct reprice_look look;
    const char *folder; /* the configuration's; NULL: the board's own table */
    struct prices *prices;
    bool away; /* the folder */
    bool failed;
    struct err err;
};

struct repricing {
    struct reprice_ask ask;
    struct prices *prices;
    struct records_job *job;
    struct sight *sight;       /* of that job */
    struct reprice_page *page; /* likewise */
    struct reprice_look seen;
    bool done;
    uint64_t since_ms; /* steady: of the request */
    struct reprice_tally tally;
};

static struct repricing *repricing_of(const struct admin_request *x)
{
    return x->state;
}

static void drop(void *state)
{
    struct repricing *r = state;

    records_job_free(r->job);
    reprice_tally_done(&r->tally);
    prices_unref(r->prices);
}

/* ---- what is asked for --------------------------------------------------- */

static bool take_time(struct admin_request *x, const char *name, bool end,
                      uint64_t *ms)
{
    struct repricing *r = repricing_of(x);
    struct str text;
    char value[SHOWN_MAX];

    return !json_doc_get_str(x->body, name, &text) ||
           when_parse_in(r->ask.zone, text, end, clock_wall_ms(), ms) ||
           REASON_SET(&x->err, TIME_INVALID, name, WHEN_FORMS_IN_ZONE,
                      shown(text, value));
}

/* An empty one may be a name that a script lacks: that does not ask for all. */
static bool take_model(struct admin_request *x)
{
    struct str model;

    if (!json_doc_get_str(x->body, "model", &model))
        return true;
    if (model.len == 0 || model.len > REPRICE_NAME_MAX)
        return REASON_SET(&x->err, REPRICE_MODEL_INVALID, REPRICE_NAME_MAX);
    text_copy(repricing_of(x)->ask.model, REPRICE_NAME_MAX + 1, model);
    return true;
}

static bool take_cursor(struct admin_request *x)
{
    struct str cursor;
    uint64_t after = 0;

    if (json_doc_get_str(x->body, "cursor", &cursor) &&
        !str_to_u64(cursor, INT64_MAX, &after))
        return REASON_SET(&x->err, CURSOR_OF_OTHER);
    repricing_of(x)->ask.after = (int64_t)after;
    return true;
}

static bool take_ask(struct admin_request *x)
{
    struct reprice_ask *ask = &repricing_of(x)->ask;
    bool dry_run = false;

    ask->zone = x->admin->options.zone ? x->admin->options.zone : zone_utc();
    ask->until_ms = clock_wall_ms();
    (void)json_doc_get_bool(x->body, "dry_run", &dry_run);
    ask->writes = !dry_run;
    return take_time(x, "since", false, &ask->since_ms) &&
           take_time(x, "until", true, &ask->until_ms) && take_model(x) &&
           take_cursor(x) &&
           (ask->since_ms < ask->until_ms ||
            REASON_SET(&x->err, SINCE_AFTER_UNTIL));
}

/* ---- what is answered ---------------------------------------------------- */

static struct json_doc *sum_doc(const struct reprice_sum *sum)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_u64(doc, "requests", sum->requests);
    json_doc_set_u64(doc, "changed", sum->changed);
    json_doc_set_u64(doc, "unpriced", sum->unpriced);
    json_doc_set_u64(doc, "cost_microusd_before", sum->before_microusd);
    json_doc_set_u64(doc, "cost_microusd_after", sum->after_microusd);
    return doc;
}

static void add_sums(struct json_doc *doc, const struct reprice_tally *tally)
{
    struct json_doc *rows = json_doc_new_array();
    struct reprice_sum total = { .model = "" };

    for (size_t i = 0; i < tally->count; i++) {
        const struct reprice_sum *sum = &tally->at[i];
        struct json_doc *row = sum_doc(sum);

        json_doc_set_str(row, "model", str_of(sum->model));
        json_doc_add(rows, row);
        total.requests += sum->requests;
        total.changed += sum->changed;
        total.unpriced += sum->unpriced;
        total.before_microusd += sum->before_microusd;
        total.after_microusd += sum->after_microusd;
    }
    json_doc_set(doc, "rows", rows);
    json_doc_set(doc, "total", sum_doc(&total));
}

static void set_time(struct json_doc *doc, const char *member, uint64_t wall_ms)
{
    char text[TEXT_TIME_MAX];

    text_format_time(wall_ms, text);
    json_doc_set_str(doc, member, str_of(text));
}

/* Sums that no bookings are left of. */
static void add_kept(struct json_doc *doc, const struct repricing *r)
{
    uint64_t rows_ms = r->seen.rows_from_ms;
    uint64_t sums_ms = r->seen.sums_from_ms;
    bool older = sums_ms > 0 && (rows_ms == 0 || sums_ms < rows_ms);

    if (older && (rows_ms == 0 || r->ask.since_ms < rows_ms))
        set_time(doc, "kept_since", rows_ms ? rows_ms : r->ask.until_ms);
}

static struct json_doc *answer_doc(const struct repricing *r)
{
    struct json_doc *doc = json_doc_new_object();
    char cursor[24];

    json_doc_set_bool(doc, "dry_run", !r->ask.writes);
    json_doc_set_str(doc, "prices", str_of(prices_version(r->prices)));
    set_time(doc, "since", r->ask.since_ms);
    set_time(doc, "until", r->ask.until_ms);
    add_kept(doc, r);
    add_sums(doc, &r->tally);
    (void)snprintf(cursor, sizeof(cursor), "%lld", (long long)r->ask.after);
    json_doc_set(doc, "next_cursor",
                 r->done ? json_doc_new_null()
                         : json_doc_new_str(str_of(cursor)));
    return doc;
}

static void copy_text(struct json_doc *to, const struct json_doc *from,
                      const char *member)
{
    struct str text;

    if (json_doc_get_str(from, member, &text) && text.len > 0)
        json_doc_set_str(to, member, text);
}

/* What the audit log keeps of it: its sums, and of which bookings they are. */
static void note(struct admin_request *x, const struct json_doc *answer)
{
    static const char *const told[] = { "prices", "since", "until",
                                        "next_cursor" };
    static const char *const asked[] = { "model", "cursor" };
    struct json_doc *after = json_doc_copy(json_doc_get(answer, "total"));

    for (size_t i = 0; i < COUNT_OF(told); i++)
        copy_text(after, answer, told[i]);
    for (size_t i = 0; i < COUNT_OF(asked); i++)
        copy_text(after, x->body, asked[i]);
    json_doc_set_bool(after, "dry_run", !repricing_of(x)->ask.writes);
    audit_after(x->audit, after);
}

static struct flow_next reply(struct admin_request *x)
{
    struct json_doc *doc = answer_doc(repricing_of(x));

    if (repricing_of(x)->ask.writes)
        series_forget(x->admin->series);
    note(x, doc);
    return admin_reply(x, doc);
}

/* ---- the steps ----------------------------------------------------------- */

static struct flow_next paged(struct flow *flow);

static struct flow_next start_page(struct admin_request *x)
{
    struct repricing *r = repricing_of(x);
    struct records_work work = { .run = reprice_page_run,
                                 .drop = reprice_page_free,
                                 .reads = !r->ask.writes,
                                 .later = r->ask.writes,
                                 .patience_ms = RECORDS_PATIENCE_MS };

    r->page = reprice_page_new(&r->ask, r->prices);
    work.arg = r->page;
    r->job = records_start(x->admin->options.records, x->admin->options.loop,
                           &work, admin_wake, x);
    return flow_sleep_then(paged);
}

static bool is_well(struct admin_request *x)
{
    struct repricing *r = repricing_of(x);
    const struct err *err = records_job_error(r->job);

    if (err)
        x->err = *err;
    return !err;
}

static void take_page(struct repricing *r)
{
    reprice_tally_merge(&r->tally, &r->page->tally);
    r->ask.after = r->page->next;
    r->done = r->page->done;
    records_job_free(r->job);
    r->job = NULL;
    r->page = NULL;
}

static struct flow_next paged(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct repricing *r = repricing_of(x);

    if (!records_job_is_done(r->job))
        return flow_sleep_then(paged);
    if (!is_well(x))
        return admin_refuse(x);
    take_page(r);
    if (!r->done && clock_steady_ms() - r->since_ms < SLICE_MS)
        return start_page(x);
    return reply(x);
}

static void drop_sight(void *arg)
{
    struct sight *sight = arg;

    prices_unref(sight->prices);
    mem_free(sight);
}

/* May come again. */
static bool see(struct sql *sql, void *arg, struct err *err)
{
    struct sight *sight = arg;

    prices_unref(sight->prices);
    sight->prices = NULL;
    sight->away = !sight->folder || price_file_is_away(sight->folder);
    sight->failed =
        !sight->away &&
        !price_file_read(sight->folder, &sight->prices, &sight->err);
    return reprice_look_run(sql, &sight->look, err);
}

/* By the table that stayed in force costs would change in a way that nobody asked for. */
static bool are_prices_meant(struct admin_request *x)
{
    const struct sight *sight = repricing_of(x)->sight;
    char complaint[PRICE_COMPLAINT_MAX];

    if (sight->failed)
        price_file_complaint(x->admin->prices, &sight->err, complaint);
    else if (!sight->away ||
             !price_board_complaint(x->admin->prices, complaint))
        return true;
    return REASON_SET(&x->err, PRICES_BROKEN, complaint);
}

/* A file that is not there any more may be away for a moment only, while an editor
   writes another: then its prices are in force still. */
static bool are_prices_built_in(struct admin_request *x)
{
    const char *version = prices_version(repricing_of(x)->prices);
    struct prices *built_in = prices_default();
    bool same = strcmp(version, prices_version(built_in)) == 0;

    prices_unref(built_in);
    return same || REASON_SET(&x->err, PRICES_GONE, version);
}

static bool take_seen(struct admin_request *x)
{
    struct repricing *r = repricing_of(x);
    struct sight *sight = r->sight;

    if (sight->prices) {
        r->prices = sight->prices;
        sight->prices = NULL;
        return true;
    }
    r->prices = price_board_take(x->admin->prices);
    return sight->away || are_prices_built_in(x);
}

/* Whoever was shown what would change gets that, and nothing else. */
static bool are_prices_shown(struct admin_request *x)
{
    const char *version = prices_version(repricing_of(x)->prices);
    struct str told;

    return !json_doc_get_str(x->body, "prices", &told) ||
           str_eq(told, str_of(version)) ||
           REASON_SET(&x->err, PRICES_CHANGED, version);
}

static bool take_prices(struct admin_request *x)
{
    return are_prices_meant(x) && take_seen(x) && are_prices_shown(x);
}

static struct flow_next looked(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct repricing *r = repricing_of(x);

    if (!records_job_is_done(r->job))
        return flow_sleep_then(looked);
    if (!is_well(x) || !take_prices(x))
        return admin_refuse(x);
    r->seen = r->sight->look;
    records_job_free(r->job);
    r->job = NULL;
    r->sight = NULL;
    return start_page(x);
}

static struct flow_next start(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct repricing *r = repricing_of(x);
    struct records_work work = { .run = see,
                                 .drop = drop_sight,
                                 .reads = true,
                                 .patience_ms = RECORDS_PATIENCE_MS };

    if (!take_ask(x))
        return admin_refuse(x);
    r->since_ms = clock_steady_ms();
    r->sight = MEM_NEW(struct sight);
    if (x->admin->options.prices)
        r->sight->folder = x->admin->options.config->data_dir.at;
    work.arg = r->sight;
    r->job = records_start(x->admin->options.records, x->admin->options.loop,
                           &work, admin_wake, x);
    return flow_sleep_then(looked);
}

/* ---- the endpoint -------------------------------------------------------- */

#define SUM_MEMBERS                                                            \
    { "requests", ADMIN_NUMBER, ADMIN_REQUIRED,                                \
      "bookings that used something", NULL },                                  \
        { "changed", ADMIN_NUMBER, ADMIN_REQUIRED,                             \
          "how many of them have another cost now", NULL },                    \
        { "unpriced", ADMIN_NUMBER, ADMIN_REQUIRED,                            \
          "how many have none still: their model has no price", NULL },        \
        { "cost_microusd_before", ADMIN_NUMBER, ADMIN_REQUIRED,                \
          "what they cost before; 0 for what was not known", NULL },           \
    {                                                                          \
        "cost_microusd_after", ADMIN_NUMBER, ADMIN_REQUIRED,                   \
            "what they cost now, or would", NULL                               \
    }

static const struct admin_member body_members[] = {
    { "since", ADMIN_TEXT, ADMIN_REQUIRED,
      "that ended from then on: " WHEN_FORMS_IN_ZONE, NULL },
    { "until", ADMIN_TEXT, 0, "and before that; now, without it", NULL },
    { "model", ADMIN_TEXT, 0, "of these models: an id, or a pattern with *",
      NULL },
    { "dry_run", ADMIN_BOOL, 0, "true: nothing is written", NULL },
    { "prices", ADMIN_TEXT, 0,
      "the version that an answer told: by no other is anything written (409)",
      NULL },
    { "cursor", ADMIN_TEXT, 0,
      "next_cursor of the answer before, to go on; with the same since, until "
      "and model",
      NULL },
    ADMIN_END,
};
static const struct admin_member row_members[] = {
    { "model", ADMIN_TEXT, ADMIN_REQUIRED, "empty: not known", NULL },
    SUM_MEMBERS,
    ADMIN_END,
};
static const struct admin_member rows_members[] = {
    { .type = ADMIN_OBJECT, .text = "of a model", .members = row_members },
    ADMIN_END,
};
static const struct admin_member total_members[] = { SUM_MEMBERS, ADMIN_END };
static const struct admin_member answer_members[] = {
    { "dry_run", ADMIN_BOOL, ADMIN_REQUIRED, "true: nothing was written",
      NULL },
    { "prices", ADMIN_TEXT, ADMIN_REQUIRED, "the version of the table", NULL },
    { "since", ADMIN_TEXT, ADMIN_REQUIRED, "as a time", NULL },
    { "until", ADMIN_TEXT, ADMIN_REQUIRED, "as a time", NULL },
    { "kept_since", ADMIN_TEXT, 0,
      "if there are sums of older bookings: from when on bookings are kept "
      "one by one; the sums before it stay as they are",
      NULL },
    { "rows", ADMIN_LIST, ADMIN_REQUIRED,
      "by model, as far as this answer went", rows_members },
    { "total", ADMIN_OBJECT, ADMIN_REQUIRED, "of them all", total_members },
    { "next_cursor", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "if there is more to do: for the next request", NULL },
    ADMIN_END,
};

const struct admin_endpoint reprice_routes_post = {
    .first = start,
    .state_size = sizeof(struct repricing),
    .drop = drop,
    .body_max = ADMIN_BODY,
    .tag = "usage",
    .summary = "Price bookings again, by the present prices; limits are not "
               "changed",
    .body = body_members,
    .answer = answer_members,
    .action = "usage.reprice",
};
