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
#define X "file_0123456789abcdefX"
#define Y "file_0123456789abcdefY"
#define GONE "file_0123456789abcdefZ"
#define BATCH "msgbatch_0123456789abcdef"
#define SKILL "skill_0123456789abcdef"
#define NAMES(id) "{\"id\":\"" id "\"}"
#define LIST                                                                   \
    "{\"data\":[{\"id\":\"" X "\"},{\"type\":\"file\",\"id\":\"" Y "\"}]}"
/* gzip of NAMES(X) */
#define PACKED                                                                 \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\x4c"                 \
    "\x51\xb2\x52\x4a\xcb\xcc\x49\x8d\x37\x30\x34\x32\x36\x31"                 \
    "\x35\x33\xb7\xb0\x4c\x4c\x4a\x4e\x49\x4d\x8b\x50\xaa\x05"                 \
    "\x00\x6f\x8d\x1f\x12\x1f\x00\x00\x00"

static bool is_known(struct relay_scene *scene, const char *id)
{
    uint64_t owner =
        owner_by_id(scene->accounts, NULL, hash_number(str_of(id)));

    assert_true(owner == 0 || owner == bindings_account(STR("main")));
    return owner != 0;
}

/* ---- answers --------------------------------------------------------------- */

static const struct {
    const char *request; /* its first line */
    const char *head;    /* of the answer */
    const char *body;
    size_t len;
    const char *known[2];
} answers[] = {
#define BODY(text) text, sizeof(text) - 1
    { "POST /v1/messages/batches HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"id\":\"" BATCH "\",\"type\":\"message_batch\"}"),
      { BATCH } },
    { "GET /v1/files HTTP/1.1", "200 OK\r\n" JSON, BODY(LIST), { X, Y } },
    { "POST /v1/skills HTTP/1.1",
      "201 Created\r\n" JSON,
      BODY(NAMES(SKILL)),
      { SKILL } },
    { "GET /v1/files/" X " HTTP/1.1",
      "200 OK\r\n" JSON "Content-Encoding: gzip\r\n",
      BODY(PACKED),
      { X } },
    /* what running code has made */
    { "POST /v1/messages HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"content\":[{\"type\":\"bash_code_execution_tool_result\","
           "\"content\":{\"content\":[{\"file_id\":\"" X "\"},"
           "{\"file_id\":\"" Y "\"}]}}],\"usage\":{}}"),
      { X, Y } },
    { "POST /v1/messages HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"id\":\"" X "\",\"content\":[{\"content\":{\"content\":["
           "{\"file_id\":\"" SKILL "\"}]}}]}"),
      { NULL } },
    /* further down is something else's */
    { "GET /v1/files/x HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"a\":" NAMES(X) ",\"b\":[" NAMES(Y) "]}"),
      { NULL } },
    { "GET /v1/files/x HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"id\":null,\"data\":" NAMES(X) "}"),
      { NULL } },
    /* what nobody asked for, and what is no id */
    { "GET /v1/files HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"data\":[" NAMES("v1") "," NAMES("files") "," NAMES(
          BATCH) "," NAMES(SKILL) "]}"),
      { NULL } },
    { "GET /v1/skills HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY("{\"data\":[" NAMES("xlsx") "," NAMES(SKILL) "," NAMES(X) "]}"),
      { SKILL } },
    /* what no account has to itself, or what is none of the API's own */
    { "GET /v1/models/x HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY(NAMES(X)),
      { NULL } },
    { "GET /v1/files/" Y "/content HTTP/1.1",
      "200 OK\r\n" JSON,
      BODY(NAMES(X)),
      { NULL } },
    { "GET /v1/files/x HTTP/1.1",
      "404 Not Found\r\n" JSON,
      BODY(NAMES(X)),
      { NULL } },
    { "GET /v1/files/x HTTP/1.1",
      "200 OK\r\nContent-Type: text/plain\r\n",
      BODY(NAMES(X)),
      { NULL } },
    { "GET /v1/files/x HTTP/1.1", "200 OK\r\n", BODY(NAMES(X)), { NULL } },
    { "GET /v1/files/x HTTP/1.1",
      "200 OK\r\n" JSON "Content-Encoding: tea\r\n",
      BODY(NAMES(X)),
      { NULL } },
};

/* All that a row could name, and more. */
static const char *const ids[] = { X,    Y,       BATCH,     SKILL,
                                   "v1", "files", "batches", "xlsx" };

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

static bool is_told(size_t i, const char *id)
{
    bool told = false;

    for (size_t j = 0; j < 2 && answers[i].known[j]; j++)
        told |= strcmp(answers[i].known[j], id) == 0;
    return told;
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
        for (size_t j = 0; j < COUNT_OF(ids); j++) {
            if (is_known(scene, ids[j]) != is_told(i, ids[j]))
                fail_msg("case %zu: %s: %s", i, answers[i].request, ids[j]);
        }
        (void)relay_scene_close(&at);
    }
}

/* ---- requests -------------------------------------------------------------- */

static const struct {
    const char *method;
    const char *path;
    const char *query;
    const char *files[2]; /* in its body */
    const char *owner;    /* NULL: none is known */
} requests[] = {
    { "GET", "/v1/files/" X, "", { NULL }, "a" },
    { "DELETE", "/v1/files/" Y, "", { NULL }, "b" },
    { "GET", "/v1/files/file%5f0123456789abcdef%58", "", { NULL }, "a" },
    { "GET", "/v1/messages/batches/" Y "/results", "", { NULL }, "b" },
    { "POST", "/v1/skills/" X "/versions/" Y, "", { NULL }, "a" },
    { "GET", "/v1/files", "limit=5&after_id=" Y, { NULL }, "b" },
    { "GET", "/v1/files", "before_id=" X, { NULL }, "a" },
    { "GET", "/v1/files/unknown", "", { NULL }, NULL },
    { "GET", "/v1/files/" GONE, "", { NULL }, NULL },
    { "GET", "/v1/files/FILE_0123456789abcdefX", "", { NULL }, NULL },
    { "GET", "/v1/files", "id=" X, { NULL }, NULL },
    { "GET", "/v1/models/" X, "after_id=" X, { NULL }, NULL },
    { "POST", "/v1/messages", "", { Y }, "b" },
    { "POST", "/v1/messages", "", { "unknown", X }, "a" },
    { "POST", "/v1/messages", "", { GONE, Y }, "b" },
    { "POST", "/v1/messages/batches", "", { X, Y }, "a" },
    { "POST", "/v1/skills/" Y, "", { X }, "b" },
    /* nothing leads what is made new; and names are no ids, whoever knows them */
    { "POST", "/v1/files", "after_id=" X, { NULL }, NULL },
    { "GET", "/v1/skills/xlsx", "after_id=xlsx", { NULL }, NULL },
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
    put(accounts, X, "a");
    put(accounts, Y, "b");
    put(accounts, GONE, "c");
    put(accounts, "xlsx", "a");
    put(accounts, "v1", "a");
    put(accounts, "files", "a");
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        struct str path = str_of(requests[i].path);
        struct request req = { .arena = arena_new(),
                               .query = str_of(requests[i].query) };
        struct relayed r = { .relay = &relay, .req = &req, .path = path };
        struct scan_facts facts = { .stream = false };
        uint64_t want =
            requests[i].owner ? bindings_account(str_of(requests[i].owner)) : 0;

        r.endpoint = endpoints_find(str_of(requests[i].method), path);
        if (!r.endpoint)
            r.endpoint = endpoints_open(str_of(requests[i].method), path);
        assert_non_null(r.endpoint);
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
