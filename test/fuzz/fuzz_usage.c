// SPDX-License-Identifier: MIT
/* Parameters of questions about usage and requests.  What must hold, whatever they are:
   a question that is taken can be asked (its time goes forward, its numbers are in
   their bounds), and one that is not says why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/usage_params.h"
#include "admin/usage_routes.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(claim) ((claim) ? (void)0 : must_failed(#claim, __LINE__))

static void must_failed(const char *claim, int line)
{
    (void)dprintf(2, "fuzz_usage.c:%d: does not hold: %s\n", line, claim);
    abort();
}

static void check_filter(const struct ask_filter *filter)
{
    struct sql_value values[ASK_FILTER_VALUES];
    struct ask_span spans[ASK_SPANS_MAX];

    MUST(filter->since_ms < filter->until_ms);
    MUST(filter->key_id <= INT64_MAX && filter->group_id <= INT64_MAX);
    ask_filter_bind(filter, values);
    MUST(ask_span_cut(filter->since_ms, filter->until_ms, zone_utc(), spans) >
         0);
}

static void check_sums(const struct usage_params *params)
{
    struct err err = { .code = ERR_INTERNAL };
    struct ask ask;

    if (!usage_params_sums(params, &ask, &err)) {
        MUST(err.code == ERR_BAD_REQUEST && err.text[0]);
        return;
    }
    MUST(ask.by < ASK_BYS);
    MUST(ask.limit <= USAGE_ROWS_MAX && ask.skip <= USAGE_ROWS_MAX);
    check_filter(&ask.filter);
}

static void check_cursor(const struct ask_cursor *cursor)
{
    char text[ASK_CURSOR_MAX];
    struct ask_cursor again;

    ask_cursor_write(cursor, text);
    MUST(ask_cursor_read(str_of(text), &again));
    MUST(again.hour_s == cursor->hour_s && again.number == cursor->number);
}

static void check_requests(const struct usage_params *params)
{
    struct err err = { .code = ERR_INTERNAL };
    struct ask_requests ask;

    if (!usage_params_requests(params, &ask, &err)) {
        MUST(err.code == ERR_BAD_REQUEST && err.text[0]);
        return;
    }
    MUST(ask.limit > 0 && ask.limit <= ASK_REQUESTS_MAX);
    MUST(ask.status_min <= ask.status_max && ask.status_max < 1000);
    MUST(ask.end < RECORD_ENDS);
    MUST(!ask.by_id || ask.tail >> 44 == 0);
    if (ask.goes_on)
        check_cursor(&ask.after);
    check_filter(&ask.filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *query = mem_strndup((const char *)data, size);
    struct arena *arena = arena_new();
    const struct usage_params params = { .arena = arena,
                                         .query = { query, size },
                                         .zone = zone_utc(),
                                         .now_ms = 1795996800000u };
    struct err err;
    bool csv;

    if (admin_check_query(&usage_routes_sums, params.query, &err))
        check_sums(&params);
    if (admin_check_query(&usage_routes_requests, params.query, &err))
        check_requests(&params);
    check_sums(&params);
    check_requests(&params);
    (void)usage_params_csv(&params, &csv, &err);
    arena_free(arena);
    mem_free(query);
    return 0;
}
