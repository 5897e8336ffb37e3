// SPDX-License-Identifier: MIT
/* All of one key, or of one group. */
#include "app/key_show.h"

#include <stdio.h>

#include "app/invocation.h"
#include "app/key_print.h"
#include "base/text.h"

#define VALUE_LEN_MAX 65536

/* What is shown: times in its own zone. */
struct showing {
    const struct json_doc *doc;
    const struct zone *zone;
};

/* ---- members ------------------------------------------------------------- */

static void add_list(struct buf *out, const struct json_doc *list)
{
    struct str text;

    for (size_t i = 0; i < json_doc_count(list); i++) {
        if (json_doc_as_str(json_doc_at(list, i), &text)) {
            buf_add(out, i ? STR(", ") : STR_EMPTY);
            buf_add(out, text);
        }
    }
}

static bool is_time(struct str name)
{
    return name.len > 3 && str_eq(str_from(name, name.len - 3), STR("_at"));
}

/* Nothing for what is not there: null, an empty list.  Switches as options set them. */
static void add_value(struct buf *out, struct str name,
                      const struct json_doc *value, const struct zone *zone)
{
    struct str text;
    bool on;
    double number;

    if (json_doc_as_str(value, &text) && is_time(name))
        key_print_add_time(out, text, zone);
    else if (json_doc_as_str(value, &text))
        buf_add(out, text);
    else if (json_doc_is_array(value))
        add_list(out, value);
    else if (json_doc_as_bool(value, &on))
        buf_add(out, on ? STR("on") : STR("off"));
    else if (json_doc_as_number(value, &number))
        buf_printf(out, "%.0f", number);
}

static void print_texts(const struct showing *showing)
{
    const struct json_doc *former = json_doc_get(showing->doc, "rotated");
    struct buf text;
    struct str until = STR_EMPTY;

    buf_init(&text, VALUE_LEN_MAX);
    buf_printf(&text, "%-14s ", "key");
    key_print_add_masked(&text, showing->doc);
    buf_add(&text, STR("\n"));
    for (size_t i = 0; i < json_doc_count(former); i++) {
        buf_printf(&text, "%-14s ", "former key");
        key_print_add_masked(&text, json_doc_at(former, i));
        (void)json_doc_get_str(json_doc_at(former, i), "expires_at", &until);
        buf_add(&text, STR(", works until "));
        key_print_add_time(&text, until, showing->zone);
        buf_add(&text, STR("\n"));
    }
    (void)printf(STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
}

static bool print_member(void *arg, struct str name, struct json_doc *value)
{
    const struct showing *showing = arg;
    struct buf text;

    if (str_eq(name, STR("prefix")))
        print_texts(showing);
    if (str_eq(name, STR("prefix")) || str_eq(name, STR("last4")) ||
        str_eq(name, STR("warnings")))
        return true;
    buf_init(&text, VALUE_LEN_MAX);
    add_value(&text, name, value, showing->zone);
    if (buf_str(&text).len > 0)
        invocation_print(stdout, "%-14.*s " STR_FMT "\n", STR_ARG(name),
                         STR_ARG(buf_str(&text)));
    buf_done(&text);
    return true;
}

/* ---- limits -------------------------------------------------------------- */

static void print_resets(const struct json_doc *use, enum limit limit,
                         const struct zone *zone)
{
    char text[ZONE_TIME_MAX] = "-";
    struct str resets;
    uint64_t at_ms;

    if (json_doc_get_str(use, "resets_at", &resets) &&
        text_parse_time(resets, &at_ms))
        limit_format_time(limit, zone, at_ms, text);
    (void)printf("  %s\n", text);
}

static void print_limit(const struct json_doc *use, enum limit limit,
                        const struct zone *zone)
{
    static const char *const members[] = { "limit", "used", "reserved" };

    (void)printf("%-14s", limit_kinds[limit].name);
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        char text[LIMIT_TEXT_MAX];

        limit_format(limit, key_print_amount(use, members[i], limit), text);
        (void)printf(" %13s", text);
    }
    print_resets(use, limit, zone);
}

static void print_limits(const struct json_doc *used, const struct zone *zone)
{
    if (json_doc_count(used) == 0) {
        (void)printf("\nNo limits.\n");
        return;
    }
    (void)printf("\n%-14s %13s %13s %13s  %s\n", "LIMIT", "ALLOWED", "USED",
                 "RESERVED", "RESETS");
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        const struct json_doc *use = json_doc_get(used, limit_kinds[i].name);

        if (use)
            print_limit(use, (enum limit)i, zone);
    }
}

static void print_total(const struct json_doc *total)
{
    static const struct {
        const char *words;
        const char *member;
        enum limit limit; /* whose unit it is in */
    } rows[] = {
        { "requests", "requests", LIMIT_RPM },
        { ", input tokens", "input_tokens", LIMIT_TPM_IN },
        { ", output tokens", "output_tokens", LIMIT_TPM_OUT },
        { ", counted against limits", "cost", LIMIT_COST_TOTAL },
    };

    (void)printf("Used in all: ");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[LIMIT_TEXT_MAX];

        limit_format(rows[i].limit,
                     key_print_amount(total, rows[i].member, rows[i].limit),
                     text);
        (void)printf("%s %s", rows[i].words, text);
    }
    (void)printf("\n");
}

void key_show(const struct json_doc *doc)
{
    struct zones *zones = zones_new(NULL);
    struct showing showing = { doc, key_print_zone(zones, doc) };

    (void)json_doc_each(doc, print_member, &showing);
    if (!json_doc_get(doc, "trouble"))
        print_limits(json_doc_get(doc, "used"), showing.zone);
    print_total(json_doc_get(doc, "total"));
    zones_free(zones);
}
