// SPDX-License-Identifier: MIT
/* An answer kept while other accounts are asked. */
#include "relay/spare.h"

#include "base/mem.h"
#include "relay/gather.h"
#include "relay/pass.h"
#include "relay/record_fill.h"
#include "relay/respond.h"
#include "relay/teach.h"

/* With its framing. */
#define BODY_MAX (4 * TEACH_ERROR_MAX)

struct spare {
    unsigned status;
    size_t number; /* of its attempt */
    struct buf reason;
    struct buf fields;
    struct buf waits; /* those of them that say when to come again */
    struct buf body;  /* as it came, for `framing` */
    size_t plain;     /* its length without that */
    enum response_framing framing;
    struct relayed_told told;
};

/* How much it tells. */
static unsigned rank(unsigned status)
{
    if (status == 429)
        return 3;
    if (status == 401 || status == 403)
        return 2;
    return status > 0;
}

bool spare_is_better(const struct relayed *r, unsigned status)
{
    return r->spare && rank(r->spare->status) > rank(status);
}

static void copy_body(struct spare *spare, const struct relayed *r,
                      const struct parser_head *head)
{
    bool unframed = head->chunked && r->req->http_1_0;

    spare->framing = RESPONSE_LENGTH;
    if (head->chunked && !unframed)
        spare->framing = RESPONSE_CHUNKED;
    else if (unframed || head->length == PARSER_LENGTH_UNKNOWN)
        spare->framing = RESPONSE_CLOSE;
    buf_add(&spare->body, gather_came(r->gather, unframed));
    spare->plain = gather_came(r->gather, true).len;
}

static void keep_wait(struct spare *spare, const struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *field = &headers->at[i];

        if (str_istarts(field->name, RESPOND_RETRY_AFTER))
            (void)buf_printf(&spare->waits, STR_FMT ": " STR_FMT "\r\n",
                             STR_ARG(field->name), STR_ARG(field->value));
    }
}

static struct spare *make(const struct relayed *r)
{
    const struct parser_head *head = call_head(r->attempt.call);
    struct spare *spare = MEM_NEW(struct spare);

    spare->status = head->status;
    spare->number = r->attempt.count;
    spare->told = r->told;
    record_fill_answered(&spare->told, r->req->arena, head);
    buf_init(&spare->reason, HEADERS_BYTES_MAX);
    buf_init(&spare->fields, PASS_HEAD_MAX);
    buf_init(&spare->body, BODY_MAX);
    buf_add(&spare->reason, head->reason);
    buf_init(&spare->waits, PASS_HEAD_MAX);
    pass_response(&head->headers, RESPOND_RETRY_AFTER, &spare->fields);
    keep_wait(spare, &head->headers);
    copy_body(spare, r, head);
    return spare;
}

/* Takes it over. */
static void put(struct relayed *r, struct spare *spare)
{
    spare_free(r->spare);
    r->spare = spare;
}

void spare_keep(struct relayed *r)
{
    if (!spare_is_better(r, call_head(r->attempt.call)->status))
        put(r, make(r));
}

void spare_keep_refused(struct relayed *r)
{
    r->refused = make(r);
}

void spare_end_refused(struct relayed *r, bool for_good)
{
    struct spare *refused = r->refused;

    r->refused = NULL;
    if (refused && for_good && !spare_is_better(r, refused->status))
        put(r, refused);
    else
        spare_free(refused);
}

void spare_free(struct spare *spare)
{
    if (!spare)
        return;
    buf_done(&spare->reason);
    buf_done(&spare->fields);
    buf_done(&spare->waits);
    buf_done(&spare->body);
    mem_free(spare);
}

void spare_respond(struct relayed *r)
{
    struct spare *spare = r->spare;

    attempt_give(&r->attempt, spare->number);
    if (!respond_retry_after(r, spare->status, spare->waits.len > 0, true,
                             &spare->fields))
        buf_add(&spare->fields, buf_str(&spare->waits));
    respond_add_explanation(r, &spare->fields);
    r->status = spare->status;
    r->told = spare->told;
    r->framing = spare->framing;
    response_start(r->req,
                   &(struct response_head){ .status = spare->status,
                                            .reason = buf_str(&spare->reason),
                                            .fields = buf_str(&spare->fields),
                                            .framing = spare->framing });
    response_raw(r->req, buf_str(&spare->body));
    response_count(r->req, spare->plain);
}
