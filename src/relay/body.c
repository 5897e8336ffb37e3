// SPDX-License-Identifier: MIT
/* What a request's body says to the relay. */
#include "relay/body.h"

#include "base/json.h"
#include "base/mem.h"
#include "relay/owner.h"
#include "relay/record_fill.h"
#include "usage/scan.h"

#define MEMBER STR("proxy_config")

static void look(struct relayed *r, struct str bytes)
{
    if (!r->ahead) {
        r->ahead = MEM_NEW(struct scan_ahead);
        scan_ahead_init(r->ahead);
    }
    scan_ahead_feed(r->ahead, bytes);
}

bool body_is_packed(const struct headers *headers)
{
    const struct str *value = headers_get(headers, STR("content-encoding"));
    struct str list = value ? *value : STR_EMPTY;
    struct str item;

    while (headers_list_next(&list, &item)) {
        if (!str_ieq(item, STR("identity")))
            return true;
    }
    return false;
}

void body_look_ahead(struct relayed *r)
{
    size_t seen = r->ahead ? (size_t)(r->ahead->seen - r->passed) : 0;

    if (!r->packed)
        look(r, str_from(request_body(r->req), seen));
}

bool body_may_name(const struct relayed *r)
{
    if (r->packed || !r->ahead)
        return !r->packed;
    if (r->ahead->ended)
        return r->ahead->present;
    return scan_ahead_may_be_object(r->ahead) ||
           scan_begins_object(request_body(r->req));
}

static bool refuse_proxy(const struct relayed *r, struct err *err)
{
    return err_set(err, ERR_BAD_REQUEST,
                   "the body of a request to " STR_FMT " that is passed on as "
                   "it comes (docs/api.md) cannot name its own proxy_config: "
                   "give the account one, or send less at once",
                   STR_ARG(r->path));
}

bool body_may_pass(struct relayed *r, struct err *err)
{
    body_look_ahead(r);
    if (r->packed)
        return true;
    if (r->ahead->named)
        return refuse_proxy(r, err);
    return r->endpoint->body != ENDPOINT_BODY_SIZED ||
           scan_ahead_may_be_object(r->ahead) ||
           err_set(err, ERR_BAD_REQUEST,
                   "a batch over %llu MB must be a valid JSON object: nothing "
                   "else is passed on as it comes",
                   ENDPOINT_KEPT_MAX >> 20);
}

/* For the record, and for the rules and limits of a key. */
static void keep_facts(struct relayed *r, const struct scan_facts *facts)
{
    record_fill_asked(r, facts);
    owner_note_asked(r, facts);
    if (!r->caller.key)
        return;
    r->facts = mem_alloc(sizeof(*facts));
    *r->facts = *facts;
}

/* Was it looked at while it came, and nothing found? */
static bool is_clear(struct relayed *r)
{
    bool clear;

    if (!r->ahead)
        return false;
    body_look_ahead(r);
    clear = scan_ahead_is_clear(r->ahead);
    if (clear)
        keep_facts(r, &r->ahead->facts);
    mem_free(r->ahead);
    r->ahead = NULL;
    return clear;
}

static bool take_proxy(struct relayed *r, struct str value, struct err *err)
{
    struct json_doc *doc;

    if (!caller_may(&r->caller, RIGHT_PROXY, err))
        return false;
    doc = json_doc_parse(value, err);
    if (!doc)
        err_wrap(err, "proxy_config");
    if (doc && (!json_doc_is_object(doc) || proxy_check_config(doc, err)))
        r->proxy = proxy_from_json(doc, err);
    json_doc_free(doc);
    if (!r->proxy)
        err->code = ERR_BAD_REQUEST;
    return r->proxy;
}

static void cut_out(struct relayed *r)
{
    r->cut.max = r->body.len + 1;
    if (!scan_without(r->body, MEMBER, &r->cut))
        return;
    r->body = buf_str(&r->cut);
    request_drop_body(r->req);
}

/* Of what is no JSON object: was it meant as one, and to name a proxy?  What an open
   endpoint takes may be anything that holds the word. */
static bool seems_to_name(const struct relayed *r)
{
    if (r->endpoint->body == ENDPOINT_BODY_OPEN && !scan_begins_object(r->body))
        return false;
    return scan_hints_at(r->body, MEMBER);
}

bool body_take(struct relayed *r, struct err *err)
{
    struct scan found;

    r->body = request_body(r->req);
    if (r->packed || is_clear(r))
        return true;
    found = scan_body(r->body);
    if (found.is_object)
        keep_facts(r, &found.facts);
    /* What names a proxy never goes out directly, its password with it. */
    if (found.proxy_config.len == 0 && (found.is_object || !seems_to_name(r)))
        return true;
    if (!found.is_object)
        return err_set(err, ERR_BAD_REQUEST,
                       "the body names a proxy_config but is not valid JSON");
    if (found.proxy_again)
        return err_set(err, ERR_BAD_REQUEST,
                       "the body names a proxy_config more than once: name the "
                       "one that is meant");
    if (!str_eq(found.proxy_config, STR("null")) &&
        !take_proxy(r, found.proxy_config, err))
        return false;
    cut_out(r);
    return true;
}
