// SPDX-License-Identifier: MIT
/* Prices, on the command line: read from the folder, whether a relay runs or not. */
#include "app/prices_command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/commands.h"
#include "app/terminal.h"
#include "base/clock.h"
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

static void print_more(const struct price *price)
{
    char from[TEXT_TIME_MAX];

    if (price->long_above != UINT64_MAX)
        (void)printf("; above %" PRIu64 " tokens %" PRIu64 ".%03" PRIu64
                     " and %" PRIu64 ".%03" PRIu64 " times",
                     price->long_above, price->long_input / 1000,
                     price->long_input % 1000, price->long_output / 1000,
                     price->long_output % 1000);
    if (price->valid_from_ms == 0)
        return;
    text_format_time(price->valid_from_ms, from);
    (void)printf("; from %s on", from);
}

struct printing {
    const struct prices *prices;
    const char *own; /* where its rows are from */
    uint64_t now_ms;
    size_t hidden;
};

static void print_row(void *arg, const struct price *price, bool own)
{
    struct printing *printing = arg;
    char money[3][MONEY_MAX];
    const char *origin = own ? printing->own : "built in";

    if (!prices_reach(printing->prices, price, printing->now_ms)) {
        printing->hidden++;
        return;
    }
    (void)printf("%-28.*s %9s %9s %9s  %s", (int)price->model.len,
                 price->model.at, dollars(price, PRICE_INPUT, money[0]),
                 dollars(price, PRICE_OUTPUT, money[1]),
                 dollars(price, PRICE_CACHE_READ, money[2]), origin);
    print_more(price);
    (void)printf("\n");
}

static void print_table(const struct prices *prices, const char *own)
{
    struct printing printing = { .prices = prices,
                                 .own = own,
                                 .now_ms = clock_wall_ms() };

    (void)printf("Prices %s, in dollars a million tokens:\n%-28s %9s %9s %9s  "
                 "%s\n",
                 prices_version(prices), "MODEL", "INPUT", "OUTPUT", "CACHED",
                 "FROM");
    prices_each(prices, print_row, &printing);
    if (printing.hidden > 0)
        (void)printf("Not listed: %zu that are hidden by others in front of "
                     "them, or by later ones for the same model.\n",
                     printing.hidden);
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
    if (argc == 2 && strcmp(argv[0], "--check") == 0)
        return check(argv[1]);
    if (argc != 1 || strcmp(argv[0], "--export") != 0)
        return commands_usage_error("prices takes --check FILE or --export, "
                                    "not",
                                    argv[0]);
    (void)printf(STR_FMT, STR_ARG(text));
    return 0;
}
