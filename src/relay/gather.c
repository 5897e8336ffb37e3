// SPDX-License-Identifier: MIT
/* An answer that is read whole before the client sees any of it. */
#include "relay/gather.h"

#include "base/buf.h"
#include "base/mem.h"
#include "relay/models.h"

/* One more piece may come when a byte is missing to the limit. */
#define PIECE_MAX (1024u * 1024)
/* A list that becomes longer passes unchanged. */
#define WIDENED_MAX (4 * MODELS_MAX)

struct gather {
    struct call *call;
    struct buf framed; /* as it came */
    struct buf plain;
    struct buf widened;
};

static void take_plain(void *arg, struct str bytes)
{
    struct gather *gather = arg;

    buf_add(&gather->plain, bytes);
}

struct gather *gather_start(struct call *call)
{
    struct gather *gather = MEM_NEW(struct gather);

    gather->call = call;
    buf_init(&gather->framed, MODELS_MAX + PIECE_MAX);
    buf_init(&gather->plain, MODELS_MAX + PIECE_MAX);
    buf_init(&gather->widened, WIDENED_MAX);
    call_on_body(call, take_plain, gather);
    return gather;
}

void gather_free(struct gather *gather)
{
    if (!gather)
        return;
    buf_done(&gather->framed);
    buf_done(&gather->plain);
    buf_done(&gather->widened);
    mem_free(gather);
}

static enum gather_state give_up(struct gather *gather)
{
    call_on_body(gather->call, NULL, NULL);
    return GATHER_AS_IS;
}

static enum gather_state widen(struct gather *gather)
{
    return models_widen(buf_str(&gather->plain), &gather->widened)
               ? GATHER_WIDENED
               : give_up(gather);
}

enum gather_state gather_read(struct gather *gather)
{
    struct str bytes;

    while (gather->framed.len <= MODELS_MAX) {
        switch (call_read(gather->call, &bytes)) {
        case CALL_DATA:
            buf_add(&gather->framed, bytes);
            break;
        case CALL_AGAIN:
            return GATHER_WAITING;
        case CALL_END:
            return widen(gather);
        case CALL_CUT:
            return give_up(gather);
        }
    }
    return give_up(gather);
}

struct str gather_widened(const struct gather *gather)
{
    return buf_str(&gather->widened);
}

struct str gather_came(const struct gather *gather, bool unframed)
{
    return buf_str(unframed ? &gather->plain : &gather->framed);
}
