// SPDX-License-Identifier: MIT
/* Is this stream of events the one that was asked for? */
#include "bench/events.h"

#include <string.h>

#include "base/macros.h"
#include "bench/delta.h"

#define EVENTS_STAGES 6
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

/* "[t=012345678901234567]" and the text: in this order and of that length, and not
   from a time to come. */
static bool read_text(struct events *events, struct str text, uint64_t now_ns,
                      uint64_t *sent_ns)
{
    return text.len == events->plan->delta_bytes &&
           str_starts(text, STR("[t=")) && text.at[STAMP_LEN - 1] == ']' &&
           str_to_u64(str_sub(text, 3, STAMP_DIGITS), now_ns, sent_ns) &&
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
        !read_text(events, str_sub(data, front.len, len), now_ns, &sent_ns))
        events->wrong = true;
    else if (tally_is_within(tally, sent_ns))
        samples_add(&tally->delay_ns, now_ns - sent_ns);
}

static void read_start(struct events *events, struct str data, uint64_t now_ns,
                       struct tally *tally)
{
    (void)now_ns;
    (void)tally;
    events->wrong |= !form_fits(events->plan->forms.start, data);
}

static void read_summary(struct events *events, struct str data,
                         uint64_t now_ns, struct tally *tally)
{
    (void)now_ns;
    (void)tally;
    events->wrong |= !form_fits(events->plan->forms.summary, data);
}

/* ---- the lines ---------------------------------------------------------- */

#define EVENT(name, stage, next, read, rest)                                   \
    {                                                                          \
        { "event: " name, sizeof("event: " name) - 1 },                        \
            { "data: {\"type\":\"" name "\"",                                  \
              sizeof("data: {\"type\":\"" name "\"") - 1 },                    \
            stage, next, read, rest                                            \
    }

/* What its data is behind the type: `read` sees, or it is `rest`. */
static const struct events_step {
    struct str name;
    struct str data;
    unsigned stage; /* where it belongs */
    unsigned next;
    void (*read)(struct events *events, struct str data, uint64_t now_ns,
                 struct tally *tally);
    const char *rest;
} steps[] = {
    EVENT("content_block_delta", 3, 3, read_delta, NULL),
    EVENT("message_start", 0, 1, read_start, NULL),
    EVENT("content_block_start", 1, 2, NULL,
          ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}"),
    { { "event: ping", 11 },
      { "data: {\"type\": \"ping\"", 21 },
      2,
      3,
      NULL,
      "}" },
    EVENT("content_block_stop", 3, 4, NULL, ",\"index\":0}"),
    EVENT("message_delta", 4, 5, read_summary, NULL),
    EVENT("message_stop", 5, EVENTS_STAGES, NULL, "}"),
};

static bool take_name(struct events *events, struct str line)
{
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        const struct events_step *step = &steps[i];

        if (!str_eq(line, step->name))
            continue;
        events->step = step;
        return step->stage == events->stage;
    }
    return false;
}

static bool take_data(struct events *events, struct str line, uint64_t now_ns,
                      struct tally *tally)
{
    const struct events_step *step = events->step;

    events->count++;
    events->stage = step->next;
    if (!str_starts(line, step->data))
        return false;
    line = str_from(line, step->data.len);
    if (!step->read)
        return form_fits(step->rest, line);
    step->read(events, line, now_ns, tally);
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
