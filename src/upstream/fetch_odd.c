// SPDX-License-Identifier: MIT
/* Answers that are packed, damaged or cut: what can be made of them. */
#include "upstream/fetch_internal.h"
#include "upstream/layers.h"
#include "upstream/salvage.h"

/* ---- decoding ----------------------------------------------------------- */

/* What has no mark, and an end that is no better than what it was made of, was not packed
   at all. */
static bool is_believed(const struct fetch *fetch, const struct layer *layer,
                        struct str packed, struct str text)
{
    unsigned status = fetch_status(fetch);

    return text.len > 0 &&
           (layer->sure || !fetch->look ||
            fetch->look(status, text) >= fetch->look(status, packed));
}

struct str fetch_unpack(struct fetch *fetch, struct str body, struct buf *plain)
{
    struct layers layers = layers_of(fetch_headers(fetch));
    enum inflate_end end = INFLATE_WHOLE;

    for (int i = 0; i < LAYERS_MAX && end != INFLATE_LARGE; i++) {
        struct layer layer = layers_next(&layers, body);
        struct buf next;

        if (layer.coding.len == 0)
            break;
        buf_init_secret(&next, fetch->body_max);
        end = layers_undo(&layer, body, &next);
        if (!is_believed(fetch, &layer, body, buf_str(&next))) {
            buf_done(&next);
            continue;
        }
        buf_done(plain);
        *plain = next;
        body = buf_str(plain);
    }
    fetch->too_large = fetch->too_large || end == INFLATE_LARGE;
    return body;
}

enum fetch_worth fetch_worth_of(struct fetch *fetch, struct str body)
{
    enum fetch_worth worth;
    struct buf plain;

    if (!fetch->look)
        return FETCH_WORTHLESS;
    buf_init_secret(&plain, fetch->body_max);
    worth = fetch->look(fetch_status(fetch), fetch_unpack(fetch, body, &plain));
    buf_done(&plain);
    return worth;
}

/* ---- saving ------------------------------------------------------------- */

/* What this way shows takes the place of the answer if it is worth more. */
static enum fetch_worth try_way(struct fetch *fetch, enum salvage_way way,
                                enum fetch_worth best)
{
    enum fetch_worth worth = FETCH_WORTHLESS;
    struct buf text;

    buf_init_secret(&text, fetch->raw.max);
    if (salvage_body(buf_str(&fetch->raw), way, &text))
        worth = fetch_worth_of(fetch, buf_str(&text));
    if (worth > best) {
        buf_done(&fetch->answer);
        fetch->answer = text;
        return worth;
    }
    buf_done(&text);
    return best;
}

enum fetch_worth fetch_salvage(struct fetch *fetch)
{
    enum fetch_worth best = fetch_worth_of(fetch, buf_str(&fetch->answer));

    for (unsigned way = 0;
         fetch->look && way < SALVAGE_WAYS && best != FETCH_ENOUGH; way++)
        best = try_way(fetch, (enum salvage_way)way, best);
    return best;
}

bool fetch_is_doubtful(struct fetch *fetch)
{
    unsigned status = fetch_status(fetch);
    struct buf plain;
    struct str body;
    bool doubtful;

    buf_init_secret(&plain, fetch->body_max);
    body = fetch_unpack(fetch, buf_str(&fetch->answer), &plain);
    doubtful = fetch->doubt && fetch->look(status, body) != FETCH_ENOUGH &&
               fetch->doubt(status, body);
    buf_done(&plain);
    return doubtful;
}
