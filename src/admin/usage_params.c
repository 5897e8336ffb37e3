// SPDX-License-Identifier: MIT
/* Parameters become questions. */
#include "admin/usage_params.h"

#include <string.h>

#include "base/reason.h"
#include "base/shown.h"
#include "base/when.h"
#include "http/request_id.h"
#include "http/url.h"

#define PAGE_DEFAULT 50

static bool get(const struct usage_params *params, const char *name,
                struct str *value)
{
    return url_query_get(params->arena, params->query, str_of(name), value);
}

/* An empty one has an address: it asks for what has none. */
static void take_text(const struct usage_params *params, const char *name,
                      struct str *text)
{
    struct str value;

    if (get(params, name, &value))
        *text = value.len > 0 ? value : STR_EMPTY;
}

static bool take_number(const struct usage_params *params, const char *name,
                        uint64_t max, uint64_t *number, struct err *err)
{
    struct str value;

    return !get(params, name, &value) || str_to_u64(value, max, number) ||
           REASON_SET(err, NUMBER_TOO_LARGE, name, (unsigned long long)max);
}

/* ---- what both have ------------------------------------------------------ */

struct end {
    const char *name;
    bool is_until;
    uint64_t *ms;
};

static bool take_time(const struct usage_params *params, const struct end *end,
                      struct err *err)
{
    struct str value;
    char text[SHOWN_MAX];

    if (!get(params, end->name, &value))
        return true;
    if (!when_parse_in(params->zone, value, end->is_until, params->now_ms,
                       end->ms))
        return REASON_SET(err, TIME_INVALID, end->name, WHEN_FORMS_IN_ZONE,
                          shown(value, text));
    return true;
}

static bool take_times(const struct usage_params *params,
                       struct ask_filter *filter, struct err *err)
{
    const struct end ends[] = { { "since", false, &filter->since_ms },
                                { "until", true, &filter->until_ms } };

    filter->until_ms = ASK_NO_END;
    return take_time(params, &ends[0], err) &&
           take_time(params, &ends[1], err) && ask_filter_fits(filter, err);
}

/* A name has not only digits, so they are an id. */
static void take_named(const struct usage_params *params, const char *name,
                       struct str *text, uint64_t *id)
{
    take_text(params, name, text);
    if (!ask_has(*text) || !str_to_u64(*text, INT64_MAX, id) || *id == 0)
        return;
    *text = (struct str){ .at = NULL };
}

static void take_others(const struct usage_params *params,
                        struct ask_others *others)
{
    take_named(params, "not_key", &others->key, &others->key_id);
    take_named(params, "not_group", &others->group, &others->group_id);
    take_text(params, "not_owner", &others->owner);
    take_text(params, "not_account", &others->account);
    take_text(params, "not_model", &others->model);
}

static bool take_filter(const struct usage_params *params,
                        struct ask_filter *filter, struct err *err)
{
    *filter = (struct ask_filter){ .since_ms = 0 };
    take_named(params, "key", &filter->key, &filter->key_id);
    take_named(params, "group", &filter->group, &filter->group_id);
    take_text(params, "owner", &filter->owner);
    take_text(params, "account", &filter->account);
    take_text(params, "model", &filter->model);
    take_text(params, "session", &filter->session);
    take_others(params, &filter->others);
    return take_times(params, filter, err);
}

bool usage_params_csv(const struct usage_params *params, bool *csv,
                      struct err *err)
{
    struct str value = STR("json");

    (void)get(params, "format", &value);
    *csv = str_eq(value, STR("csv"));
    return *csv || str_eq(value, STR("json")) ||
           REASON_SET(err, FORMAT_UNKNOWN);
}

/* ---- sums ---------------------------------------------------------------- */

static bool take_by(const struct usage_params *params, enum ask_by *by,
                    struct err *err)
{
    struct str value = STR("key");
    char text[SHOWN_MAX];

    (void)get(params, "by", &value);
    *by = ask_by_of(value);
    return *by < ASK_BYS || REASON_SET(err, BY_UNKNOWN, shown(value, text));
}

bool usage_params_sums(const struct usage_params *params, struct ask *ask,
                       struct err *err)
{
    *ask = (struct ask){ .zone = params->zone,
                         .now_ms = params->now_ms,
                         .step_ms = ASK_STEP_MS };
    take_text(params, "since", &ask->since);
    take_text(params, "until", &ask->until);
    return take_by(params, &ask->by, err) &&
           take_filter(params, &ask->filter, err) &&
           take_number(params, "limit", USAGE_ROWS_MAX, &ask->limit, err) &&
           take_number(params, "offset", USAGE_ROWS_MAX, &ask->skip, err) &&
           take_number(params, "last", USAGE_ROWS_MAX, &ask->last, err) &&
           (ask->last == 0 || (ask->limit == 0 && ask->skip == 0) ||
            err_set(err, ERR_BAD_REQUEST,
                    "last does not go with limit and offset")) &&
           ask_is_possible(ask, err);
}

/* ---- requests ------------------------------------------------------------ */

/* "429", or "4xx". */
static bool take_status(const struct usage_params *params,
                        struct ask_requests *ask, struct err *err)
{
    struct str value;
    uint64_t number;

    if (!get(params, "status", &value))
        return true;
    if (value.len == 3 && str_eq(str_from(value, 1), STR("xx")) &&
        value.at[0] >= '1' && value.at[0] <= '9') {
        ask->status_min = 100 * (unsigned)(value.at[0] - '0');
        ask->status_max = ask->status_min + 99;
        return true;
    }
    if (!str_to_u64(value, 999, &number) || number < 100)
        return REASON_SET(err, STATUS_INVALID);
    ask->status_min = (unsigned)number;
    ask->status_max = (unsigned)number;
    return true;
}

static bool take_end(const struct usage_params *params, const char *name,
                     enum record_end *end, struct err *err)
{
    struct str value;

    if (!get(params, name, &value))
        return true;
    *end = record_end_of(value);
    return (*end != RECORD_ENDS && *end != RECORD_RUNNING) ||
           REASON_SET(err, END_UNKNOWN, name);
}

static bool take_flag(const struct usage_params *params, const char *name,
                      enum ask_flag *flag, struct err *err)
{
    struct str value;

    if (!get(params, name, &value))
        return true;
    *flag = str_eq(value, STR("true")) ? ASK_WITH : ASK_WITHOUT;
    return *flag == ASK_WITH || str_eq(value, STR("false")) ||
           REASON_SET(err, MEMBER_NOT_BOOLEAN, name);
}

static bool take_id(const struct usage_params *params, struct ask_requests *ask,
                    struct err *err)
{
    struct str value;

    if (!get(params, "id", &value))
        return true;
    ask->by_id = request_id_read(value, &ask->began_ms, &ask->tail);
    return ask->by_id || REASON_SET(err, REQUEST_ID_INVALID);
}

static bool take_cursor(const struct usage_params *params,
                        struct ask_requests *ask, struct err *err)
{
    struct str value;

    if (params->own_cursor || !get(params, "cursor", &value))
        return true;
    ask->goes_on = ask_cursor_read(value, &ask->after);
    return ask->goes_on || REASON_SET(err, CURSOR_UNKNOWN);
}

/* A page of JSON; CSV has as many pages as it takes. */
bool usage_params_rows(const struct usage_params *params, uint64_t *rows,
                       struct err *err)
{
    bool csv;

    if (!usage_params_csv(params, &csv, err))
        return false;
    *rows = csv ? UINT64_MAX : PAGE_DEFAULT;
    return take_number(params, "limit", csv ? UINT64_MAX : ASK_REQUESTS_MAX,
                       rows, err) &&
           (*rows > 0 || REASON_SET(err, REQUESTS_LIMIT, ASK_REQUESTS_MAX));
}

static bool take_page(const struct usage_params *params,
                      struct ask_requests *ask, struct err *err)
{
    uint64_t rows;

    if (!usage_params_rows(params, &rows, err) ||
        !take_cursor(params, ask, err))
        return false;
    ask->limit = rows < ASK_REQUESTS_MAX ? (size_t)rows : ASK_REQUESTS_MAX;
    return true;
}

bool usage_params_requests(const struct usage_params *params,
                           struct ask_requests *ask, struct err *err)
{
    *ask = (struct ask_requests){ .patience_ms = ASK_REQUESTS_PATIENCE_MS };
    take_text(params, "endpoint", &ask->endpoint);
    take_text(params, "upstream_id", &ask->upstream_id);
    take_text(params, "client_id", &ask->client_id);
    return take_filter(params, &ask->filter, err) &&
           take_status(params, ask, err) &&
           take_end(params, "end", &ask->end, err) &&
           take_end(params, "not_end", &ask->end_not, err) &&
           take_id(params, ask, err) &&
           take_flag(params, "partial", &ask->partial, err) &&
           take_flag(params, "unpriced", &ask->unpriced, err) &&
           take_number(params, "min_cost_microusd", INT64_MAX,
                       &ask->cost_min_microusd, err) &&
           take_number(params, "min_duration_ms", INT64_MAX,
                       &ask->duration_min_ms, err) &&
           take_page(params, ask, err);
}
