// SPDX-License-Identifier: MIT
/* The relay at a glance. */
#include "app/top_screen.h"

#include <stdio.h>

#include "app/running_table.h"
#include "app/top_attention.h"
#include "app/top_tables.h"
#include "app/usage_table.h"
#include "base/glyph.h"
#include "base/visible.h"

#define LINE_MAX_BYTES 8192
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

struct screen {
    const struct top_view *view;
    struct buf *out;
    size_t left; /* lines */
};

/* ---- lines --------------------------------------------------------------- */

/* What is left out is seen to be. */
static void add_cut(const struct screen *screen, struct str text)
{
    size_t width = screen->view->width;

    if (glyph_width(text) <= width || width == 0) {
        buf_add(screen->out, glyph_cut(text, width));
        return;
    }
    buf_add(screen->out, glyph_cut(text, width - 1));
    buf_add(screen->out, STR("…"));
}

static void add_line(struct screen *screen, const char *style, struct str text)
{
    bool coloured = screen->view->coloured && style[0];
    struct buf line;

    if (screen->left == 0)
        return;
    screen->left--;
    buf_init(&line, LINE_MAX_BYTES);
    (void)visible_add(&line, text, ' ', LINE_MAX_BYTES);
    buf_add(screen->out, coloured ? str_of(style) : STR_EMPTY);
    add_cut(screen, buf_str(&line));
    buf_add(screen->out, coloured ? STR(PLAIN) : STR_EMPTY);
    buf_add(screen->out, STR("\n"));
    buf_done(&line);
}

static void add_blank(struct screen *screen)
{
    add_line(screen, "", STR_EMPTY);
}

/* A table, its titles bold; no more of it than that. */
static void add_table(struct screen *screen, struct str table, size_t max)
{
    const char *style = BOLD;
    struct str line;

    while (max-- > 0 && str_next(&table, '\n', &line)) {
        add_line(screen, style, line);
        style = "";
    }
}

/* ---- the head ------------------------------------------------------------ */

static uint64_t number_of(const struct json_doc *doc, const char *member)
{
    uint64_t number = 0;

    (void)json_doc_get_u64(doc, member, &number);
    return number;
}

static void add_uptime(struct buf *out, uint64_t seconds)
{
    unsigned long long minutes = seconds / 60;

    if (minutes >= 1440)
        buf_printf(out, "up %llu d %llu h", minutes / 1440, minutes / 60 % 24);
    else if (minutes >= 60)
        buf_printf(out, "up %llu h %llu min", minutes / 60, minutes % 60);
    else
        buf_printf(out, minutes > 0 ? "up %llu min" : "up %llu s",
                   minutes > 0 ? minutes : (unsigned long long)seconds);
}

static void add_head(struct screen *screen)
{
    const struct json_doc *figures = screen->view->figures;
    unsigned long long keys = number_of(figures, "keys");
    struct str version = STR_EMPTY;
    struct buf line;

    buf_init(&line, LINE_MAX_BYTES);
    (void)json_doc_get_str(figures, "version", &version);
    buf_printf(&line, "claude-relay " STR_FMT "   ", STR_ARG(version));
    add_uptime(&line, number_of(figures, "uptime_s"));
    buf_printf(&line, keys == 1 ? "   %llu key" : "   %llu keys", keys);
    if (screen->view->height > 0)
        buf_add(&line, STR("   q quits"));
    add_line(screen, DIM, buf_str(&line));
    buf_done(&line);
    if (screen->view->trouble)
        add_line(screen, RED, str_of(screen->view->trouble));
    add_blank(screen);
}

static void add_figures(struct screen *screen)
{
    struct buf table;

    buf_init(&table, LINE_MAX_BYTES);
    top_tables_figures(&table, screen->view->width, screen->view->figures);
    add_table(screen, buf_str(&table), 2);
    buf_done(&table);
    add_blank(screen);
}

/* ---- what needs attention ------------------------------------------------ */

/* Of lines, beside the first one of each: what there is to say is longer than a line more
   often than not. */
#define ITEM_LINES_MAX 4
#define MARK_WIDTH 2

/* Takes from `*spare` the lines that it needs beside its first one. */
static void add_item(struct screen *screen, const struct json_doc *item,
                     size_t *spare)
{
    size_t width = screen->view->width;
    struct str severity = STR_EMPTY;
    struct str rest;
    struct str line;
    struct buf text;
    bool bad;

    (void)json_doc_get_str(item, "severity", &severity);
    bad = str_eq(severity, STR("bad"));
    buf_init(&text, 2 * TOP_ATTENTION_MAX);
    top_attention_say(&text, item, screen->view->now_ms);
    rest = buf_str(&text);
    for (size_t i = 0;
         top_attention_wrap(&rest, width > MARK_WIDTH ? width - MARK_WIDTH : 1,
                            *spare == 0 || i + 1 == ITEM_LINES_MAX, &line);
         i++) {
        struct buf marked;

        buf_init(&marked, LINE_MAX_BYTES);
        buf_add(&marked, i > 0 ? STR("  ") : bad ? STR("! ") : STR("* "));
        buf_add(&marked, line);
        add_line(screen, bad ? RED : YELLOW, buf_str(&marked));
        buf_done(&marked);
        *spare -= rest.len > 0;
    }
    buf_done(&text);
}

/* A sixth of the screen, but two at least; and an eighth for what is long. */
static void add_attention(struct screen *screen)
{
    const struct json_doc *items =
        json_doc_get(screen->view->attention, "items");
    size_t height = screen->view->height;
    size_t count = json_doc_count(items);
    size_t spare = height == 0 ? SIZE_MAX : height / 8;
    size_t shown = height / 6 < 2 ? 2 : height / 6;
    char more[64];

    if (height == 0 || count < shown)
        shown = count;
    for (size_t i = 0; i < shown; i++)
        add_item(screen, json_doc_at(items, i), &spare);
    (void)snprintf(more, sizeof(more), "  and %zu more need attention",
                   count - shown);
    if (count > shown)
        add_line(screen, YELLOW, str_of(more));
    if (count > 0)
        add_blank(screen);
}

/* ---- tables -------------------------------------------------------------- */

/* How many there are beside those that are shown under their titles. */
static void add_rest(struct screen *screen, uint64_t all, uint64_t listed,
                     size_t max)
{
    uint64_t shown = max < 2 ? 1 : max - 1;
    char text[64];

    if (shown > listed)
        shown = listed;
    (void)snprintf(text, sizeof(text), "and %llu more",
                   (unsigned long long)(all - shown));
    if (all > shown)
        add_line(screen, DIM, str_of(text));
}

/* Of the lines that are left: with its title, and a blank line behind. */
static void add_accounts(struct screen *screen)
{
    const struct json_doc *list =
        json_doc_get(screen->view->accounts, "accounts");
    size_t max = screen->view->height == 0 ? SIZE_MAX : screen->left / 3;
    struct buf table;

    if (json_doc_count(list) == 0)
        return;
    buf_init(&table, TOP_SCREEN_MAX);
    top_tables_accounts(&table, screen->view->width, screen->view->now_ms,
                        list);
    add_table(screen, buf_str(&table), max < 2 ? 2 : max);
    buf_done(&table);
    add_rest(screen, json_doc_count(list), json_doc_count(list), max);
    add_blank(screen);
}

static void add_running(struct screen *screen)
{
    const struct json_doc *list =
        json_doc_get(screen->view->running, "requests");
    size_t max = screen->view->height == 0 ? SIZE_MAX : screen->left / 2;
    const struct running_table form = { .width = screen->view->width,
                                        .max = max };
    struct buf table;

    buf_init(&table, TOP_SCREEN_MAX);
    if (json_doc_count(list) > 0)
        running_table_add(&table, &form, list);
    else
        buf_add(&table, STR("No request runs.\n"));
    add_table(screen, buf_str(&table), max < 2 ? 2 : max);
    buf_done(&table);
    add_rest(screen,
             json_doc_count(list) + number_of(screen->view->running, "more"),
             json_doc_count(list), max);
    add_blank(screen);
}

static void add_ended(struct screen *screen)
{
    struct buf table;

    if (screen->view->ended_count == 0)
        return;
    buf_init(&table, TOP_SCREEN_MAX);
    top_tables_ended(&table, screen->view->width, screen->view->ended,
                     screen->view->ended_count);
    add_table(screen, buf_str(&table), screen->left);
    buf_done(&table);
}

void top_screen(struct buf *out, const struct top_view *view)
{
    struct screen screen = { .view = view,
                             .out = out,
                             .left = view->height ? view->height : SIZE_MAX };

    add_head(&screen);
    add_figures(&screen);
    add_attention(&screen);
    add_accounts(&screen);
    add_running(&screen);
    add_ended(&screen);
}
