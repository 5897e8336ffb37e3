// SPDX-License-Identifier: MIT
/* Ids that answers tell lead later requests to the account that told them. */
#include "relay/owner.h"

#include <stdio.h>
#include <string.h>

#include "account/accounts.h"
#include "accounts.h"
#include "base/clock.h"
#include "crypto/hash.h"
#include "relay_scene.h"

#define JSON "Content-Type: application/json; charset=utf-8\r\n"
#define LIST "{\"data\":[{\"id\":\"x\"},{\"type\":\"file\",\"id\":\"y\"}]}"
/* gzip of {"id":"x"} */
#define PACKED                                                                 \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\x4c\x51\xb2\x52"     \
    "\xaa\x50\xaa\x05\x00\xbc\x7e\x53\x89\x0a\x00\x00\x00"

static bool is_known(struct relay_scene *scene, const char *id)
{
    uint64_t owner = owner_by_id(scene->accounts, hash_number(str_of(id)));

    assert_true(owner == 0 || owner == bindings_account(STR("main")));
    return owner != 0;
}

/* ---- answers --------------------------------------------------------------- */

static const struct {
    const char *request; /* its first line */
    const char *head;    /* of the answer */
    const char *body;
    size_t len;
    const char *known[2]; /* of x and y */
} answers[] = {
#define BODY(text) text, sizeof(text) - 1
    { "POST /v1/messages/batches HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"id\":\"x\",\"type\":\"message_batch\"}"),
      { "x" } },
    { "GET /v1/files HTTP/1.1", "200 OK\r\n" JSON, BODY(LIST), { "x", "y" } },
    { "POST /v1/skills HTTP/1.1",
      "201 Created\r\n" JSON,
      BODY("{\"id\":\"x\"}"),
      { "x" } },
    { "GET /v1/files/x HTTP/1.1",
      "200 OK\r\n" JSON "Content-Encoding: gzip\r\n",
      BODY(PACKED),
      { "x" } },
    /* further down is something else's */
    { "GET /v1/files/x HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"a\":{\"id\":\"x\"},\"b\":[{\"id\":\"y\"}]}"),
      { NULL } },
    { "GET /v1/files/x HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"id\":null,\"data\":{\"id\":\"x\"}}"),
      { NULL } },
    /* what no account has to itself, or what is none of the API's own */
    { "GET /v1/models/x HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"id\":\"x\"}"),
      { NULL } },
    { "GET /v1/files/f/content HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"id\":\"x\"}"),
      { NULL } },
    { "GET /v1/files/x HTTP/1.1",
      "404 Not Found\r\n" JSON,
      BODY("{\"id\":\"x\"}"),
      { NULL } },
    { "GET /v1/files/x HTTP/1.1",
      "200 OK\r\nContent-Type: text/plain\r\n",
      BODY("{\"id\":\"x\"}"),
      { NULL } },
    { "GET /v1/files/x HTTP/1.1",
      "200 OK\r\n",
      BODY("{\"id\":\"x\"}"),
      { NULL } },
    { "GET /v1/files/x HTTP/1.1",
      "200 OK\r\n" JSON "Content-Encoding: tea\r\n",
      BODY("{\"id\":\"x\"}"),
      { NULL } },
};

static void answer(struct relay_scene *scene, size_t i)
{
    bool posts = answers[i].request[0] == 'P';
    char text[512];
    struct wire *peer;

    (void)snprintf(text, sizeof(text),
                   "%s\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s",
                   answers[i].request, posts ? 2 : 0, posts ? "{}" : "");
    peer = relay_scene_ask(scene, text, posts ? "{}" : "\r\n\r\n");
    (void)snprintf(text, sizeof(text), "HTTP/1.1 %sContent-Length: %zu\r\n\r\n",
                   answers[i].head, answers[i].len);
    wire_send(peer, text);
    for (size_t at = 0; at < answers[i].len; at++) {
        wire_send_str(peer, (struct str){ answers[i].body + at, 1 });
        wire_turn_for(scene->loop, 1);
    }
    relay_scene_until_ended(scene, 1);
}

static void answers_tell_what_is_whose(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct relay_scene *scene;
        void *at;

        (void)relay_scene_open(&at);
        scene = at;
        answer(scene, i);
        if (is_known(scene, "x") != (answers[i].known[0] != NULL) ||
            is_known(scene, "y") != (answers[i].known[1] != NULL))
            fail_msg("case %zu: %s", i, answers[i].request);
        (void)relay_scene_close(&at);
    }
}

/* ---- requests -------------------------------------------------------------- */

static const struct {
    const char *path;
    const char *query;
    const char *files[2]; /* in its body */
    const char *owner;    /* NULL: none is known */
} requests[] = {
    { "/v1/files/x", "", { NULL }, "a" },
    { "/v1/files/y", "", { NULL }, "b" },
    { "/v1/files/%78", "", { NULL }, "a" },
    { "/v1/messages/batches/y/results", "", { NULL }, "b" },
    { "/v1/skills/x/versions/y", "", { NULL }, "a" },
    { "/v1/files", "limit=5&after_id=y", { NULL }, "b" },
    { "/v1/files", "before_id=x", { NULL }, "a" },
    { "/v1/files/unknown", "", { NULL }, NULL },
    { "/v1/files/gone", "", { NULL }, NULL },
    { "/v1/files/X", "", { NULL }, NULL },
    { "/v1/files", "id=x", { NULL }, NULL },
    { "/v1/models/x", "after_id=x", { NULL }, NULL },
    { "/v1/messages", "", { "y" }, "b" },
    { "/v1/messages", "", { "unknown", "x" }, "a" },
    { "/v1/messages", "", { "gone", "y" }, "b" },
    { "/v1/messages/batches", "", { "x", "y" }, "a" },
    { "/v1/skills/y", "", { "x" }, "b" },
};

static void put(struct accounts *accounts, const char *id, const char *name)
{
    bindings_put(accounts_owned(accounts), hash_number(str_of(id)),
                 bindings_account(str_of(name)), clock_wall_ms());
}

static void requests_name_what_is_somebodys(void **state)
{
    struct accounts *accounts = accounts_new();
    struct relay relay = { .options = { .accounts = accounts } };

    (void)state;
    for (char name[] = "a"; name[0] <= 'b'; name[0]++)
        accounts_put(accounts,
                     unit_account(&account_kind_apikey, name,
                                  "{\"api_key\":\"sk-ant-api03-x\"}"),
                     false);
    put(accounts, "x", "a");
    put(accounts, "y", "b");
    put(accounts, "gone", "c");
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        struct str path = str_of(requests[i].path);
        struct request req = { .arena = arena_new(),
                               .query = str_of(requests[i].query) };
        struct relayed r = { .relay = &relay, .req = &req, .path = path };
        struct scan_facts facts = { .stream = false };
        uint64_t want =
            requests[i].owner ? bindings_account(str_of(requests[i].owner)) : 0;

        r.endpoint = endpoints_find(STR("GET"), path);
        if (!r.endpoint)
            r.endpoint = endpoints_open(STR("POST"), path);
        for (size_t j = 0; j < 2 && requests[i].files[j]; j++)
            facts.files[facts.file_count++] =
                hash_number(str_of(requests[i].files[j]));
        owner_note_asked(&r, &facts);
        if (owner_find(&r) != want)
            fail_msg("case %zu: %s", i, requests[i].path);
        arena_free(req.arena);
    }
    accounts_free(accounts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_tell_what_is_whose),
        cmocka_unit_test(requests_name_what_is_somebodys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
