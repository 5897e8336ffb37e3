// SPDX-License-Identifier: MIT
/* What claude-bench is told on its command line: a table. */
#include "bench/options.h"

#include <stddef.h>
#include <string.h>

#include "base/macros.h"
#include "base/str.h"

enum kind { TEXT, NUMBER, SWITCH };

static const struct row {
    const char *name;
    enum kind kind;
    size_t member;
    uint64_t standard;
    uint64_t min;
    uint64_t max;
    const char *what;
} rows[] = {
#define AT(member) offsetof(struct options, member)
#define HOUR_MS 3600000u
    { "--url", TEXT, AT(url), 0, 0, 0,
      "http:// or https:// and a numeric address with its port" },
    { "--ca", TEXT, AT(ca), 0, 0, 0, "certificates to trust for https://" },
    { "--key", TEXT, AT(key), 0, 0, 0, "x-api-key of every request" },
    { "--sessions", NUMBER, AT(sessions), 0, 0, 10000,
      "connections take turns to be of so many; 0: of none" },
    { "--connections", NUMBER, AT(connections), 1, 1, 60000, "how many" },
    { "--open-rate", NUMBER, AT(open_rate), 1000, 1, 1000000,
      "connections opened a second" },
    { "--rate", NUMBER, AT(rate), 0, 0, 1000000,
      "requests a second, whatever the answers do (open loop); 0: each "
      "connection sends as soon as it has its answer (closed loop)" },
    { "--once", SWITCH, AT(once), 0, 0, 0,
      "closed loop, but one request on each connection" },
    { "--stream", SWITCH, AT(stream), 0, 0, 0, "ask for server-sent events" },
    { "--body", NUMBER, AT(body), 1024, 256, 33554432, "bytes of a request" },
    { "--events", NUMBER, AT(events), 1, 1, 10000000, "deltas of an answer" },
    { "--event-size", NUMBER, AT(event_size), 64, 32, 32768, "bytes of each" },
    { "--gap-ms", NUMBER, AT(gap_ms), 0, 0, HOUR_MS, "pause before each" },
    { "--leave-percent", NUMBER, AT(leave_percent), 0, 0, 100,
      "how many streams are left after half of their deltas" },
    { "--read-rate", NUMBER, AT(read_rate), 0, 0, 1000000000,
      "bytes a second that each connection reads; 0: all there are" },
    { "--warm-ms", NUMBER, AT(warm_ms), 1000, 0, HOUR_MS,
      "time before the measurement" },
    { "--measure-ms", NUMBER, AT(measure_ms), 5000, 1, HOUR_MS,
      "time of the measurement" },
    { "--drain-ms", NUMBER, AT(drain_ms), 5000, 1, HOUR_MS,
      "longest wait for answers afterwards" },
#undef AT
};

static bool refuse(const char *what, const char *name)
{
    (void)fprintf(stderr, "claude-bench: %s %s\n", what, name);
    return false;
}

static bool refuse_number(const struct row *row, const char *value)
{
    (void)fprintf(stderr, "claude-bench: %s takes %llu to %llu, not '%s'\n",
                  row->name, (unsigned long long)row->min,
                  (unsigned long long)row->max, value);
    return false;
}

static bool set(struct options *options, const struct row *row,
                const char *value)
{
    char *member = (char *)options + row->member;
    uint64_t number = 1;

    if (row->kind == TEXT) {
        memcpy(member, &value, sizeof(value));
        return true;
    }
    if (row->kind == SWITCH) {
        memcpy(member, &(bool){ true }, sizeof(bool));
        return true;
    }
    if (!str_to_u64(str_of(value), row->max, &number) || number < row->min)
        return refuse_number(row, value);
    memcpy(member, &number, sizeof(number));
    return true;
}

static void set_standards(struct options *options)
{
    *options = (struct options){ 0 };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].kind == NUMBER)
            memcpy((char *)options + rows[i].member, &rows[i].standard,
                   sizeof(rows[i].standard));
}

static const struct row *find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

bool options_parse(int argc, char **argv, struct options *options)
{
    set_standards(options);
    for (int i = 1; i < argc; i++) {
        const struct row *row = find(argv[i]);
        const char *value = NULL;

        if (!row)
            return refuse("unknown option", argv[i]);
        if (row->kind != SWITCH && i + 1 < argc)
            value = argv[++i];
        if (row->kind != SWITCH && !value)
            return refuse("nothing behind", row->name);
        if (!set(options, row, value))
            return false;
    }
    return options->url != NULL || refuse("missing:", "--url");
}

void options_print_usage(FILE *out)
{
    (void)fputs("usage: claude-bench --url URL [OPTION...]\n"
                "One line of JSON on standard output says what was measured. "
                "In brackets: without the option.\n",
                out);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        (void)fprintf(out, "  %-16s %s", rows[i].name, rows[i].what);
        if (rows[i].kind == NUMBER)
            (void)fprintf(out, " (%llu)", (unsigned long long)rows[i].standard);
        (void)fputs("\n", out);
    }
}
