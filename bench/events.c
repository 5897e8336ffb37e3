// SPDX-License-Identifier: MIT
/* Is this stream of events the one that was asked for? */
#include "bench/events.h"

#include <string.h>

#include "bench/delta.h"

#define LINE_MAX_BYTES 65536
#define STAMP STR("[t=000000000000000000]")
#define STAMP_DIGITS 18

void events_init(struct events *events)
{
    *events = (struct events){ 0 };
    buf_init(&events->line, LINE_MAX_BYTES);
}

void events_done(struct events *events)
{
    buf_done(&events->line);
}

void events_begin(struct events *events, const struct events_plan *plan)
{
    struct buf line = events->line;

    buf_clear(&line);
    *events = (struct events){ .plan = plan, .line = line };
}

bool events_counted(struct str text, uint64_t input_tokens)
{
    const struct str name = STR("\"input_tokens\":");
    const char *at = memmem(text.at, text.len, name.at, name.len);
    struct str digits = STR_EMPTY;
    uint64_t value;

    if (at)
        digits = str_from(text, (size_t)(at - text.at) + name.len);
    digits = str_sub(digits, 0, str_index(digits, ','));
    return str_to_u64(digits, UINT64_MAX, &value) && value == input_tokens;
}

/* "[t=012345678901234567]" and the text: in this order and of that length. */
static void read_delta(struct events *events, struct str text, uint64_t now_ns,
                       struct samples *delays_ns)
{
    uint64_t sent_ns = 0;

    events->deltas++;
    if (!events->started || events->stopped ||
        text.len != events->plan->delta_bytes ||
        !str_to_u64(str_sub(text, 3, STAMP_DIGITS), UINT64_MAX, &sent_ns) ||
        !delta_is_right(str_from(text, STAMP.len), events->deltas))
        events->wrong = true;
    else if (delays_ns)
        samples_add(delays_ns, now_ns > sent_ns ? now_ns - sent_ns : 0);
}

static void start(struct events *events, struct str data)
{
    events->wrong |=
        events->started || !events_counted(data, events->plan->input_tokens);
    events->started = true;
}

static void stop(struct events *events)
{
    events->wrong |= events->stopped;
    events->stopped = true;
}

static void read_event(struct events *events, struct str data, uint64_t now_ns,
                       struct samples *delays_ns)
{
    const struct str delta =
        STR("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
            "{\"type\":\"text_delta\",\"text\":\"");
    const struct str end = STR("\"}}");

    events->count++;
    if (str_starts(data, delta) && data.len >= delta.len + end.len)
        read_delta(events,
                   str_sub(data, delta.len, data.len - delta.len - end.len),
                   now_ns, delays_ns);
    else if (str_starts(data, STR("{\"type\":\"message_start\"")))
        start(events, data);
    else if (str_starts(data, STR("{\"type\":\"message_stop\"")))
        stop(events);
    else if (str_starts(data, STR("{\"type\":\"error\"")))
        events->wrong = true;
}

void events_read(struct events *events, struct str bytes, uint64_t now_ns,
                 struct samples *delays_ns)
{
    const struct str data = STR("data: ");

    while (bytes.len > 0) {
        size_t end = str_index(bytes, '\n');
        struct str line = str_sub(bytes, 0, end);

        if (end == bytes.len || events->line.len > 0) {
            events->wrong |= !buf_append(&events->line, line);
            line = buf_str(&events->line);
        }
        if (end == bytes.len)
            return;
        if (str_starts(line, data))
            read_event(events, str_from(line, data.len), now_ns, delays_ns);
        buf_clear(&events->line);
        bytes = str_from(bytes, end + 1);
    }
}

bool events_complete(const struct events *events)
{
    return events->started && events->stopped && !events->wrong &&
           events->deltas == events->plan->deltas;
}
