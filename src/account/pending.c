// SPDX-License-Identifier: MIT
/* Pending logins. */
#include "account/pending.h"

#include <stdio.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#define LINK_MAX 8192
#define PREFIX "pkce_"

void pending_key(struct str state, char out[PENDING_KEY_MAX])
{
    (void)snprintf(out, PENDING_KEY_MAX, PREFIX STR_FMT, STR_ARG(state));
}

static void set_now(struct json_doc *doc, uint64_t now_wall_ms)
{
    char now[TEXT_TIME_MAX];

    text_format_time(now_wall_ms, now);
    json_doc_set_str(doc, "created_at", str_of(now));
}

struct json_doc *pending_new(const struct pending_options *options,
                             uint64_t now_wall_ms)
{
    struct json_doc *doc = json_doc_new_object();
    struct oauth_pkce pkce;
    struct buf link;

    oauth_pkce_new(&pkce);
    buf_init(&link, LINK_MAX);
    oauth_authorize_link(options->client, &pkce, options->setup, &link);
    json_doc_set_str(doc, "code_verifier", str_of(pkce.verifier));
    json_doc_set_str(doc, "code_challenge", str_of(pkce.challenge));
    json_doc_set_str(doc, "state", str_of(pkce.state));
    json_doc_set_str(doc, "auth_url", buf_str(&link));
    set_now(doc, now_wall_ms);
    if (options->setup)
        json_doc_set_str(doc, "kind", STR("setup-token"));
    if (options->proxy_config)
        json_doc_set(doc, "proxy_config", json_doc_copy(options->proxy_config));
    buf_done(&link);
    mem_wipe(&pkce, sizeof(pkce));
    return doc;
}

bool pending_is_alive(const struct json_doc *doc, uint64_t now_wall_ms)
{
    struct str text;
    uint64_t created_ms = now_wall_ms;

    if (!json_doc_get_str(doc, "code_verifier", &text) || text.len == 0)
        return false;
    if (json_doc_get_str(doc, "created_at", &text) &&
        !text_parse_time(text, &created_ms))
        return false;
    return now_wall_ms < created_ms + PENDING_LIFE_MS;
}

bool pending_is_setup(const struct json_doc *doc)
{
    struct str kind;

    return json_doc_get_str(doc, "kind", &kind) &&
           str_eq(kind, STR("setup-token"));
}

/* ---- sweeping ----------------------------------------------------------- */

/* Keys are gathered first: a listing is not changed while it runs. */
struct found {
    struct list node;
    char key[PENDING_KEY_MAX];
};

static void gather(void *arg, const char *key)
{
    struct str state = str_from(str_of(key), sizeof(PREFIX) - 1);
    struct found *found;

    if (!str_starts(str_of(key), STR(PREFIX)) || !oauth_state_is_valid(state))
        return;
    found = MEM_NEW(struct found);
    pending_key(state, found->key);
    list_push(arg, &found->node);
}

static void sweep_one(struct store_driver *driver, const char *key,
                      uint64_t now_wall_ms)
{
    struct json_doc *doc = NULL;
    struct json_doc *patch;
    struct err err;
    bool ok = driver->read(driver, key, &doc, &err);

    if (ok && doc && !pending_is_alive(doc, now_wall_ms)) {
        ok = driver->discard(driver, key, &err);
    } else if (ok && doc && !json_doc_get(doc, "created_at")) {
        patch = json_doc_new_object();
        set_now(patch, now_wall_ms);
        ok = driver->update(driver, key, patch, &err);
        json_doc_free(patch);
    }
    json_doc_free(doc);
    if (!ok && err.code != ERR_BUSY)
        log_line(LOG_WARN, "pending login: %s", err.text);
}

void pending_sweep(struct store_driver *driver, uint64_t now_wall_ms)
{
    struct list keys;
    struct err err;

    list_init(&keys);
    if (!driver->list(driver, gather, &keys, &err))
        log_line(LOG_WARN, "pending logins: %s", err.text);
    while (!list_is_empty(&keys)) {
        struct found *found = LIST_ITEM(keys.next, struct found, node);

        sweep_one(driver, found->key, now_wall_ms);
        list_remove(&found->node);
        mem_free(found);
    }
}
