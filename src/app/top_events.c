// SPDX-License-Identifier: MIT
/* Server-sent events. */
#include "app/top_events.h"

#include "base/text.h"

void top_events_init(struct top_events *events,
                     void (*event)(void *arg, struct str name, struct str data),
                     void *arg)
{
    *events = (struct top_events){ .event = event, .arg = arg };
    buf_init(&events->line, TOP_EVENT_MAX);
    buf_init(&events->data, TOP_EVENT_MAX);
}

void top_events_done(struct top_events *events)
{
    buf_done(&events->line);
    buf_done(&events->data);
}

/* An empty line ends an event. */
static void end_event(struct top_events *events)
{
    if (events->name[0] && events->data.len > 0 && !events->too_long)
        events->event(events->arg, str_of(events->name),
                      buf_str(&events->data));
    events->name[0] = '\0';
    events->too_long = false;
    buf_clear(&events->data);
}

static bool field(struct str line, struct str name, struct str *value)
{
    if (!str_starts(line, name))
        return false;
    *value = str_from(line, name.len);
    if (value->len > 0 && value->at[0] == ' ')
        *value = str_from(*value, 1);
    return true;
}

static void end_line(struct top_events *events)
{
    struct str line = buf_str(&events->line);
    struct str value;

    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    if (line.len == 0)
        end_event(events);
    else if (field(line, STR("event:"), &value))
        text_copy(events->name, sizeof(events->name), value);
    else if (field(line, STR("data:"), &value) &&
             !buf_append(&events->data, value))
        events->too_long = true;
    buf_clear(&events->line);
}

void top_events_feed(struct top_events *events, struct str bytes)
{
    while (bytes.len > 0) {
        size_t len = str_index(bytes, '\n');
        bool ended = len < bytes.len;

        if (!buf_append(&events->line, str_sub(bytes, 0, len)))
            events->too_long = true;
        if (ended)
            end_line(events);
        bytes = str_from(bytes, len + ended);
    }
}
