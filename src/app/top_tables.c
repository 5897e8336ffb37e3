// SPDX-License-Identifier: MIT
/* The tables of `claude-relay top`. */
#include "app/top_tables.h"

#include "app/cells.h"
#include "app/running_table.h"
#include "app/top_attention.h"
#include "app/usage_table.h"
#include "base/text.h"

#define CELL_MAX 512
#define CLOCK                                                                  \
    (struct cells_part)                                                        \
    {                                                                          \
        sizeof("2026-11-30T") - 1, 8                                           \
    }
#define BAR_CELLS 10
#define PPM 1000000u

static void add_cell(struct columns *columns, struct buf *cell)
{
    columns_add(columns, cell->len > 0 ? buf_str(cell) : STR("-"));
    buf_clear(cell);
}

/* "950", "12.3 k", "1.73 M". */
static void write_large(struct buf *out, uint64_t number)
{
    static const char *const units[] = { "k", "M", "G", "T" };
    double shown = (double)number / 1000;
    size_t unit = 0;

    if (number < 10000) {
        usage_table_add_number(out, number);
        return;
    }
    for (; shown >= 1000 && unit + 1 < COUNT_OF(units); unit++)
        shown /= 1000;
    buf_printf(out, shown >= 100 ? "%.0f %s" : "%.1f %s", shown, units[unit]);
}

static void write_ms(struct buf *out, uint64_t ms)
{
    running_table_add_age(out, ms);
}

static void write_dollars(struct buf *out, uint64_t microusd)
{
    usage_table_add_dollars(out, microusd, 2);
}

static void write_dollars_whole(struct buf *out, uint64_t microusd)
{
    usage_table_add_dollars(out, microusd, 4);
}

static void write_share(struct buf *out, uint64_t ppm)
{
    uint64_t thousandths = (ppm + 500) / 1000;

    buf_printf(out, "%llu.%llu %%", (unsigned long long)(thousandths / 10),
               (unsigned long long)(thousandths % 10));
}

static const struct columns_cut no_cuts[] = { { 0, 0 } };

/* ---- figures ------------------------------------------------------------- */

void top_tables_figures(struct buf *out, size_t width,
                        const struct json_doc *figures)
{
    static const struct {
        const char *title;
        const char *member;
        void (*write)(struct buf *out, uint64_t number);
    } rows[] = {
        { "RUNNING", "in_flight", write_large },
        { "REQUESTS/MIN", "requests_minute", write_large },
        { "TOKENS/MIN", "tokens_minute", write_large },
        { "COST TODAY", "cost_today_microusd", write_dollars },
        { "FAILED, 1 H", "failed_hour_ppm", write_share },
        { "FIRST BYTE", "first_byte_p50_ms", write_ms },
        { "95 % BY", "first_byte_p95_ms", write_ms },
        { "TODAY", "requests_today", write_large },
    };
    static const struct columns_step steps[] = {
        { { 8 }, 0 }, { { 7 }, 0 }, { { 5 }, 0 },
        { { 6 }, 0 }, { { 3 }, 0 }, { { 0 }, 0 },
    };
    struct columns columns;

    columns_begin(&columns, "rrrrrrrr");
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        columns_add(&columns, str_of(rows[i].title));
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        cells_add_number(&columns, figures, rows[i].member, rows[i].write);
    columns_fit(&columns, width, &(struct columns_fit){ steps, no_cuts });
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}

/* ---- accounts ------------------------------------------------------------ */

static void write_bar(struct buf *out, uint64_t ppm)
{
    size_t full = (size_t)((ppm * BAR_CELLS + PPM / 2) / PPM);

    buf_add(out, STR("["));
    for (size_t i = 0; i < BAR_CELLS; i++)
        buf_add(out, i < full ? STR("#") : STR("."));
    buf_add(out, STR("] "));
}

/* ", 2:12 h"; nothing if it is not known. */
static void write_reset(struct buf *out, const struct json_doc *window,
                        uint64_t now_ms)
{
    struct str time;
    uint64_t at_ms;

    if (!json_doc_get_str(window, "resets_at", &time) ||
        !text_parse_time(time, &at_ms) || at_ms <= now_ms)
        return;
    buf_add(out, STR(", "));
    top_attention_add_span(out, at_ms - now_ms);
}

static const struct json_doc *find_window(const struct json_doc *account,
                                          struct str wanted)
{
    const struct json_doc *windows = json_doc_get(account, "windows");

    for (size_t i = 0; i < json_doc_count(windows); i++) {
        const struct json_doc *window = json_doc_at(windows, i);
        struct str name;

        if (json_doc_get_str(window, "name", &name) && str_eq(name, wanted))
            return window;
    }
    return NULL;
}

struct window_form {
    const char *name;
    bool bar;
    uint64_t now_ms;
};

/* "[####......]  42 %, 2:12 h"; without the bar if there is no room for it. */
static void add_window(struct columns *columns, const struct json_doc *account,
                       const struct window_form *form)
{
    struct str name = str_of(form->name);
    const struct json_doc *window = find_window(account, name);
    uint64_t used_ppm;
    struct buf cell;

    buf_init(&cell, CELL_MAX);
    if (json_doc_get_u64(window, "used_ppm", &used_ppm)) {
        if (form->bar)
            write_bar(&cell, used_ppm);
        buf_printf(&cell, "%*llu %%", form->bar ? 3 : 0,
                   (unsigned long long)(used_ppm / 10000));
        write_reset(&cell, window, form->now_ms);
    }
    add_cell(columns, &cell);
    buf_done(&cell);
}

static void add_flight(struct columns *columns, const struct json_doc *account)
{
    uint64_t in_flight = 0;
    uint64_t limit = 0;
    struct buf cell;

    (void)json_doc_get_u64(account, "in_flight", &in_flight);
    (void)json_doc_get_u64(account, "concurrency", &limit);
    buf_init(&cell, CELL_MAX);
    usage_table_add_number(&cell, in_flight);
    if (limit > 0)
        buf_printf(&cell, "/%llu", (unsigned long long)limit);
    add_cell(columns, &cell);
    buf_done(&cell);
}

/* As long as it is: what does not fit is cut with a sign. */
static void add_why(struct columns *columns, const struct json_doc *account)
{
    struct str why = STR("-");

    (void)json_doc_get_str(account, "why", &why);
    columns_add(columns, why);
}

/* "paused, 57 min". */
static void add_state(struct columns *columns, const struct json_doc *account,
                      uint64_t now_ms)
{
    struct str state = STR("-");
    struct str time;
    uint64_t until_ms;
    struct buf cell;

    (void)json_doc_get_str(account, "state", &state);
    buf_init(&cell, CELL_MAX);
    buf_add(&cell, state);
    if (json_doc_get_str(account, "until", &time) &&
        text_parse_time(time, &until_ms) && until_ms > now_ms) {
        buf_add(&cell, STR(", "));
        top_attention_add_span(&cell, until_ms - now_ms);
    }
    add_cell(columns, &cell);
    buf_done(&cell);
}

/* Places of columns, from 1. */
enum place {
    PLACE_ACCOUNT = 1,
    PLACE_STATE,
    PLACE_RUNNING,
    PLACE_5H,
    PLACE_7D,
    PLACE_5H_SHORT,
    PLACE_7D_SHORT,
    PLACE_WHY,
};
#define SIDES "llrlllll"

static void add_account(struct columns *columns, const struct json_doc *account,
                        uint64_t now_ms)
{
    cells_add_text(columns, account, "account");
    add_state(columns, account, now_ms);
    add_flight(columns, account);
    add_window(columns, account, &(struct window_form){ "5h", true, now_ms });
    add_window(columns, account, &(struct window_form){ "7d", true, now_ms });
    add_window(columns, account, &(struct window_form){ "5h", false, now_ms });
    add_window(columns, account, &(struct window_form){ "7d", false, now_ms });
    add_why(columns, account);
}

/* Why one does not serve says more than bars do, and those more than the rest of a long
   reason. */
static void fit_accounts(struct columns *columns, size_t width)
{
    static const struct columns_step no_steps[] = { { { 0 }, 0 } };
    const bool *hidden = columns->hidden;
    const struct columns_step without_bars[] = {
        { { PLACE_7D }, hidden[PLACE_7D - 1] ? 0 : PLACE_7D_SHORT },
        { { PLACE_5H }, hidden[PLACE_5H - 1] ? 0 : PLACE_5H_SHORT },
        { { 0 }, 0 },
    };
    static const struct columns_step last[] = {
        { { PLACE_WHY }, 0 },
        { { PLACE_7D_SHORT }, 0 },
        { { PLACE_RUNNING }, 0 },
        { { 0 }, 0 },
    };
    static const struct columns_cut long_why[] = { { PLACE_WHY - 1, 28 },
                                                   { 0, 0 } };
    static const struct columns_cut cuts[] = { { PLACE_WHY - 1, 14 },
                                               { PLACE_ACCOUNT - 1, 10 },
                                               { 0, 0 } };
    static const struct columns_cut last_cuts[] = { { PLACE_ACCOUNT - 1, 8 },
                                                    { 0, 0 } };

    columns_fit(columns, width, &(struct columns_fit){ no_steps, long_why });
    columns_fit(columns, width, &(struct columns_fit){ without_bars, cuts });
    columns_fit(columns, width, &(struct columns_fit){ last, last_cuts });
}

static bool any_has(const struct json_doc *list, const char *member)
{
    struct str text;

    for (size_t i = 0; i < json_doc_count(list); i++) {
        if (json_doc_get_str(json_doc_at(list, i), member, &text))
            return true;
    }
    return false;
}

static bool any_has_window(const struct json_doc *list, struct str name)
{
    for (size_t i = 0; i < json_doc_count(list); i++) {
        if (find_window(json_doc_at(list, i), name))
            return true;
    }
    return false;
}

/* Columns without anything in them only take room. */
static void hide_empty(struct columns *columns, const struct json_doc *list)
{
    columns->hidden[PLACE_5H_SHORT - 1] = true;
    columns->hidden[PLACE_7D_SHORT - 1] = true;
    columns->hidden[PLACE_5H - 1] = !any_has_window(list, STR("5h"));
    columns->hidden[PLACE_7D - 1] = !any_has_window(list, STR("7d"));
    columns->hidden[PLACE_WHY - 1] = !any_has(list, "why");
}

void top_tables_accounts(struct buf *out, size_t width, uint64_t now_ms,
                         const struct json_doc *list)
{
    static const char *const titles[] = { "ACCOUNT",    "STATE",
                                          "RUNNING",    "5 H, RESET",
                                          "7 D, RESET", "5 H, RESET",
                                          "7 D, RESET", "WHY" };
    struct columns columns;

    columns_begin(&columns, SIDES);
    hide_empty(&columns, list);
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        columns_add(&columns, str_of(titles[i]));
    for (size_t i = 0; i < json_doc_count(list); i++)
        add_account(&columns, json_doc_at(list, i), now_ms);
    fit_accounts(&columns, width);
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}

/* ---- requests that ended ------------------------------------------------- */

static void add_row(struct columns *columns, const struct json_doc *row)
{
    cells_add_time(columns, row, "ended_at", CLOCK);
    cells_add_text(columns, row, "key");
    cells_add_text(columns, row, "account");
    cells_add_text(columns, row, "model");
    cells_add_number(columns, row, "status", usage_table_add_number);
    cells_add_text(columns, row, "end");
    cells_add_number(columns, row, "output_tokens", write_large);
    cells_add_number(columns, row, "cost_microusd", write_dollars_whole);
    cells_add_number(columns, row, "first_byte_ms", write_ms);
    cells_add_number(columns, row, "duration_ms", write_ms);
}

void top_tables_ended(struct buf *out, size_t width,
                      const struct json_doc *const *rows, size_t count)
{
    static const char *const titles[] = { "ENDED (UTC)", "KEY",    "ACCOUNT",
                                          "MODEL",       "STATUS", "END",
                                          "OUTPUT",      "COST",   "FIRST BYTE",
                                          "TOOK" };
    static const struct columns_step steps[] = {
        { { 9 }, 0 }, { { 7 }, 0 }, { { 3 }, 0 }, { { 5 }, 0 }, { { 0 }, 0 },
    };
    static const struct columns_cut cuts[] = { { 3, 10 }, { 1, 8 }, { 0, 0 } };
    struct columns columns;

    columns_begin(&columns, "llllrlrrrr");
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        columns_add(&columns, str_of(titles[i]));
    for (size_t i = 0; i < count; i++)
        add_row(&columns, rows[i]);
    columns_fit(&columns, width, &(struct columns_fit){ steps, cuts });
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}
