// SPDX-License-Identifier: MIT
/* The log line of a request: no query, no header, no body, no credential. */
#include "base/clock.h"
#include "base/log.h"
#include "base/shown.h"
#include "relay/metering.h"
#include "relay/relayed.h"

/* Without those of the meter. */
#define OWN_FIELDS 10

void relayed_log(const struct relayed *r)
{
    static const char *const names[] = { "running", "complete", "refused",
                                         "cut", "client left" };
    bool failed = r->outcome == REFUSED || r->outcome == CUT;
    enum log_level level = failed && r->status >= 500 ? LOG_WARN : LOG_INFO;
    uint64_t us = (clock_steady_ns() - r->req->arrived_ns) / 1000;
    struct str unread = metering_unread(r->meter);
    size_t count = OWN_FIELDS;
    struct log_field fields[OWN_FIELDS + METERING_FIELDS_MAX + 1] = {
        LOG_STR("id", str_of(r->req->id)),
        LOG_STR("method", r->req->method),
        LOG_STR("path", shown_request_path(r->req->arena, r->path)),
        LOG_STR("account", r->attempt.account ? str_of(r->attempt.account->name)
                                              : STR("-")),
        LOG_STR("key", r->caller.key ? str_of(r->caller.key->name) : STR("-")),
        LOG_NUM("status", r->status),
        LOG_STR("outcome", str_of(names[r->outcome])),
        LOG_NUM("bytes", r->bytes_out),
        LOG_NUM("us", us),
        LOG_TEXT("error", failed ? str_of(err_of(r->err)->text) : STR("-")),
    };

    if (!log_enabled(level))
        return;
    count += metering_fields(r->meter, fields + count);
    if (unread.len > 0)
        fields[count++] = LOG_STR("unread", unread);
    log_event(level, "request", fields, count);
}
