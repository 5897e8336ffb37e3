// SPDX-License-Identifier: MIT
/* Prices, on the command line: read from the folder, whether a relay runs or not. */
#include "app/prices_command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/columns.h"
#include "app/commands.h"
#include "app/prices_change.h"
#include "app/terminal.h"
#include "base/clock.h"
#include "base/shown.h"
#include "base/text.h"
#include "store/jsonfile.h"
#include "usage/price_file.h"

#define MILLION 1000000u
#define MONEY_MAX 32

/* Of a million tokens, without zeros that say nothing: "$0.1", "$3.75". */
static const char *dollars(const struct price *price, enum price_class class,
                           char out[MONEY_MAX])
{
    uint64_t microusd = price_tokens_microusd(price, class, MILLION);
    size_t len = (size_t)snprintf(out, MONEY_MAX, "$%" PRIu64 ".%06" PRIu64,
                                  microusd / MILLION, microusd % MILLION);

    while (out[len - 1] == '0')
        len--;
    if (out[len - 1] == '.')
        len--;
    out[len] = '\0';
    return out;
}

static void add_more(struct buf *out, const struct price *price)
{
    char from[TEXT_TIME_MAX];

    if (price->long_above != UINT64_MAX)
        (void)buf_printf(out,
                         "; above %" PRIu64 " tokens %" PRIu64 ".%03" PRIu64
                         " and %" PRIu64 ".%03" PRIu64 " times",
                         price->long_above, price->long_input / 1000,
                         price->long_input % 1000, price->long_output / 1000,
                         price->long_output % 1000);
    if (price->valid_from_ms == 0)
        return;
    text_format_time(price->valid_from_ms, from);
    (void)buf_printf(out, "; from %s on", from);
}

#define SIDES "lrrrl"
#define LAST_MAX 256
#define TABLE_MAX (64u * 1024 * 1024)

struct printing {
    struct columns table;
    const struct prices *prices;
    const char *own; /* where its rows are from */
    uint64_t now_ms;
    size_t hidden;
};

static void add_last(struct printing *printing, const struct price *price,
                     bool own)
{
    struct buf cell;

    buf_init(&cell, LAST_MAX);
    buf_add(&cell, str_of(own ? printing->own : "built in"));
    add_more(&cell, price);
    columns_add(&printing->table, buf_str(&cell));
    buf_done(&cell);
}

static void add_row(void *arg, const struct price *price, bool own)
{
    static const enum price_class classes[] = { PRICE_INPUT, PRICE_OUTPUT,
                                                PRICE_CACHE_READ };
    struct printing *printing = arg;
    char money[MONEY_MAX];
    char model[SHOWN_MAX];

    if (!prices_reach(printing->prices, price, printing->now_ms)) {
        printing->hidden++;
        return;
    }
    columns_add(&printing->table, str_of(shown_open(price->model, model)));
    for (size_t i = 0; i < COUNT_OF(classes); i++)
        columns_add(&printing->table,
                    str_of(dollars(price, classes[i], money)));
    add_last(printing, price, own);
}

static void add_titles(struct columns *table)
{
    static const char *const titles[] = { "MODEL", "INPUT", "OUTPUT", "CACHED",
                                          "FROM" };

    for (size_t i = 0; i < COUNT_OF(titles); i++)
        columns_add(table, str_of(titles[i]));
}

static void print_table(const struct prices *prices, const char *own)
{
    struct printing printing = { .prices = prices,
                                 .own = own,
                                 .now_ms = clock_wall_ms() };
    struct buf out;

    columns_begin(&printing.table, SIDES);
    add_titles(&printing.table);
    prices_each(prices, add_row, &printing);
    buf_init(&out, TABLE_MAX);
    columns_write(&printing.table, NULL, &out);
    (void)printf("Prices %s, in dollars a million tokens:\n" STR_FMT,
                 prices_version(prices), STR_ARG(buf_str(&out)));
    if (printing.hidden > 0)
        (void)printf("Not listed: %zu that are hidden by others in front of "
                     "them, or by later ones for the same model.\n",
                     printing.hidden);
    buf_done(&out);
    columns_done(&printing.table);
}

/* Without a folder there is no file in it either. */
static bool read_file(const char *folder, struct prices **prices,
                      struct err *err)
{
    struct stat info;

    *prices = NULL;
    if (stat(folder, &info) != 0 && errno == ENOENT) {
        (void)fprintf(stderr,
                      "claude-relay: there is no folder %s (DATA_DIR or "
                      "--data-dir), so there are no prices but the built-in "
                      "ones\n",
                      folder);
        return true;
    }
    return price_file_read(folder, prices, err);
}

static int list(const struct config *config)
{
    struct prices *prices;
    struct err err;
    bool own;

    if (!read_file(config->data_dir.at, &prices, &err))
        return terminal_fail(&err);
    own = prices != NULL;
    if (!own)
        prices = prices_default();
    print_table(prices, own ? PRICE_FILE : "built in");
    prices_unref(prices);
    return 0;
}

static int check(const char *path)
{
    struct prices *prices = NULL;
    struct buf text;
    struct err err;
    bool ok;

    buf_init(&text, JSONFILE_MAX);
    ok = jsonfile_read(path, &text, &err);
    if (ok)
        prices = prices_read(buf_str(&text), &err);
    buf_done(&text);
    if (!prices)
        return terminal_fail(&err);
    print_table(prices, "this file");
    prices_unref(prices);
    return 0;
}

int prices_command_run(int argc, char **argv, const struct config *config)
{
    struct str text = prices_default_text();

    if (argc == 0)
        return list(config);
    if (strcmp(argv[0], "set") == 0)
        return prices_change_set(argc - 1, argv + 1, config);
    if (strcmp(argv[0], "remove") == 0)
        return prices_change_remove(argc - 1, argv + 1, config);
    if (argc == 2 && strcmp(argv[0], "--check") == 0)
        return check(argv[1]);
    if (argc != 1 || strcmp(argv[0], "--export") != 0)
        return commands_usage_error(
            "prices takes set, remove, --check FILE or --export, not", argv[0]);
    (void)printf(STR_FMT, STR_ARG(text));
    return 0;
}
