// SPDX-License-Identifier: MIT
/* What a request's body says to the relay. */
#include "relay/body.h"

#include "base/json.h"
#include "base/mem.h"
#include "usage/scan.h"

#define MEMBER STR("proxy_config")

static void look(struct relayed *r, struct str bytes)
{
    if (!r->ahead) {
        r->ahead = MEM_NEW(struct scan_ahead);
        scan_ahead_init(r->ahead, MEMBER);
    }
    scan_ahead_feed(r->ahead, bytes);
}

void body_look_ahead(struct relayed *r)
{
    look(r, str_from(request_body(r->req), r->ahead ? r->ahead->seen : 0));
}

static bool open_may_pass(struct relayed *r)
{
    return !r->ahead->named ||
           err_set(&r->err, ERR_BAD_REQUEST,
                   "the body of this request is passed on as it comes and "
                   "cannot name its own proxy_config: give the account one");
}

bool body_may_pass(struct relayed *r, struct str part)
{
    look(r, part);
    if (r->endpoint->body == ENDPOINT_BODY_OPEN)
        return open_may_pass(r);
    if (scan_ahead_may_be_clear(r->ahead))
        return true;
    return err_set(&r->err, ERR_BAD_REQUEST,
                   r->ahead->named
                       ? "a batch over %llu MB cannot name its own "
                         "proxy_config: give the account one, or send "
                         "smaller batches"
                       : "a batch over %llu MB must be a valid JSON object: "
                         "nothing else is passed on as it comes",
                   ENDPOINT_KEPT_MAX >> 20);
}

/* Was it looked at while it came, and nothing found? */
static bool is_clear(struct relayed *r)
{
    bool clear;

    if (!r->ahead)
        return false;
    body_look_ahead(r);
    clear = scan_ahead_is_clear(r->ahead);
    mem_free(r->ahead);
    r->ahead = NULL;
    return clear;
}

static bool take_proxy(struct relayed *r, struct str value)
{
    struct json_doc *doc = json_doc_parse(value, &r->err);

    if (!doc)
        err_wrap(&r->err, "proxy_config");
    if (doc && (!json_doc_is_object(doc) || proxy_check_config(doc, &r->err)))
        r->proxy = proxy_from_json(doc, &r->err);
    json_doc_free(doc);
    if (!r->proxy)
        r->err.code = ERR_BAD_REQUEST;
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

bool body_take(struct relayed *r)
{
    struct scan found;

    r->body = request_body(r->req);
    if (is_clear(r))
        return true;
    found = scan_body(r->body);
    /* What names a proxy never goes out directly, its password with it. */
    if (found.proxy_config.len == 0 &&
        (found.is_object || !scan_hints_at(r->body, MEMBER)))
        return true;
    if (!found.is_object)
        return err_set(&r->err, ERR_BAD_REQUEST,
                       "the body names a proxy_config but is not valid JSON");
    if (!str_eq(found.proxy_config, STR("null")) &&
        !take_proxy(r, found.proxy_config))
        return false;
    cut_out(r);
    return true;
}
