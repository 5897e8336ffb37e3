// SPDX-License-Identifier: MIT
/* What commands print of keys and groups. */
#include "app/key_print.h"

#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/text.h"

#define LINE_LEN_MAX 1024

/* ---- parts --------------------------------------------------------------- */

static struct str text_of(const struct json_doc *doc, const char *member)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(doc, member, &text);
    return text;
}

void key_print_add_masked(struct buf *out, const struct json_doc *doc)
{
    buf_add(out, text_of(doc, "prefix"));
    buf_add(out, STR("..."));
    buf_add(out, text_of(doc, "last4"));
}

const struct zone *key_print_zone(struct zones *zones,
                                  const struct json_doc *doc)
{
    const struct zone *zone = NULL;
    struct str name;
    struct err err;

    if (json_doc_get_str(doc, "time_zone", &name))
        zone = zones_find(zones, name, &err);
    return zone ? zone : zone_utc();
}

void key_print_add_time(struct buf *out, struct str time,
                        const struct zone *zone)
{
    char text[ZONE_TIME_MAX];
    uint64_t wall_ms;

    if (!text_parse_time(time, &wall_ms)) {
        buf_add(out, time);
        return;
    }
    zone_format(zone, wall_ms, text);
    buf_add(out, str_of(text));
}

uint64_t key_print_amount(const struct json_doc *doc, const char *member,
                          enum limit limit)
{
    bool money = limit_kinds[limit].unit == LIMIT_IN_MICROUSD;
    double number = 0;

    if (!json_doc_as_number(json_doc_get(doc, member), &number) || number < 0)
        return 0;
    return (uint64_t)llround(money ? number * 1e6 : number);
}

/* ---- documents ----------------------------------------------------------- */

static void print_former(const struct json_doc *former, const struct zone *zone)
{
    struct buf line;

    buf_init(&line, LINE_LEN_MAX);
    buf_add(&line, STR("The former one, "));
    key_print_add_masked(&line, former);
    buf_add(&line, STR(", works until "));
    key_print_add_time(&line, text_of(former, "expires_at"), zone);
    (void)printf(STR_FMT ".\n", STR_ARG(buf_str(&line)));
    buf_done(&line);
}

void key_print_new(const struct json_doc *doc, struct str base_url)
{
    const struct json_doc *former = json_doc_get(doc, "rotated");
    struct str key = text_of(doc, "key");
    struct str name = text_of(doc, "name");
    struct zones *zones = zones_new(NULL);

    (void)printf("The key \"" STR_FMT "\", shown this once:\n\n"
                 "  " STR_FMT "\n\n",
                 STR_ARG(name), STR_ARG(key));
    for (size_t i = 0; i < json_doc_count(former); i++)
        print_former(json_doc_at(former, i), key_print_zone(zones, doc));
    zones_free(zones);
    (void)printf("%sFor Claude Code on this machine:\n"
                 "  export ANTHROPIC_BASE_URL=" STR_FMT "\n"
                 "  export ANTHROPIC_AUTH_TOKEN=" STR_FMT "\n",
                 json_doc_count(former) > 0 ? "\n" : "", STR_ARG(base_url),
                 STR_ARG(key));
}
