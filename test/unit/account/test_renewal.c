// SPDX-License-Identifier: MIT
/* A kind of accounts that nobody but this test knows: its table of kinds stands in the
   place of the program's (account/kinds.c), with one more row. */
#include "account/renewal.h"

#include "account/kinds.h"
#include "base/mem.h"
#include "desk.h"

#define KEY "other_third"
#define DOC(access, refresh)                                                   \
    "{\"access_token\":\"" access "\",\"refresh_token\":\"" refresh            \
    "\",\"expires_at\":\"2020-01-01T00:00:00Z\",\"note\":\"mine\"}"

/* ---- the kind ------------------------------------------------------------ */

static const struct url *endpoint(const struct config *config)
{
    return &config->api;
}

static void ask(const struct config *config, const struct json_doc *doc,
                struct buf *body)
{
    struct str token = STR_EMPTY;

    (void)config;
    (void)json_doc_get_str(doc, "refresh_token", &token);
    buf_printf(body, "again=" STR_FMT, STR_ARG(token));
}

/* "access refresh"; anything else is no. */
static struct renewal_answer judge(unsigned status,
                                   const struct headers *headers,
                                   struct str body, uint64_t now_wall_ms)
{
    struct renewal_answer answer = { .verdict = RENEWAL_REFUSED };
    size_t space = str_index(body, ' ');

    (void)headers;
    (void)now_wall_ms;
    if (status != 200 || space == body.len) {
        (void)err_set(&answer.err, ERR_LOGIN_REQUIRED, "they said no");
        return answer;
    }
    answer.verdict = RENEWAL_GRANTED;
    answer.lifetime_ms = 3600000;
    answer.patch = json_doc_new_object();
    json_doc_set_str(answer.patch, "access_token", str_sub(body, 0, space));
    json_doc_set_str(answer.patch, "refresh_token", str_from(body, space + 1));
    json_doc_set_str(answer.patch, "expires_at", STR("2999-01-01T00:00:00Z"));
    return answer;
}

#define FIELDS "content-type: text/plain\r\n"

static const struct renewal renewal = {
    .endpoint = endpoint,
    .fields = { FIELDS, sizeof(FIELDS) - 1 },
    .ask = ask,
    .judge = judge,
};

/* Its documents are those of the kind that signs in. */
static bool parse(struct account *account, const struct json_doc *doc,
                  struct err *err)
{
    return account_kind_oauth.parse(account, doc, err);
}

static const struct account_kind other = {
    .name = "other",
    .file_prefix = "other_",
    .field = { { "x-other", 7 }, { "", 0 } },
    .renewal = &renewal,
    .parse = parse,
};

const struct account_kind *const account_kinds[] = {
    &account_kind_oauth,
    &account_kind_apikey,
    &other,
    NULL,
};

/* ---- at work ------------------------------------------------------------- */

static void woken(void *arg)
{
    (void)arg;
}

static bool is_answered(void *arg)
{
    return keeper_wait_is_done(arg);
}

static struct keeper_wait *ask_keeper(struct desk *desk, enum keeper_op op,
                                      const char *text)
{
    struct err err;
    struct json_doc *doc = text ? json_doc_parse(str_of(text), &err) : NULL;
    struct keeper_wait *wait =
        keeper_ask(desk->keeper, desk->loop,
                   &(struct keeper_question){ .op = op,
                                              .name = STR("third"),
                                              .kind = &other,
                                              .change = doc },
                   woken, NULL);

    json_doc_free(doc);
    return wait;
}

static struct account *third(struct desk *desk)
{
    return accounts_get(desk->accounts, STR("third"));
}

static int third_open(void **state)
{
    struct keeper_wait *wait;
    struct desk *desk;

    (void)desk_open(state);
    desk = *state;
    desk->config.api = (struct url){ .host = STR("127.0.0.1"),
                                     .port = desk->port,
                                     .prefix = STR("/others/token") };
    wait = ask_keeper(desk, KEEPER_CREATE, DOC("old-a", "old-r"));
    wire_until(desk->loop, is_answered, wait);
    assert_null(keeper_wait_error(wait));
    keeper_wait_free(wait);
    return 0;
}

/* At its own place, as it asks. */
static void take_call(struct desk *desk)
{
    struct str got;

    wire_close(&desk->peer);
    wire_accept(&desk->peer, desk->loop, desk->listening);
    wire_expect(&desk->peer, "\r\n\r\nagain=old-r");
    got = buf_str(&desk->peer.got);
    assert_true(str_contains(got, STR("POST /others/token HTTP/1.1\r\n")));
    assert_true(str_contains(got, STR(FIELDS)));
}

static void it_is_renewed_in_its_own_way(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = ask_keeper(desk, KEEPER_REFRESH, NULL);
    struct account *account;
    char *stored;

    take_call(desk);
    desk_reply(desk, "200 OK", "new-a new-r");
    wire_until(desk->loop, is_answered, wait);
    assert_null(keeper_wait_error(wait));
    account = third(desk);
    unit_assert_str(secret_reveal(account->token), "new-a");
    assert_ptr_equal(account->kind, &other);
    account_unref(account);
    stored = script_store_get(desk->script, KEY);
    unit_assert_part(stored, "\"refresh_token\":\"new-r\"");
    unit_assert_part(stored, "\"note\":\"mine\"");
    mem_free(stored);
    keeper_wait_free(wait);
}

static void what_it_refuses_says_what_to_do_with_it(void **state)
{
    struct desk *desk = *state;
    struct keeper_wait *wait = ask_keeper(desk, KEEPER_REFRESH, NULL);
    struct account *account;

    take_call(desk);
    desk_reply(desk, "403 Forbidden", "no");
    wire_until(desk->loop, is_answered, wait);
    unit_assert_part(keeper_wait_error(wait)->text,
                     "they said no; remove it with `claude-relay account "
                     "remove third`, and add it again");
    account = third(desk);
    assert_true(account->login_required);
    account_unref(account);
    keeper_wait_free(wait);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, third_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(it_is_renewed_in_its_own_way),
        ROW(what_it_refuses_says_what_to_do_with_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
