// SPDX-License-Identifier: MIT
/* Accounts for people. */
#include "app/account_table.h"

#include <stdio.h>

#include "app/columns.h"
#include "app/usage_table.h"
#include "base/text.h"

#define CELL_MAX 1024
#define COST_DECIMALS 2
/* A figure that is older says so. */
#define FRESH_MS 600000u
/* Of one that is used less nothing is said: an API key has four. */
#define SHOWN_PPM 10000u

/* ---- times --------------------------------------------------------------- */

/* "3d 4h", "2h 5m", "40s": of what is left of two units. */
static void add_span(struct buf *out, uint64_t span_ms)
{
    static const struct {
        uint64_t s;
        char unit;
    } units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
    uint64_t span_s = span_ms / 1000;
    size_t i = 0;

    while (i < COUNT_OF(units) - 1 && span_s < units[i].s)
        i++;
    buf_printf(out, "%llu%c", (unsigned long long)(span_s / units[i].s),
               units[i].unit);
    if (i < 2 && span_s % units[i].s / units[i + 1].s > 0)
        buf_printf(out, " %llu%c",
                   (unsigned long long)(span_s % units[i].s / units[i + 1].s),
                   units[i + 1].unit);
}

/* 0: it is not there, or no time. */
static uint64_t time_of(const struct json_doc *doc, const char *member)
{
    struct str text;
    uint64_t at_ms = 0;

    return json_doc_get_str(doc, member, &text) && text_parse_time(text, &at_ms)
               ? at_ms
               : 0;
}

/* ---- cells --------------------------------------------------------------- */

struct account_row {
    const struct json_doc *doc;
    uint64_t now_ms;
};

static struct str text_of(const struct json_doc *doc, const char *member)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(doc, member, &text);
    return text;
}

static void add_name(struct buf *out, const struct account_row *row)
{
    buf_add(out, text_of(row->doc, "account"));
}

static void add_kind(struct buf *out, const struct account_row *row)
{
    buf_add(out, text_of(row->doc, "kind"));
}

static void add_state(struct buf *out, const struct account_row *row)
{
    uint64_t until_ms = time_of(row->doc, "until");

    buf_add(out, text_of(row->doc, "state"));
    if (until_ms <= row->now_ms)
        return;
    buf_add(out, STR(" for "));
    add_span(out, until_ms - row->now_ms);
}

/* Nothing is known of one that has begun anew since. */
static bool is_known(const struct json_doc *window, uint64_t now_ms,
                     uint64_t *used_ppm)
{
    uint64_t resets_ms = time_of(window, "resets_at");

    return json_doc_get_u64(window, "used_ppm", used_ppm) &&
           (resets_ms == 0 || resets_ms > now_ms);
}

/* "5h 42% (2h 5m left)". */
static void add_window(struct buf *out, const struct json_doc *window,
                       uint64_t used_ppm, uint64_t now_ms)
{
    uint64_t resets_ms = time_of(window, "resets_at");
    uint64_t seen_ms = time_of(window, "seen_at");

    buf_printf(out, "%s" STR_FMT " %llu%%", out->len > 0 ? ", " : "",
               STR_ARG(text_of(window, "name")),
               (unsigned long long)(used_ppm / 10000));
    if (resets_ms > 0) {
        buf_add(out, STR(" ("));
        add_span(out, resets_ms - now_ms);
        buf_add(out, STR(" left)"));
    }
    if (seen_ms + FRESH_MS < now_ms) {
        buf_add(out, STR(" "));
        add_span(out, now_ms - seen_ms);
        buf_add(out, STR(" ago"));
    }
}

static void add_limits(struct buf *out, const struct account_row *row)
{
    const struct json_doc *windows = json_doc_get(row->doc, "windows");
    bool known = false;

    for (size_t i = 0; i < json_doc_count(windows); i++) {
        const struct json_doc *window = json_doc_at(windows, i);
        uint64_t used_ppm;

        if (!is_known(window, row->now_ms, &used_ppm))
            continue;
        known = true;
        if (used_ppm >= SHOWN_PPM)
            add_window(out, window, used_ppm, row->now_ms);
    }
    if (out->len == 0)
        buf_add(out, known ? STR("under 1%") : STR("-"));
}

static void add_requests(struct buf *out, const struct account_row *row)
{
    uint64_t requests;

    if (json_doc_get_u64(json_doc_get(row->doc, "today"), "requests",
                         &requests))
        usage_table_add_number(out, requests);
    else
        buf_add(out, STR("-"));
}

static void add_cost(struct buf *out, const struct account_row *row)
{
    uint64_t microusd;

    if (json_doc_get_u64(json_doc_get(row->doc, "today"), "cost_microusd",
                         &microusd))
        usage_table_add_dollars(out, microusd, COST_DECIMALS);
    else
        buf_add(out, STR("-"));
}

/* Of one whose file cannot be read nobody knows when. */
static void add_token(struct buf *out, const struct account_row *row)
{
    struct str until = STR("never expires");
    bool enabled = false;
    bool valid = false;

    (void)json_doc_get_bool(row->doc, "enabled", &enabled);
    (void)json_doc_get_bool(row->doc, "is_valid", &valid);
    if (!json_doc_get_str(row->doc, "expires_at", &until) && enabled && !valid)
        until = STR("unknown");
    buf_add(out, until);
}

/* ---- the table ----------------------------------------------------------- */

/* Places of columns, from 1. */
enum place {
    PLACE_NAME = 1,
    PLACE_KIND,
    PLACE_STATE,
    PLACE_LIMITS,
    PLACE_REQUESTS,
    PLACE_COST,
    PLACE_TOKEN,
};
#define SIDES "llllrrl"

static const struct {
    const char *title;
    void (*add)(struct buf *out, const struct account_row *row);
} cells[] = {
    { "ACCOUNT", add_name },      { "KIND", add_kind },
    { "STATE", add_state },       { "LIMITS USED", add_limits },
    { "TODAY", add_requests },    { "COST", add_cost },
    { "TOKEN UNTIL", add_token },
};

static void add_row(struct columns *columns, const struct account_row *row)
{
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        struct buf cell;

        buf_init(&cell, CELL_MAX);
        if (row->doc)
            cells[i].add(&cell, row);
        else
            buf_add(&cell, str_of(cells[i].title));
        columns_add(columns, buf_str(&cell));
        buf_done(&cell);
    }
}

/* What tells least goes first. */
static void fit(struct columns *columns, size_t width)
{
    static const struct columns_step steps[] = {
        { { PLACE_TOKEN }, 0 },    { { PLACE_KIND }, 0 }, { { PLACE_COST }, 0 },
        { { PLACE_REQUESTS }, 0 }, { { 0 }, 0 },
    };
    static const struct columns_cut cuts[] = {
        { PLACE_LIMITS - 1, 12 },
        { PLACE_NAME - 1, 12 },
        { 0, 0 },
    };

    if (width > 0)
        columns_fit(columns, width, &(struct columns_fit){ steps, cuts });
}

void account_table_add(struct buf *out, const struct account_table *table,
                       const struct json_doc *list)
{
    struct columns columns;

    columns_begin(&columns, SIDES);
    add_row(&columns, &(struct account_row){ .doc = NULL });
    for (size_t i = 0; i < json_doc_count(list); i++)
        add_row(&columns,
                &(struct account_row){ json_doc_at(list, i), table->now_ms });
    fit(&columns, table->width);
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}

/* ---- below it ------------------------------------------------------------ */

/* Whose it is: some texts begin with that themselves. */
static void add_whose(struct buf *out, struct str name, struct str problem)
{
    char own[CELL_MAX];

    (void)snprintf(own, sizeof(own), "account \"" STR_FMT "\"", STR_ARG(name));
    if (!str_starts(problem, str_of(own)))
        buf_printf(out, STR_FMT ": ", STR_ARG(name));
}

static void add_note(struct buf *out, const struct json_doc *account)
{
    struct str why = text_of(account, "why");
    struct str problem = text_of(account, "problem");

    if (why.len > 0)
        buf_printf(out, STR_FMT ": " STR_FMT "\n",
                   STR_ARG(text_of(account, "account")), STR_ARG(why));
    if (problem.len == 0)
        return;
    add_whose(out, text_of(account, "account"), problem);
    buf_printf(out, STR_FMT "\n", STR_ARG(problem));
}

/* Of models that rest alone. */
static void add_families(struct buf *out, const struct account_table *table,
                         const struct json_doc *account)
{
    const struct json_doc *families = json_doc_get(account, "families");

    for (size_t i = 0; i < json_doc_count(families); i++) {
        const struct json_doc *family = json_doc_at(families, i);
        uint64_t until_ms = time_of(family, "until");

        if (until_ms <= table->now_ms)
            continue;
        buf_printf(out, STR_FMT ": its " STR_FMT " models are paused for ",
                   STR_ARG(text_of(account, "account")),
                   STR_ARG(text_of(family, "family")));
        add_span(out, until_ms - table->now_ms);
        buf_printf(out, ": " STR_FMT "\n", STR_ARG(text_of(family, "why")));
    }
}

static void add_forecast(struct buf *out, const struct account_table *table,
                         const struct json_doc *account)
{
    const struct json_doc *windows = json_doc_get(account, "windows");

    for (size_t i = 0; i < json_doc_count(windows); i++) {
        const struct json_doc *window = json_doc_at(windows, i);
        uint64_t out_ms = time_of(window, "runs_out_at");

        if (out_ms <= table->now_ms)
            continue;
        buf_printf(out,
                   STR_FMT ": at this rate its limit " STR_FMT
                           " is used up in ",
                   STR_ARG(text_of(account, "account")),
                   STR_ARG(text_of(window, "name")));
        add_span(out, out_ms - table->now_ms);
        buf_add(out, STR("\n"));
    }
}

void account_table_add_notes(struct buf *out, const struct account_table *table,
                             const struct json_doc *list)
{
    for (size_t i = 0; i < json_doc_count(list); i++) {
        add_note(out, json_doc_at(list, i));
        add_families(out, table, json_doc_at(list, i));
        add_forecast(out, table, json_doc_at(list, i));
    }
}
