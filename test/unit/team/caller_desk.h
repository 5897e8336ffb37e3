// SPDX-License-Identifier: MIT
/* A caller and its sources for tests, with a keyring in so far as it is asked: this
   file takes the place of team/keyring.c, so a program includes it once. */
#pragma once

#include <string.h>

#include "fields.h"
#include "net/cidr.h"
#include "team/caller.h"

#define TOKEN "CANARY-0123456789"
#define LOGIN "sk-ant-oat01-CANARY-not-a-real-token"
#define LOCAL "Host: localhost:3000\n"
#define ADMIN "Authorization: Bearer " TOKEN "\n"
#define OWN "Authorization: Bearer " LOGIN "\n"
#define BEARER(text) "Authorization: Bearer " text "\n"
#define X_API_KEY(text) "x-api-key: " text "\n"
#define HERE "127.0.0.1"
#define AWAY "10.0.0.1"

/* ---- the keyring, in so far as it is asked --------------------------------- */

#define KEY "cr_CANARY-fine"
#define BOUND "cr_CANARY-bound"
#define PICKY "cr_CANARY-picky"
#define PROXIED "cr_CANARY-may-proxy"
#define REVOKED "cr_CANARY-revoked"
#define EXPIRED "cr_CANARY-expired"
#define UNKNOWN "cr_CANARY-unknown"

static struct cidr ten = { .ip = { 10 }, .len = 4, .bits = 8 };

static struct key key_fine = { .name = (char[]){ "fine" } };
static struct key key_bound = { .name = (char[]){ "bound" },
                                .addresses = { &ten, 1 } };
static struct key key_picky = { .name = (char[]){ "picky" }, .strict = true };
static struct key key_proxied = { .name = (char[]){ "proxied" },
                                  .may_proxy = true };
static struct key key_revoked = { .name = (char[]){ "revoked" } };
static struct key key_expired = { .name = (char[]){ "expired" } };

static struct {
    const char *text;
    enum key_verdict verdict;
    struct key *key;
} held[] = {
    { KEY, KEY_FINE, &key_fine },
    { BOUND, KEY_FINE, &key_bound },
    { PICKY, KEY_FINE, &key_picky },
    { PROXIED, KEY_FINE, &key_proxied },
    { REVOKED, KEY_REVOKED, &key_revoked },
    { EXPIRED, KEY_EXPIRED, &key_expired },
};

struct keyring {
    size_t count;
    int refs; /* that were given and not taken back */
    int lookups;
    uint64_t changes;
    uint64_t next_end_ms; /* of any key; 0: never */
};
static struct keyring ring;

struct key *keyring_find(struct keyring *from, struct str presented,
                         uint64_t now_wall_ms, enum key_verdict *verdict)
{
    assert_true(now_wall_ms > 0);
    from->lookups++;
    *verdict = KEY_UNKNOWN;
    for (size_t i = 0; i < COUNT_OF(held); i++) {
        if (!str_eq(presented, str_of(held[i].text)))
            continue;
        *verdict = held[i].verdict;
        from->refs++;
        return held[i].key;
    }
    return NULL;
}

size_t keyring_count(struct keyring *from)
{
    return from->count;
}

uint64_t keyring_changes(struct keyring *from)
{
    return from->changes;
}

uint64_t key_next_end(const struct key *key, uint64_t now_wall_ms)
{
    assert_non_null(key);
    return ring.next_end_ms > now_wall_ms ? ring.next_end_ms : KEY_NEVER;
}

void key_unref(struct key *key)
{
    ring.refs -= key != NULL;
}

bool key_verdict_err(enum key_verdict verdict, const struct key *key,
                     struct err *err)
{
    return verdict == KEY_FINE ||
           err_set(err, ERR_NOT_ALLOWED, "the key %s has verdict %d",
                   key ? key->name : "?", (int)verdict);
}

bool key_allows_address(const struct key *key, const struct addr *address,
                        struct err *err)
{
    return key->addresses.count == 0 ||
           cidr_list_has(&key->addresses, address) ||
           err_set(err, ERR_FORBIDDEN, "not from this address");
}

bool key_allows_client(const struct key *key, struct str user_agent,
                       struct err *err)
{
    return !key->strict || str_eq(user_agent, STR("claude-cli")) ||
           err_set(err, ERR_FORBIDDEN, "not for this client");
}

/* ---- the desk --------------------------------------------------------------- */

/* What the sources say; a test changes what it is about. */
struct desk {
    struct config config;
    struct admin_token admin;
    struct caller_sources sources;
    struct peer_process process;
    struct request req;
    struct fields fields;
    struct caller caller;
};

static inline void open_desk(struct desk *desk)
{
    struct err err;

    memset(desk, 0, sizeof(*desk));
    memset(&ring, 0, sizeof(ring));
    desk->sources.keyring = &ring;
    desk->config.admin_loopback = true;
    assert_true(
        admin_token_init(&desk->admin, STR(TOKEN), "/nonexistent", &err));
    desk->sources.config = &desk->config;
    desk->sources.admin = &desk->admin;
    desk->process.verdict = PEER_OURS;
    desk->req.process = &desk->process;
    desk->req.arena = arena_new();
}

static inline void close_desk(struct desk *desk)
{
    assert_int_equal(ring.refs, 0);
    failures_free(desk->sources.failures);
    arena_free(desk->req.arena);
    admin_token_done(&desk->admin);
}

static inline void come(struct desk *desk, const char *peer, const char *fields)
{
    struct err err;

    desk->req.headers = *fields_read(&desk->fields, fields);
    assert_true(addr_parse(peer, 1, &desk->req.peer, &err));
}
