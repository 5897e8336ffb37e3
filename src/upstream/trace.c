// SPDX-License-Identifier: MIT
/* Lines for debugging outgoing connections. */
#include "upstream/trace.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log_fields.h"

#define PLACE_MAX 300

struct line {
    struct log_fields fields;
    char host[PLACE_MAX];
    char proxy[PLACE_MAX];
};

static void add(struct line *line, struct log_field field)
{
    log_fields_add(&line->fields, field);
}

static void add_known(struct line *line, struct log_field field)
{
    log_fields_add_known(&line->fields, field);
}

static void add_proxy(struct line *line, const struct proxy *proxy)
{
    if (!proxy)
        return;
    (void)snprintf(line->proxy, PLACE_MAX, "%s:%u", proxy_host(proxy),
                   proxy_port(proxy));
    add(line, LOG_STR("proxy", str_of(line->proxy)));
}

static void add_origin(struct line *line, const struct origin *origin)
{
    (void)snprintf(line->host, PLACE_MAX, "%s:%u", origin->host, origin->port);
    add(line, LOG_STR("host", str_of(line->host)));
}

static void write(const struct line *line, const char *event)
{
    log_fields_write(&line->fields, LOG_DEBUG, event);
}

/* ---- the pool ----------------------------------------------------------- */

static uint64_t idle_ms(const struct link *link)
{
    return loop_now_ms(link->upstream->loop) - link->idle_since_ms;
}

static void add_link(struct line *line, const struct link *link)
{
    add_origin(line, link->origin);
    add_proxy(line, link->proxy);
}

void trace_link(const struct link *link, const char *event, const char *why)
{
    struct line line = { .fields.count = 0 };

    if (!log_enabled(LOG_DEBUG))
        return;
    add_link(&line, link);
    add(&line, LOG_NUM("idle_ms", idle_ms(link)));
    add(&line, LOG_NUM("pooled", link->upstream->idle_count));
    add_known(&line, LOG_STR("why", str_of(why)));
    write(&line, event);
}

void trace_taken(const struct call *call)
{
    struct line line = { .fields.count = 0 };

    if (!log_enabled(LOG_DEBUG))
        return;
    add_known(&line, LOG_STR("id", str_of(call->options.id)));
    add_link(&line, call->link);
    add(&line, LOG_NUM("idle_ms", idle_ms(call->link)));
    add(&line, LOG_NUM("pooled", call->link->upstream->idle_count));
    write(&line, "connection taken from the pool");
}

void trace_closed(const struct call *call, const char *why)
{
    struct line line = { .fields.count = 0 };

    if (!log_enabled(LOG_DEBUG))
        return;
    add_known(&line, LOG_STR("id", str_of(call->options.id)));
    add_link(&line, call->link);
    add_known(&line, LOG_STR("why", str_of(why)));
    write(&line, "upstream connection closed");
}

/* ---- dialling ------------------------------------------------------------ */

static void add_target(struct line *line, const struct dial *dial)
{
    add_known(line, LOG_STR("id", str_of(dial->id)));
    add(line, LOG_STR("host", str_of(dial->target)));
    add_proxy(line, dial->proxy);
}

void trace_dial_start(const struct dial *dial)
{
    struct line line = { .fields.count = 0 };

    if (!log_enabled(LOG_DEBUG))
        return;
    add_target(&line, dial);
    write(&line, "dialling");
}

void trace_dial_try(const struct dial *dial, const struct sockaddr *address,
                    size_t len)
{
    struct line line = { .fields.count = 0 };
    struct addr addr = { .len = (socklen_t)len };
    char text[ADDR_TEXT_MAX];

    if (!log_enabled(LOG_DEBUG) || len > sizeof(addr.sa))
        return;
    memcpy(&addr.sa, address, len);
    addr_format(&addr, text);
    add_target(&line, dial);
    add(&line, LOG_STR("address", str_of(text)));
    add(&line,
        LOG_NUM("ms", clock_steady_ns() / 1000000 - dial->start_us / 1000));
    write(&line, "trying an address");
}

/* Those that there were. */
static void add_steps(struct line *line, const struct dial *dial)
{
    static const struct str names[DIAL_STEPS] = {
        [DIAL_RESOLVE] = { "resolve_us", 10 },
        [DIAL_CONNECT] = { "connect_us", 10 },
        [DIAL_PROXY_TLS] = { "proxy_tls_us", 12 },
        [DIAL_AUTHENTICATE] = { "proxy_us", 8 },
    };
    struct dial_times times = dial_times(dial);

    for (unsigned step = DIAL_RESOLVE; step < DIAL_STEPS; step++) {
        if (step <= times.reached && dial_has_step(dial->proxy, step))
            add(line, (struct log_field){ .name = names[step],
                                          .number = times.us[step] });
    }
}

void trace_dial_end(const struct dial *dial)
{
    struct line line = { .fields.count = 0 };
    bool done = dial->state == DIAL_DONE;

    if (!log_enabled(LOG_DEBUG))
        return;
    add_target(&line, dial);
    add_steps(&line, dial);
    if (!done)
        add(&line, LOG_TEXT("error", str_of(dial->err.text)));
    write(&line, done ? "connected" : "not connected");
}

void trace_secured(const struct call *call)
{
    struct line line = { .fields.count = 0 };
    uint64_t from_us = call->entered_us[CALL_SECURING];

    if (!log_enabled(LOG_DEBUG))
        return;
    add_known(&line, LOG_STR("id", str_of(call->options.id)));
    add_origin(&line, call->options.origin);
    add_proxy(&line, call->options.proxy);
    if (from_us > 0)
        add(&line, LOG_NUM("tls_us", clock_steady_ns() / 1000 - from_us));
    write(&line, "TLS is there");
}
