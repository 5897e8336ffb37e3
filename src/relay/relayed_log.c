// SPDX-License-Identifier: MIT
/* The log line of a relayed request, made of its record: no query, no header but ids, no
   body, no credential. */
#include <assert.h>
#include <stdio.h>

#include "base/log_fields.h"
#include "relay/relayed.h"

/* A word and a status each. */
#define FAILURES_MAX (RECORD_ATTEMPTS_MAX * 24)

static void add_who(struct log_fields *line, const struct record *record,
                    const char *peer)
{
    log_fields_add_known(line, LOG_STR("id", record->id));
    log_fields_add_known(line, LOG_STR("peer", str_of(peer)));
    log_fields_add_known(line, LOG_STR("key", record->key));
    log_fields_add_known(line, LOG_STR("client_id", record->client_id));
    log_fields_add_known(line, LOG_STR("session", record->session));
    log_fields_add_known(line, LOG_STR("method", record->method));
    log_fields_add_known(line, LOG_STR("path", record->path));
    log_fields_add_known(line, LOG_STR("account", record->account));
    log_fields_add_known(line, LOG_STR("upstream_id", record->upstream_id));
}

static void add_end(struct log_fields *line, const struct record *record)
{
    log_fields_add_known(line, LOG_NUM("status", record->status));
    log_fields_add_known(line,
                         LOG_STR("end", str_of(record_end_word(record->end))));
    log_fields_add(line, LOG_NUM("ms", record->duration_us / 1000));
    log_fields_add(line, LOG_NUM("bytes", record->bytes_out));
}

/* "stale,token_refused:401": what came of those that failed. */
static struct str failures_of(const struct record *record,
                              char out[FAILURES_MAX])
{
    size_t count = record_failures(record);
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        const struct record_attempt *attempt = &record->attempts[i];
        const char *word = record_result_word(attempt->result);
        char *to = out + len;
        size_t room = FAILURES_MAX - len;
        int written = attempt->status
                          ? snprintf(to, room, "%s%s:%u", i ? "," : "", word,
                                     attempt->status)
                          : snprintf(to, room, "%s%s", i ? "," : "", word);

        assert(written > 0 && (size_t)written < room);
        len += (size_t)written;
    }
    return (struct str){ out, len };
}

static void add_attempts(struct log_fields *line, const struct record *record,
                         char failures[FAILURES_MAX])
{
    log_fields_add_known(line, LOG_NUM("attempts", record->attempt_count));
    log_fields_add_known(line,
                         LOG_STR("failures", failures_of(record, failures)));
}

#define ROW(name, count, rare)                                                 \
    {                                                                          \
        { name, sizeof(name) - 1 }, count, rare                                \
    }

/* `rare`: told by most answers, and then mostly none. */
static const struct {
    struct str name;
    enum meter_count count;
    bool rare;
} rows[] = {
    ROW("input_tokens", METER_INPUT, false),
    ROW("output_tokens", METER_OUTPUT, false),
    ROW("cache_write_tokens", METER_CACHE_WRITE, false),
    ROW("cache_write_5m_tokens", METER_CACHE_WRITE_5M, true),
    ROW("cache_write_1h_tokens", METER_CACHE_WRITE_1H, true),
    ROW("cache_read_tokens", METER_CACHE_READ, false),
    ROW("web_search_requests", METER_WEB_SEARCH, true),
};

static void add_usage(struct log_fields *line, const struct record *record)
{
    const struct meter_usage *usage = record->usage;

    log_fields_add_known(line, LOG_STR("model", record->model.len > 0
                                                    ? record->model
                                                    : record->model_asked));
    for (size_t i = 0; usage && i < COUNT_OF(rows); i++) {
        uint64_t number = usage->counts[rows[i].count];

        if (rows[i].rare ? number > 0 : usage->known[rows[i].count])
            log_fields_add(line, (struct log_field){ .name = rows[i].name,
                                                     .number = number });
    }
    if (usage || record->partial)
        log_fields_add(line, LOG_STR("partial",
                                     record->partial ? STR("yes") : STR("no")));
    log_fields_add_known(line, LOG_STR("unread", record->unread));
}

static void add_why(struct log_fields *line, const struct record *record)
{
    log_fields_add_known(line, LOG_NUM("retry_after", record->retry_after_s));
    log_fields_add_known(line, LOG_STR("reset", record->reset));
    log_fields_add_known(line, LOG_TEXT("error", record->error));
}

static enum log_level level_of(const struct record *record)
{
    if (record_is_limited(record->status))
        return LOG_WARN;
    switch (record->end) {
    case RECORD_REFUSED:
        return record->status >= 500 ? LOG_WARN : LOG_INFO;
    case RECORD_CUT:
    case RECORD_IDLE:
    case RECORD_ERROR_EVENT:
        return LOG_WARN;
    case RECORD_RUNNING:
    case RECORD_COMPLETE:
    case RECORD_CLIENT_LEFT:
    case RECORD_RELAY_STOPPED:
    case RECORD_CANCELLED:
    case RECORD_ENDS:
        break;
    }
    return LOG_INFO;
}

void relayed_log(const struct record *record)
{
    enum log_level level = level_of(record);
    struct log_fields line;
    char peer[ADDR_TEXT_MAX];
    char failures[FAILURES_MAX];

    if (!log_enabled(level))
        return;
    addr_format(&record->peer, peer);
    line.count = 0;
    add_who(&line, record, peer);
    add_end(&line, record);
    add_attempts(&line, record, failures);
    add_usage(&line, record);
    add_why(&line, record);
    log_fields_write(&line, level, "request");
}
