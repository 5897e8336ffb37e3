// SPDX-License-Identifier: MIT
/* Is this stream of events the one that was asked for? */
#include "bench/events.h"

#include <string.h>

#include "base/macros.h"
#include "bench/delta.h"

#define EVENTS_STAGES 5
#define LINE_MAX_BYTES 65536
#define STAMP_LEN 22 /* [t=000000000000000000] */
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
static bool read_text(struct events *events, struct str text, uint64_t *sent_ns)
{
    return text.len == events->plan->delta_bytes &&
           str_starts(text, STR("[t=")) && text.at[STAMP_LEN - 1] == ']' &&
           str_to_u64(str_sub(text, 3, STAMP_DIGITS), UINT64_MAX, sent_ns) &&
           delta_is_right(str_from(text, STAMP_LEN), events->deltas);
}

static void read_delta(struct events *events, struct str data, uint64_t now_ns,
                       struct tally *tally)
{
    const struct str front = STR(",\"index\":0,\"delta\":"
                                 "{\"type\":\"text_delta\",\"text\":\"");
    const struct str end = STR("\"}}");
    size_t len = events->plan->delta_bytes;
    uint64_t sent_ns = 0;

    events->deltas++;
    if (!str_starts(data, front) ||
        !str_eq(str_from(data, front.len + len), end) ||
        !read_text(events, str_sub(data, front.len, len), &sent_ns))
        events->wrong = true;
    else if (tally_is_within(tally, sent_ns))
        samples_add(&tally->delay_ns, now_ns > sent_ns ? now_ns - sent_ns : 0);
}

static void read_start(struct events *events, struct str data, uint64_t now_ns,
                       struct tally *tally)
{
    (void)now_ns;
    (void)tally;
    events->wrong |= !events_counted(data, events->plan->input_tokens);
}

/* ---- the lines ---------------------------------------------------------- */

#define BETWEEN (EVENTS_STAGES + 1)
#define ROW(name, stage, next, read)                                           \
    {                                                                          \
        { "event: " name, sizeof("event: " name) - 1 },                        \
            { "data: {\"type\":\"" name "\"",                                  \
              sizeof("data: {\"type\":\"" name "\"") - 1 },                    \
            stage, next, read                                                  \
    }

static const struct events_step {
    struct str name;
    struct str data;
    unsigned stage; /* where it belongs */
    unsigned next;
    void (*read)(struct events *events, struct str data, uint64_t now_ns,
                 struct tally *tally);
} steps[] = {
    ROW("content_block_delta", 2, 2, read_delta),
    ROW("message_start", 0, 1, read_start),
    ROW("content_block_start", 1, 2, NULL),
    ROW("content_block_stop", 2, 3, NULL),
    ROW("message_delta", 3, 4, NULL),
    ROW("message_stop", 4, EVENTS_STAGES, NULL),
    { { "event: ping", 11 },
      { "data: {\"type\": \"ping\"}", 22 },
      BETWEEN,
      BETWEEN,
      NULL },
};

static bool take_name(struct events *events, struct str line)
{
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        const struct events_step *step = &steps[i];

        if (!str_eq(line, step->name))
            continue;
        events->step = step;
        return step->stage == events->stage ||
               (step->stage == BETWEEN && events->stage > 0 &&
                events->stage < EVENTS_STAGES);
    }
    return false;
}

static bool take_data(struct events *events, struct str line, uint64_t now_ns,
                      struct tally *tally)
{
    const struct events_step *step = events->step;

    events->count++;
    if (step->next != BETWEEN)
        events->stage = step->next;
    if (!str_starts(line, step->data) || line.at[line.len - 1] != '}')
        return false;
    if (step->read)
        step->read(events, str_from(line, step->data.len), now_ns, tally);
    return true;
}

static void take_line(struct events *events, struct str line, uint64_t now_ns,
                      struct tally *tally)
{
    bool right = false;

    switch (events->awaited) {
    case EVENTS_NAME:
        right = take_name(events, line);
        events->awaited = EVENTS_DATA;
        break;
    case EVENTS_DATA:
        right = take_data(events, line, now_ns, tally);
        events->awaited = EVENTS_BLANK;
        break;
    case EVENTS_BLANK:
        right = line.len == 0;
        events->awaited = EVENTS_NAME;
        break;
    }
    events->wrong |= !right;
}

void events_read(struct events *events, struct str bytes, uint64_t now_ns,
                 struct tally *tally)
{
    /* What comes behind a fault cannot mend it. */
    while (bytes.len > 0 && !events->wrong) {
        size_t end = str_index(bytes, '\n');
        struct str line = str_sub(bytes, 0, end);

        if (end == bytes.len || events->line.len > 0) {
            events->wrong |= !buf_append(&events->line, line);
            line = buf_str(&events->line);
        }
        if (end == bytes.len)
            return;
        take_line(events, line, now_ns, tally);
        buf_clear(&events->line);
        bytes = str_from(bytes, end + 1);
    }
}

bool events_complete(const struct events *events)
{
    return events->stage == EVENTS_STAGES && events->awaited == EVENTS_NAME &&
           events->line.len == 0 && !events->wrong &&
           events->deltas == events->plan->deltas;
}
