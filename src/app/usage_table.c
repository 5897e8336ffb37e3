// SPDX-License-Identifier: MIT
/* Sums of usage as a table. */
#include "app/usage_table.h"

#include <stdio.h>
#include <string.h>

#include "app/columns.h"
#include "base/glyph.h"

#define BAR_MIN 8
#define BAR_MAX 40
#define CELL_MAX 1024

/* ---- numbers ------------------------------------------------------------- */

void usage_table_add_number(struct buf *out, uint64_t number)
{
    char digits[32];
    int len =
        snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_add(out, STR(","));
        buf_add(out, (struct str){ digits + i, 1 });
    }
}

/* "57.9B": three digits of it. */
static void add_short(struct buf *out, uint64_t number)
{
    static const char units[] = " kMBT";
    double value = (double)number;
    size_t unit = 0;

    while (value >= 999.5 && unit < sizeof(units) - 2) {
        value /= 1000;
        unit++;
    }
    if (unit == 0)
        usage_table_add_number(out, number);
    else
        buf_printf(out, "%.*f%c",
                   value < 9.995   ? 2
                   : value < 99.95 ? 1
                                   : 0,
                   value, units[unit]);
}

#define MICROUSD_DECIMALS 6

/* The last one of so many decimals, in micro-dollars. */
static uint64_t unit_of(unsigned decimals)
{
    uint64_t unit = 1;

    for (unsigned i = decimals; i < MICROUSD_DECIMALS; i++)
        unit *= 10;
    return unit;
}

/* What is less than a cent, or would be rounded to nothing, has more. */
static unsigned decimals_to_see(uint64_t microusd, unsigned decimals)
{
    bool cents = decimals < 4;

    if (microusd == 0 || microusd >= unit_of(decimals) / (cents ? 1 : 2))
        return decimals;
    return cents && microusd >= unit_of(4) / 2 ? 4 : MICROUSD_DECIMALS;
}

void usage_table_add_dollars(struct buf *out, uint64_t microusd,
                             unsigned decimals)
{
    uint64_t unit;

    decimals = decimals_to_see(microusd, decimals);
    unit = unit_of(decimals);
    microusd = (microusd + unit / 2) / unit * unit;
    buf_add(out, STR("$"));
    usage_table_add_number(out, microusd / 1000000);
    buf_printf(out, ".%0*llu", (int)decimals,
               (unsigned long long)(microusd % 1000000 / unit));
}

/* Small sums in more detail; all of a table in the same. */
static unsigned decimals_for(uint64_t microusd)
{
    return microusd >= 10000000 ? 2 : microusd >= 100000 ? 4 : 6;
}

/* ---- rows ---------------------------------------------------------------- */

static uint64_t sum_of(const struct json_doc *row, const char *name)
{
    uint64_t number = 0;

    (void)json_doc_get_u64(row, name, &number);
    return number;
}

static uint64_t cache_writes(const struct json_doc *row)
{
    return sum_of(row, "cache_write_5m_tokens") +
           sum_of(row, "cache_write_1h_tokens");
}

/* What has no name. */
static struct str nameless(const char *by)
{
    static const struct {
        const char *by;
        const char *text;
    } texts[] = {
        { "key", "(no key)" },      { "group", "(no group)" },
        { "owner", "(no owner)" },  { "account", "(the client's own login)" },
        { "model", "(not known)" }, { "session", "(no session)" }
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (strcmp(texts[i].by, by) == 0)
            return str_of(texts[i].text);
    }
    return STR("-");
}

struct laying {
    const struct usage_table *table;
    const struct json_doc *rows;
    size_t first; /* of the rows that are shown, and how many */
    size_t count;
    struct columns columns;
    bool shortened;
    unsigned decimals;
    const char *measure; /* what bars show */
    uint64_t most;       /* of it, in a row */
    size_t bar_width;
};

static const struct json_doc *row_at(const struct laying *laying, size_t i)
{
    return json_doc_at(laying->rows, laying->first + i);
}

static void add_count(struct laying *laying, uint64_t number)
{
    struct buf cell;

    buf_init(&cell, CELL_MAX);
    if (laying->shortened)
        add_short(&cell, number);
    else
        usage_table_add_number(&cell, number);
    columns_add(&laying->columns, buf_str(&cell));
    buf_done(&cell);
}

/* What has no price did not cost nothing. */
static void add_cost(struct laying *laying, const struct json_doc *row)
{
    uint64_t microusd = sum_of(row, "cost_microusd");
    struct buf cell;

    buf_init(&cell, CELL_MAX);
    if (microusd == 0 && sum_of(row, "unpriced") > 0)
        buf_add(&cell, STR("-"));
    else
        usage_table_add_dollars(&cell, microusd, laying->decimals);
    columns_add(&laying->columns, buf_str(&cell));
    buf_done(&cell);
}

static bool has_keys(const struct laying *laying)
{
    return strcmp(laying->table->by, "session") == 0;
}

/* Places of columns, from 1. */
enum place {
    PLACE_NAME = 1,
    PLACE_KEY,
    PLACE_REQUESTS,
    PLACE_FAILED,
    PLACE_INPUT,
    PLACE_OUTPUT,
    PLACE_CACHE_READ,
    PLACE_CACHE_WRITE,
    PLACE_CACHE, /* both in one */
    PLACE_COST,
};
#define SIDES "llrrrrrrrr"

static void add_titles(struct laying *laying)
{
    static const char *const titles[] = {
        "KEY",        "REQUESTS",    "FAILED", "INPUT", "OUTPUT",
        "CACHE READ", "CACHE WRITE", "CACHE",  "COST"
    };
    char title[32];
    size_t len = strlen(laying->table->by);

    for (size_t i = 0; i <= len && i < sizeof(title); i++)
        title[i] = (char)(laying->table->by[i] & ~0x20);
    columns_add(&laying->columns, (struct str){ title, len });
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        columns_add(&laying->columns, str_of(titles[i]));
}

static void add_sums(struct laying *laying, const struct json_doc *row)
{
    uint64_t cache_read = sum_of(row, "cache_read_input_tokens");

    add_count(laying, sum_of(row, "requests"));
    add_count(laying, sum_of(row, "failed"));
    add_count(laying, sum_of(row, "input_tokens"));
    add_count(laying, sum_of(row, "output_tokens"));
    add_count(laying, cache_read);
    add_count(laying, cache_writes(row));
    add_count(laying, cache_read + cache_writes(row));
    add_cost(laying, row);
}

#define NAME_MAX_WIDTH 128
#define KEY_MAX_WIDTH 64

static void add_row(struct laying *laying, const struct json_doc *row)
{
    struct str name = nameless(laying->table->by);
    struct str key = STR("-");

    (void)json_doc_get_str(row, laying->table->by, &name);
    (void)json_doc_get_str(row, "key", &key);
    columns_add(&laying->columns, glyph_cut(name, NAME_MAX_WIDTH));
    columns_add(&laying->columns, glyph_cut(key, KEY_MAX_WIDTH));
    add_sums(laying, row);
}

static void lay(struct laying *laying, const struct json_doc *total,
                bool shortened)
{
    laying->shortened = shortened;
    columns_begin(&laying->columns, SIDES);
    laying->columns.hidden[PLACE_KEY - 1] = !has_keys(laying);
    laying->columns.hidden[PLACE_CACHE - 1] = true;
    add_titles(laying);
    for (size_t i = 0; i < laying->count; i++)
        add_row(laying, row_at(laying, i));
    columns_add(&laying->columns, STR("TOTAL"));
    columns_add(&laying->columns, STR_EMPTY);
    add_sums(laying, total);
}

/* ---- bars ---------------------------------------------------------------- */

static void find_most(struct laying *laying, const char *measure)
{
    laying->measure = measure;
    laying->most = 0;
    for (size_t i = 0; i < laying->count; i++) {
        uint64_t number = sum_of(row_at(laying, i), measure);

        if (number > laying->most)
            laying->most = number;
    }
}

/* In eighths of a character; what is not nothing is seen. */
static void add_bar(void *arg, size_t row, struct buf *out)
{
    static const char *const parts[] = {
        "", "▏", "▎", "▍", "▌", "▋", "▊", "▉"
    };
    const struct laying *laying = arg;
    uint64_t number;
    size_t eighths;

    number = sum_of(row_at(laying, row - 1), laying->measure);
    eighths = (size_t)((double)number / (double)laying->most *
                       (double)(8 * laying->bar_width));
    if (number == 0)
        return;
    if (eighths == 0)
        eighths = 1;
    buf_add(out, laying->table->coloured ? STR("\x1b[36m") : STR_EMPTY);
    for (size_t i = 0; i < eighths / 8; i++)
        buf_add(out, STR("█"));
    buf_add(out, str_of(parts[eighths % 8]));
    buf_add(out, laying->table->coloured ? STR("\x1b[0m") : STR_EMPTY);
}

static size_t room_for_bars(const struct laying *laying)
{
    size_t used = columns_width(&laying->columns) + 2;
    size_t room = laying->table->width > used ? laying->table->width - used : 0;

    return room < BAR_MIN ? 0 : room < BAR_MAX ? room : BAR_MAX;
}

/* ---- all of it ----------------------------------------------------------- */

static void write_table(struct laying *laying, struct buf *out)
{
    const struct columns_last bars = { add_bar, laying, laying->count };

    laying->bar_width = room_for_bars(laying);
    columns_write(&laying->columns, laying->bar_width > 0 ? &bars : NULL, out);
}

/* What tells least goes first; whole names of sessions can be asked for. */
static void fit(struct laying *laying, const struct json_doc *total)
{
    static const struct columns_step steps[] = {
        { { PLACE_CACHE_READ, PLACE_CACHE_WRITE }, PLACE_CACHE },
        { { PLACE_FAILED }, 0 },
        { { PLACE_CACHE }, 0 },
        { { PLACE_INPUT }, 0 },
        { { PLACE_OUTPUT }, 0 },
        { { 0 }, 0 },
    };
    const struct columns_cut cuts[] = {
        { PLACE_KEY - 1, 8 },
        { PLACE_NAME - 1, has_keys(laying) ? 36 : 12 },
        { 0, 0 },
    };
    size_t room = laying->table->width > BAR_MIN + 2
                      ? laying->table->width - BAR_MIN - 2
                      : 0;

    if (columns_width(&laying->columns) <= room)
        return;
    columns_done(&laying->columns);
    lay(laying, total, true);
    columns_fit(&laying->columns, room, &(struct columns_fit){ steps, cuts });
}

void usage_table_add(struct buf *out, const struct usage_table *table,
                     const struct json_doc *answer)
{
    const struct json_doc *total = json_doc_get(answer, "total");
    struct laying laying = { .table = table,
                             .rows = json_doc_get(answer, "rows") };
    size_t all = json_doc_count(laying.rows);

    laying.count = all < table->rows_max ? all : table->rows_max;
    laying.first = table->last ? all - laying.count : 0;
    laying.decimals = decimals_for(sum_of(total, "cost_microusd"));
    find_most(&laying, "cost_microusd");
    if (laying.most == 0)
        find_most(&laying, "requests");
    lay(&laying, total, false);
    if (table->width > 0)
        fit(&laying, total);
    write_table(&laying, out);
    columns_done(&laying.columns);
}

static void say_unpriced(uint64_t unpriced, struct buf *out)
{
    bool one = unpriced == 1;

    if (unpriced == 0)
        return;
    buf_add(out, STR("\n"));
    usage_table_add_number(out, unpriced);
    buf_printf(out,
               " of these requests %s not in the cost: there is no price for "
               "what %s used.  `claude-relay usage --by=model --json` says of "
               "which models (\"unpriced\"), and a file prices.json in the "
               "data folder may have their prices.\n",
               one ? "is" : "are", one ? "it" : "they");
}

void usage_table_add_notes(struct buf *out, const struct usage_table *table,
                           const struct json_doc *answer)
{
    const struct json_doc *total = json_doc_get(answer, "total");

    if (json_doc_count(json_doc_get(answer, "rows")) > table->rows_max)
        buf_printf(out,
                   "\nThese are the %s %zu: --limit shows more of them, "
                   "--csv and --json all.\n",
                   table->last ? "last" : "first", table->rows_max);
    say_unpriced(sum_of(total, "unpriced"), out);
}
