// SPDX-License-Identifier: MIT
/* A way that was tried step by step. */
#include "app/way_print.h"

#include <stdio.h>

#include "app/invocation.h"

static void print_target(const struct json_doc *report)
{
    const struct json_doc *proxy = json_doc_get(report, "proxy");
    struct str target = STR_EMPTY;
    struct str type;
    struct str host = STR_EMPTY;
    uint64_t port = 0;

    (void)json_doc_get_str(report, "target", &target);
    invocation_print(stdout, "To " STR_FMT " ", STR_ARG(target));
    if (!json_doc_get_str(proxy, "type", &type)) {
        (void)printf("directly:\n");
        return;
    }
    (void)json_doc_get_str(proxy, "host", &host);
    (void)json_doc_get_u64(proxy, "port", &port);
    invocation_print(stdout, "through the " STR_FMT " proxy " STR_FMT ":%u:\n",
                     STR_ARG(type), STR_ARG(host), (unsigned)port);
}

static void print_step(const struct json_doc *step, struct str why)
{
    struct str name = STR_EMPTY;
    uint64_t us = 0;
    bool ok = false;

    (void)json_doc_get_str(step, "step", &name);
    (void)json_doc_get_u64(step, "us", &us);
    (void)json_doc_get_bool(step, "ok", &ok);
    invocation_print(stdout, "  %-13.*s %8.1f ms  %s%s" STR_FMT "\n",
                     STR_ARG(name), (double)us / 1000, ok ? "ok" : "failed",
                     ok || why.len == 0 ? "" : ": ",
                     STR_ARG(ok ? STR_EMPTY : why));
}

void way_print(const struct json_doc *report)
{
    const struct json_doc *steps = json_doc_get(report, "steps");
    struct str why = STR_EMPTY;

    print_target(report);
    (void)json_doc_get_str(report, "error", &why);
    for (size_t i = 0; i < json_doc_count(steps); i++)
        print_step(json_doc_at(steps, i), why);
}
