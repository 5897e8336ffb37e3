// SPDX-License-Identifier: MIT
/* Header fields of answers. */
#include "sim/fields.h"

#include <stdio.h>
#include <time.h>

#include "base/text.h"

#define HOURS_5 (5u * 3600)
#define DAYS_7 (7u * 86400)

static void make_oauth(char *text, size_t size, uint64_t now_s)
{
    unsigned long long in_5h = now_s - now_s % HOURS_5 + HOURS_5;
    unsigned long long in_7d = now_s - now_s % DAYS_7 + DAYS_7;

    (void)snprintf(text, size,
                   "anthropic-ratelimit-unified-status: allowed\r\n"
                   "anthropic-ratelimit-unified-reset: %llu\r\n"
                   "anthropic-ratelimit-unified-representative-claim: "
                   "five_hour\r\n"
                   "anthropic-ratelimit-unified-5h-status: allowed\r\n"
                   "anthropic-ratelimit-unified-5h-reset: %llu\r\n"
                   "anthropic-ratelimit-unified-5h-utilization: 0.12\r\n"
                   "anthropic-ratelimit-unified-7d-status: allowed\r\n"
                   "anthropic-ratelimit-unified-7d-reset: %llu\r\n"
                   "anthropic-ratelimit-unified-7d-utilization: 0.34\r\n",
                   in_5h, in_5h, in_7d);
}

static void make_key(char *text, size_t size, uint64_t now_s)
{
    static const struct {
        const char *name;
        unsigned limit;
    } windows[] = {
        { "requests", 4000 },
        { "tokens", 480000 },
        { "input-tokens", 400000 },
        { "output-tokens", 80000 },
    };
    char reset[TEXT_TIME_MAX];
    size_t len = 0;

    text_format_time((now_s - now_s % 60 + 60) * 1000, reset);
    for (size_t i = 0; i < COUNT_OF(windows); i++)
        len +=
            (size_t)snprintf(text + len, size - len,
                             "anthropic-ratelimit-%s-limit: %u\r\n"
                             "anthropic-ratelimit-%s-remaining: %u\r\n"
                             "anthropic-ratelimit-%s-reset: %s\r\n",
                             windows[i].name, windows[i].limit, windows[i].name,
                             windows[i].limit - 1, windows[i].name, reset);
}

static void make_date(char *text, size_t size, uint64_t now_s)
{
    time_t seconds = (time_t)now_s;
    struct tm parts;

    (void)gmtime_r(&seconds, &parts);
    (void)strftime(text, size, "date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
}

static struct str limits_of(struct fields_cache *cache, uint64_t now_s,
                            enum credential_kind kind)
{
    if (cache->made_s != now_s) {
        cache->made_s = now_s;
        make_date(cache->text[CREDENTIAL_NONE], sizeof(cache->text[0]), now_s);
        make_oauth(cache->text[CREDENTIAL_OAUTH], sizeof(cache->text[0]),
                   now_s);
        make_key(cache->text[CREDENTIAL_API_KEY], sizeof(cache->text[0]),
                 now_s);
    }
    return str_of(cache->text[kind]);
}

static void write_body_fields(const struct fields *fields, struct buf *out)
{
    if (fields->type.len > 0)
        buf_printf(out, "content-type: " STR_FMT "\r\n", STR_ARG(fields->type));
    if (fields->encoding.len > 0)
        buf_printf(out, "content-encoding: " STR_FMT "\r\n",
                   STR_ARG(fields->encoding));
    if (fields->is_stream)
        buf_add(out, STR("cache-control: no-cache\r\n"));
    if (fields->has_length)
        buf_printf(out, "content-length: %llu\r\n",
                   (unsigned long long)fields->length);
}

static void write_usual(const struct fields *fields, struct buf *out)
{
    uint64_t now_s = fields->now_ms / 1000;

    buf_add(out, limits_of(fields->cache, now_s, CREDENTIAL_NONE));
    write_body_fields(fields, out);
    buf_printf(out,
               "request-id: %s\r\nanthropic-organization-id: "
               "5b1e6f3a-0000-4000-8000-000000000051\r\n",
               fields->request_id);
    if (fields->kind != CREDENTIAL_NONE)
        buf_add(out, limits_of(fields->cache, now_s, fields->kind));
}

static bool is_replaced(const struct directives *directives, struct str line)
{
    struct str name = str_sub(line, 0, str_index(line, ':'));

    for (size_t i = 0; i < directives->fields_count; i++) {
        if (str_ieq(directives->fields[i].name, name))
            return true;
    }
    return false;
}

static void add_line(struct buf *out, struct str line)
{
    buf_add(out, line);
    buf_add(out, STR("\n")); /* the line still has its CR */
}

void fields_write(const struct fields *fields,
                  const struct directives *directives, struct buf *out)
{
    struct buf usual;
    struct str rest;
    struct str line;

    if (directives->fields_count == 0) {
        write_usual(fields, out);
        return;
    }
    buf_init(&usual, HEADERS_BYTES_MAX);
    write_usual(fields, &usual);
    rest = buf_str(&usual);
    while (str_next(&rest, '\n', &line)) {
        if (line.len > 0 && !is_replaced(directives, line))
            add_line(out, line);
    }
    buf_done(&usual);
    for (size_t i = 0; i < directives->fields_count; i++)
        buf_printf(out, STR_FMT ": " STR_FMT "\r\n",
                   STR_ARG(directives->fields[i].name),
                   STR_ARG(directives->fields[i].value));
}
