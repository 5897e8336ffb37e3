// SPDX-License-Identifier: MIT
/* Usage over HTTP: asked on the records' thread, written while the client reads. */
#include "admin/usage_routes.h"

#include "admin/usage_ask.h"
#include "admin/usage_query.h"
#include "admin/usage_text.h"
#include "base/text.h"

/* By whether it is CSV. */
#define FORMS(json, csv)                                                       \
    {                                                                          \
        { { "application/json", sizeof("application/json") - 1 }, json },      \
        {                                                                      \
            { "text/csv; charset=utf-8",                                       \
              sizeof("text/csv; charset=utf-8") - 1 },                         \
                csv                                                            \
        }                                                                      \
    }

/* So much of a part is written, and then a row more. */
#define PART_FULL (24u * 1024)

static struct usage_asking *asking_of(const struct admin_request *x)
{
    return x->state;
}

/* ---- sums ---------------------------------------------------------------- */

static bool run_sums(struct sql *sql, void *arg, struct err *err)
{
    struct usage_ask *ask = arg;

    return ask_step(sql, ask->asking, &ask->answer, err);
}

static enum admin_part write_sums(struct admin_request *x, struct buf *out)
{
    struct usage_asking *asking = asking_of(x);
    const struct ask_answer *answer = &asking->ask->answer;
    enum ask_by by = asking->ask->sums.by;

    if (!asking->begun)
        buf_add(out, STR("{\"rows\":[\n"));
    asking->begun = true;
    while (asking->next < answer->count && out->len < PART_FULL) {
        buf_add(out, asking->next ? STR(",\n") : STR_EMPTY);
        usage_text_row(out, by, &answer->rows[asking->next++]);
    }
    if (asking->next < answer->count)
        return ADMIN_PART_MORE;
    buf_add(out, STR("\n],\"total\":"));
    usage_text_total(out, answer->total);
    buf_add(out, STR("}"));
    return ADMIN_PART_LAST;
}

static enum admin_part write_sums_csv(struct admin_request *x, struct buf *out)
{
    struct usage_asking *asking = asking_of(x);
    const struct ask_answer *answer = &asking->ask->answer;
    enum ask_by by = asking->ask->sums.by;

    if (!asking->begun)
        usage_text_csv_head(out, by);
    asking->begun = true;
    while (asking->next < answer->count && out->len < PART_FULL)
        usage_text_csv_row(out, by, &answer->rows[asking->next++]);
    return asking->next < answer->count ? ADMIN_PART_MORE : ADMIN_PART_LAST;
}

static struct flow_next answer_sums(struct flow *flow)
{
    static const struct admin_parts forms[] = FORMS(write_sums, write_sums_csv);
    struct admin_request *x = admin_request_of(flow);

    if (!records_job_is_done(asking_of(x)->job))
        return flow_sleep_then(answer_sums);
    if (!records_job_error(asking_of(x)->job) &&
        !asking_of(x)->ask->answer.done) {
        usage_asking_go_on(x, run_sums);
        return flow_sleep_then(answer_sums);
    }
    return usage_asking_went_well(x)
               ? admin_reply_parts(x, &forms[asking_of(x)->csv])
               : admin_refuse(x);
}

struct flow_next usage_routes_begin_sums(struct admin_request *x)
{
    struct usage_ask *ask = asking_of(x)->ask;

    ask->asking = ask_new(&ask->sums);
    usage_asking_start(x, run_sums);
    return flow_sleep_then(answer_sums);
}

static struct flow_next ask_sums(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct usage_ask *ask = usage_asking_new(x);

    if (!ask || !usage_params_csv(&ask->params, &asking_of(x)->csv, &x->err) ||
        !usage_params_sums(&ask->params, &ask->sums, &x->err))
        return admin_refuse(x);
    usage_asking_look_for_account(x, &ask->sums.filter);
    return usage_routes_begin_sums(x);
}

/* ---- requests ------------------------------------------------------------ */

bool usage_routes_run_requests(struct sql *sql, void *arg, struct err *err)
{
    struct usage_ask *ask = arg;

    ask_found_done(&ask->found);
    return ask_requests_run(sql, &ask->requests, &ask->found, err);
}

static void add_end(struct buf *out, const struct ask_found *found)
{
    char cursor[ASK_CURSOR_MAX];
    char time[TEXT_TIME_MAX];

    ask_cursor_write(&found->next, cursor);
    text_format_time(found->searched_back_ms, time);
    if (found->more)
        buf_printf(out, "],\"next_cursor\":\"%s\",\"searched_back_to\":\"%s\"}",
                   cursor, time);
    else
        buf_add(out, STR("],\"next_cursor\":null,\"searched_back_to\":null}"));
}

static enum admin_part write_requests(struct admin_request *x, struct buf *out)
{
    struct usage_asking *asking = asking_of(x);
    const struct ask_found *found = &asking->ask->found;

    if (!asking->begun)
        buf_add(out, STR("{\"requests\":["));
    asking->begun = true;
    while (asking->next < found->count && out->len < PART_FULL) {
        buf_add(out, asking->next ? STR(",") : STR_EMPTY);
        usage_text_booking(out, &found->rows[asking->next++]);
    }
    if (asking->next < found->count)
        return ADMIN_PART_MORE;
    add_end(out, found);
    return ADMIN_PART_LAST;
}

/* The page after `after`, whose questions were found to be right before, or the first. */
static bool ask_page(struct admin_request *x, const struct ask_cursor *after)
{
    struct usage_ask *ask;
    struct ask_cursor cursor = after ? *after : (struct ask_cursor){ 0 };

    ask = usage_asking_new(x);
    if (!ask || !usage_params_csv(&ask->params, &asking_of(x)->csv, &x->err) ||
        !usage_params_requests(&ask->params, &ask->requests, &x->err))
        return false;
    if (!after &&
        !usage_params_rows(&ask->params, &asking_of(x)->left, &x->err))
        return false;
    if (after) {
        ask->requests.goes_on = true;
        ask->requests.after = cursor;
    }
    if (ask->requests.limit > asking_of(x)->left)
        ask->requests.limit = (size_t)asking_of(x)->left;
    usage_asking_look_for_account(x, &ask->requests.filter);
    usage_asking_start(x, usage_routes_run_requests);
    return true;
}

/* Page after page, until there are as many rows as are wanted, or no more. */
static enum admin_part end_page(struct admin_request *x)
{
    struct usage_asking *asking = asking_of(x);
    const struct ask_found *found = &asking->ask->found;

    asking->left -= asking->next;
    if (!found->more || asking->left == 0)
        return ADMIN_PART_LAST;
    return ask_page(x, &found->next) ? ADMIN_PART_WAIT : ADMIN_PART_BROKEN;
}

static enum admin_part write_requests_csv(struct admin_request *x,
                                          struct buf *out)
{
    struct usage_asking *asking = asking_of(x);
    const struct ask_found *found = &asking->ask->found;

    if (!records_job_is_done(asking->job))
        return ADMIN_PART_WAIT;
    if (!usage_asking_went_well(x))
        return ADMIN_PART_BROKEN;
    if (!asking->begun)
        usage_text_csv_bookings_head(out);
    asking->begun = true;
    while (asking->next < found->count && out->len < PART_FULL)
        usage_text_csv_booking(out, &found->rows[asking->next++]);
    return asking->next < found->count ? ADMIN_PART_MORE : end_page(x);
}

static struct flow_next answer_requests(struct flow *flow)
{
    static const struct admin_parts forms[] =
        FORMS(write_requests, write_requests_csv);
    struct admin_request *x = admin_request_of(flow);

    if (!records_job_is_done(asking_of(x)->job))
        return flow_sleep_then(answer_requests);
    return usage_asking_went_well(x)
               ? admin_reply_parts(x, &forms[asking_of(x)->csv])
               : admin_refuse(x);
}

static struct flow_next ask_requests(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    return ask_page(x, NULL) ? flow_sleep_then(answer_requests)
                             : admin_refuse(x);
}

/* ---- the endpoints ------------------------------------------------------- */

#define FILTERS                                                                \
    USAGE_QUERY_SPAN,                                                          \
        { "key", ADMIN_TEXT, 0,                                                \
          "id, or name that it has or once had; empty, here and below: those " \
          "without one",                                                       \
          NULL },                                                              \
        { "group", ADMIN_TEXT, 0, "the same", NULL },                          \
        { "owner", ADMIN_TEXT, 0, "as it was then", NULL },                    \
        { "account", ADMIN_TEXT, 0, "name", NULL }, USAGE_QUERY_MODEL,         \
        USAGE_QUERY_SESSION,                                                   \
        { "not_key", ADMIN_TEXT, 0,                                            \
          "all but those of that key; so, here and below, as without not_",    \
          NULL },                                                              \
        { "not_group", ADMIN_TEXT, 0, "the same", NULL },                      \
        { "not_owner", ADMIN_TEXT, 0, "the same", NULL },                      \
        { "not_account", ADMIN_TEXT, 0, "the same", NULL },                    \
        { "not_model", ADMIN_TEXT, 0, "the same", NULL },                      \
    {                                                                          \
        "format", ADMIN_TEXT, 0, "json, or csv (text/csv)", NULL               \
    }

static const struct admin_member sums_query[] = {
    { "by", ADMIN_TEXT, 0,
      "key (without it), group, owner, account, model, day, hour or session",
      NULL },
    FILTERS,
    { "limit", ADMIN_NUMBER, 0, "how many rows at most; 0 or without it: all",
      NULL },
    { "offset", ADMIN_NUMBER, 0, "how many rows in front are left out", NULL },
    { "last", ADMIN_NUMBER, 0,
      "only so many rows at the end, as of days the newest; not with limit and "
      "offset",
      NULL },
    ADMIN_END,
};

static const struct admin_member requests_query[] = {
    FILTERS,
    USAGE_QUERY_STATUS,
    USAGE_QUERY_END,
    { "not_end", ADMIN_TEXT, 0, "all but those that ended so", NULL },
    { "endpoint", ADMIN_TEXT, 0, "as /v1/messages", NULL },
    { "id", ADMIN_TEXT, 0, "the relay's own: req_relay_...", NULL },
    { "upstream_id", ADMIN_TEXT, 0, "the upstream's request-id", NULL },
    { "client_id", ADMIN_TEXT, 0, "the client's own x-request-id", NULL },
    { "partial", ADMIN_BOOL, 0,
      "true: more may have been used than is known; false: all others", NULL },
    { "unpriced", ADMIN_BOOL, 0,
      "true: cost_microusd is null, for want of a price or because it is not "
      "known what was used; false: all others",
      NULL },
    { "min_cost_microusd", ADMIN_NUMBER, 0, "cost at least so much", NULL },
    { "min_duration_ms", ADMIN_NUMBER, 0, "took at least so long", NULL },
    { "limit", ADMIN_NUMBER, 0,
      "how many at most, from 1 to 1000, 50 without it; of csv any number, all "
      "without it",
      NULL },
    USAGE_QUERY_CURSOR,
    ADMIN_END,
};
static const struct admin_member one_request[] = {
    { .type = ADMIN_OBJECT,
      .text = "a booking",
      .members = usage_text_booking_members },
    ADMIN_END,
};
static const struct admin_member requests_answer[] = {
    { "requests", ADMIN_LIST, ADMIN_REQUIRED, "the newest first", one_request },
    { "next_cursor", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of the next page, which may be empty; null: this was the last", NULL },
    { "searched_back_to", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "with next_cursor: the time down to which was looked; a page comes after "
      "300 ms, with what was found by then",
      NULL },
    ADMIN_END,
};

#define ASKING                                                                 \
    .tag = "usage", .state_size = sizeof(struct usage_asking),                 \
    .drop = usage_asking_drop

const struct admin_endpoint usage_routes_sums = {
    ASKING,
    .first = ask_sums,
    .summary = "What was used and what it cost, by key, day and so on",
    .query = sums_query,
    .answer = usage_text_sums_members,
};
const struct admin_endpoint usage_routes_requests = {
    ASKING,
    .first = ask_requests,
    .summary = "The last requests, with all that was booked of each",
    .query = requests_query,
    .answer = requests_answer,
};
