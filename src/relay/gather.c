// SPDX-License-Identifier: MIT
/* An answer that is read before the client sees any of it. */
#include "relay/gather.h"

#include "base/buf.h"
#include "base/mem.h"

/* One more piece may come when a byte is missing to the limit. */
#define PIECE_MAX (1024u * 1024)

struct gather {
    struct call *call;
    size_t max;
    struct buf framed; /* as it came */
    struct buf plain;
};

static void take_plain(void *arg, struct str bytes)
{
    struct gather *gather = arg;

    buf_add(&gather->plain, bytes);
}

struct gather *gather_start(struct call *call, size_t max)
{
    struct gather *gather = MEM_NEW(struct gather);

    gather->call = call;
    gather->max = max;
    buf_init(&gather->framed, max + PIECE_MAX);
    buf_init(&gather->plain, max + PIECE_MAX);
    call_on_body(call, take_plain, gather);
    return gather;
}

void gather_free(struct gather *gather)
{
    if (!gather)
        return;
    buf_done(&gather->framed);
    buf_done(&gather->plain);
    mem_free(gather);
}

static enum gather_state give_back(const struct gather *gather,
                                   enum gather_state state)
{
    call_on_body(gather->call, NULL, NULL);
    return state;
}

enum gather_state gather_read(struct gather *gather)
{
    struct str bytes;

    while (gather->framed.len <= gather->max) {
        switch (call_read(gather->call, &bytes)) {
        case CALL_DATA:
            buf_add(&gather->framed, bytes);
            break;
        case CALL_AGAIN:
            return GATHER_WAITING;
        case CALL_END:
            return give_back(gather, GATHER_WHOLE);
        case CALL_CUT:
            return give_back(gather, GATHER_PART);
        }
    }
    return give_back(gather, GATHER_PART);
}

struct str gather_came(const struct gather *gather, bool unframed)
{
    return buf_str(unframed ? &gather->plain : &gather->framed);
}
