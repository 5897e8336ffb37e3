// SPDX-License-Identifier: MIT
/* What is said of the test of an account. */
#include "admin/test_doc.h"

#include <stdio.h>

#include "account/gateway.h"
#include "account/vitals.h"
#include "admin/account_doc.h"
#include "admin/members.h"
#include "admin/vitals_doc.h"
#include "base/shell.h"
#include "base/token.h"
#include "base/visible.h"
#include "http/date.h"
#include "relay/teach.h"
#include "upstream/probe.h"

#define TEXT_MAX 1024
#define RAW_MAX 2000 /* of an answer that is no JSON */

/* ---- members ----------------------------------------------------------------- */

const struct admin_member test_doc_members[] = {
    { "ok", ADMIN_BOOL, ADMIN_REQUIRED,
      "whether the message was answered "
      "with a message (200)",
      NULL },
    { "account", ADMIN_TEXT, ADMIN_REQUIRED, "its name", NULL },
    { "proxy", ADMIN_OBJECT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the one that was used", account_doc_proxy_shown },
    { "route", ADMIN_TEXT, ADMIN_REQUIRED,
      "whose proxy that is: global or account; or direct", NULL },
    { "target", ADMIN_TEXT, ADMIN_REQUIRED, "what was asked", NULL },
    { "steps", ADMIN_LIST, ADMIN_REQUIRED, "in the order they ran",
      account_doc_steps },
    { "failed_step", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the one that failed; after one before \"message\" nothing was sent",
      NULL },
    { "error", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "why, if nothing was answered, or what is no message, as if all were well",
      NULL },
    { "status", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of the answer to the message", NULL },
    { "model", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "that the message asked for", NULL },
    { "model_answered", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "that answered", NULL },
    { "request_id", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the provider's, of the message", NULL },
    { "input_tokens", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "as the answer has them", NULL },
    { "output_tokens", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "as the answer has them", NULL },
    { "answer", ADMIN_ANY, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "what the provider answered, as it is: an object, or a text", NULL },
    { "taught", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "what the account learned from it: well, pause, blocked, ...", NULL },
    { "state", ADMIN_TEXT, ADMIN_REQUIRED, "how the account is afterwards",
      NULL },
    { "since", ADMIN_TEXT, ADMIN_OR_NULL, "since when (RFC 3339)", NULL },
    { "until", ADMIN_TEXT, ADMIN_OR_NULL, "when a pause ends", NULL },
    { "why", ADMIN_TEXT, ADMIN_OR_NULL, "why it is so", NULL },
    { "next", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "what to do, if it failed", NULL },
    { "next_code", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the same for programs: way, target, another_model, refresh, login, key, "
      "blocked, another_proxy, another_address, pause, backoff, trouble or "
      "overloaded",
      NULL },
    ADMIN_END,
};

struct json_doc *test_doc_new(const struct account *account)
{
    static const char *const unknown[] = {
        "failed_step",    "error",      "status",       "model",
        "model_answered", "request_id", "input_tokens", "output_tokens",
        "answer",         "taught",     "next",         "next_code",
    };
    struct json_doc *report = json_doc_new_object();

    json_doc_set_bool(report, "ok", false);
    json_doc_set_str(report, "account", str_of(account->name));
    json_doc_set(report, "steps", json_doc_new_array());
    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        json_doc_set(report, unknown[i], json_doc_new_null());
    return report;
}

void test_doc_add_step(struct json_doc *report, const char *step, bool ok,
                       uint64_t took_us)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, "step", str_of(step));
    json_doc_set_bool(doc, "ok", ok);
    json_doc_set_u64(doc, "ms", took_us / 1000);
    json_doc_set_u64(doc, "us", took_us);
    json_doc_set(doc, "found", json_doc_new_null());
    json_doc_add(json_doc_get(report, "steps"), doc);
    if (!ok)
        json_doc_set_str(report, "failed_step", str_of(step));
}

/* ---- what to do next ---------------------------------------------------------- */

struct next {
    const char *code; /* that stays */
    const char *text; /* may have one %s: the account's name, for a shell; or a
                         %v: as the value of an option */
};

static void set_next(struct json_doc *report, const struct account *account,
                     const struct next *next)
{
    const char *hole = strchr(next->text, '%');
    const char *before = hole ? hole : next->text + strlen(next->text);
    char word[SHELL_WORD_MAX];
    char text[TEXT_MAX];

    if (hole && hole[1] == 's')
        shell_name(str_of(account->name), word);
    else
        shell_quote(str_of(account->name), word);
    (void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(before - next->text),
                   next->text, hole ? word : "",
                   hole ? hole + strlen("%s") : "");
    json_doc_set_str(report, "next_code", str_of(next->code));
    json_doc_set(report, "next", account_doc_text(text));
}

static const struct next look_at_way = {
    "way", "nothing was sent: look at the way with `claude-relay proxy test "
           "--account %v`"
};
/* What answered so says nothing of the account. */
static const struct next look_at_target = {
    "target", "look at where its requests go: at its base_url (`claude-relay "
              "account show %s`) or CLAUDE_API_URL, and at its proxy"
};
static const struct next another_key = {
    "key", "its key was refused: give it another one with `claude-relay "
           "account set %s --api-key -`"
};

/* Of a way that leads back here. */
static const struct next *another_address(const struct account *account)
{
    static const struct next own = {
        "another_address",
        "its base_url leads back to this relay: put the address of the other "
        "gateway behind `claude-relay account set %s --url`"
    };
    static const struct next home = {
        "another_address",
        "CLAUDE_API_URL leads back to this relay: set it to the API's address"
    };

    return gateway_is_elsewhere(account) ? &own : &home;
}

/* Without a text: nothing. */
static const struct next *next_of(enum lesson_kind kind, unsigned status,
                                  const struct account *account)
{
    static const struct next nexts[LESSON_KINDS] = {
        [LESSON_NONE] = { "another_model",
                          "the account is not at fault: that is the "
                          "provider's answer to this message.  Another model "
                          "(`claude-relay account test %s --model MODEL`) may "
                          "do; a person's plan may serve Claude Code alone" },
        [LESSON_TOKEN] = { "refresh",
                           "its token was refused: `claude-relay account "
                           "refresh %s` gets another one" },
        [LESSON_LOGIN] = { "login", "its credential was refused: sign in again "
                                    "with `claude-relay login %s`" },
        [LESSON_BLOCKED] = { "blocked",
                             "the provider refuses the account: when that is "
                             "settled there, `claude-relay account clear %s`" },
        [LESSON_EGRESS] = { "another_proxy",
                            "the address that it is used from is refused: give "
                            "it another proxy with `claude-relay account set "
                            "%s --proxy -`" },
        [LESSON_PAUSE] = { "pause",
                           "its limit is used up: it serves again by itself" },
        [LESSON_BACKOFF] = { "backoff",
                             "it was asked too often: try again in a moment" },
        [LESSON_FAILED] = { "trouble",
                            "the provider or the way to it is in trouble: try "
                            "again in a moment; `claude-relay proxy test "
                            "--account %v` tries the way alone" },
        [LESSON_OVERLOADED] = { "overloaded",
                                "the provider is overloaded: try again later" },
    };

    if (kind == LESSON_EGRESS && status == err_status(ERR_LOOP))
        return another_address(account);
    return kind == LESSON_LOGIN && !account->kind->personal ? &another_key
                                                            : &nexts[kind];
}

static void set_state(struct json_doc *report, const struct account *account,
                      uint64_t now_ms)
{
    vitals_doc_set_state(report, account, now_ms);
}

/* ---- the way ------------------------------------------------------------------ */

static void copy(struct json_doc *to, const struct json_doc *from,
                 const char *member)
{
    const struct json_doc *value = json_doc_get(from, member);

    json_doc_set(to, member,
                 value ? json_doc_copy(value) : json_doc_new_null());
}

/* It teaches the account what a request that was relayed there would. */
static void set_round(struct json_doc *report, const struct account *account,
                      struct str error, uint64_t now_ms)
{
    const struct vitals_answer answer = { .status = err_status(ERR_LOOP),
                                          .error = error,
                                          .now_ms = now_ms };
    enum lesson_kind kind = account->vitals
                                ? vitals_learn(account->vitals, &answer).kind
                                : LESSON_NONE;

    json_doc_set_str(report, "taught", str_of(lesson_word(kind)));
    set_next(report, account, another_address(account));
}

void test_doc_set_way(struct json_doc *report, const struct probe *probe,
                      const struct account *account, const char *route,
                      uint64_t now_ms)
{
    const struct probe_result *result = probe_result(probe);
    struct json_doc *way = probe_report(probe);
    const struct json_doc *steps = json_doc_get(way, "steps");

    for (size_t i = 0; i < json_doc_count(steps); i++)
        json_doc_add(json_doc_get(report, "steps"),
                     json_doc_copy(json_doc_at(steps, i)));
    copy(report, way, "proxy");
    copy(report, way, "target");
    copy(report, way, "failed_step");
    copy(report, way, "error");
    json_doc_set_str(report, "route", str_of(route));
    if (!result->ok && result->err.code == ERR_LOOP)
        set_round(report, account, str_of(result->err.text), now_ms);
    else if (!result->ok)
        set_next(report, account, &look_at_way);
    set_state(report, account, now_ms);
    json_doc_free(way);
}

/* ---- the answer ---------------------------------------------------------------- */

static void set_text(struct json_doc *report, const char *member,
                     struct str text)
{
    if (text.len > 0)
        json_doc_set_str(report, member, text);
}

/* It would be odd if it repeated the credential; then it is not shown. */
static void set_body(struct json_doc *report, const struct account *account,
                     const struct json_doc *doc, struct str body)
{
    struct str token = secret_reveal(account->token);
    struct buf text;

    if (doc && !members_hold(doc, token)) {
        json_doc_set(report, "answer", json_doc_copy(doc));
        return;
    }
    buf_init(&text, RAW_MAX);
    if (!token_holds(body, token))
        (void)visible_add(&text, body, ' ', RAW_MAX);
    set_text(report, "answer", buf_str(&text));
    buf_done(&text);
}

static void set_facts(struct json_doc *report, const struct json_doc *doc)
{
    const struct json_doc *usage = json_doc_get(doc, "usage");
    struct str model = STR_EMPTY;

    (void)json_doc_get_str(doc, "model", &model);
    set_text(report, "model_answered", model);
    if (json_doc_get(usage, "input_tokens"))
        copy(report, usage, "input_tokens");
    if (json_doc_get(usage, "output_tokens"))
        copy(report, usage, "output_tokens");
}

static void set_answered(struct json_doc *report,
                         const struct test_answer *answer,
                         const struct json_doc *doc)
{
    const struct str *id = headers_get(answer->headers, STR("request-id"));

    json_doc_set_u64(report, "status", answer->status);
    if (id)
        set_text(report, "request_id", *id);
    set_facts(report, doc);
    set_body(report, answer->account, doc, answer->body);
}

bool test_doc_is_message(const struct json_doc *doc)
{
    struct str type;

    return json_doc_get_str(doc, "type", &type) && str_eq(type, STR("message"));
}

static enum lesson_kind learn(const struct test_answer *answer)
{
    struct vitals_answer facts = { .status = answer->status,
                                   .headers = answer->headers,
                                   .model = answer->model,
                                   .now_ms = answer->now_ms };
    const struct str *after = NULL;
    char text[TEACH_TEXT_MAX];

    if (answer->headers)
        after = headers_get(answer->headers, STR("retry-after"));
    if (after)
        facts.retry_after_ms = date_wait_ms(*after, answer->now_ms);
    facts.renews = answer->account->can_refresh;
    facts.garbled =
        answer->failure && answer->failure->code == ERR_BAD_RESPONSE;
    if (teach_reads_body(answer->status))
        facts.error = teach_error_of(answer->body, text);
    return answer->account->vitals
               ? vitals_learn(answer->account->vitals, &facts).kind
               : LESSON_NONE;
}

static void set_odd(struct json_doc *report, const struct account *account)
{
    json_doc_set_str(report, "error", STR(TEST_DOC_ODD));
    json_doc_set_str(report, "taught", str_of(lesson_word(LESSON_NONE)));
    set_next(report, account, &look_at_target);
}

static void set_learned(struct json_doc *report,
                        const struct test_answer *answer, bool ok)
{
    enum lesson_kind kind = learn(answer);
    const struct next *next = next_of(kind, answer->status, answer->account);

    if (answer->failure)
        json_doc_set(report, "error", account_doc_text(answer->failure->text));
    json_doc_set_str(report, "taught", str_of(lesson_word(kind)));
    if (!ok && next->text)
        set_next(report, answer->account, next);
}

void test_doc_set_answer(struct json_doc *report,
                         const struct test_answer *answer)
{
    struct err ignored;
    struct json_doc *doc =
        answer->failure ? NULL : json_doc_parse(answer->body, &ignored);
    bool fine = !answer->failure && answer->status < 400;
    bool ok = fine && answer->status == 200 && test_doc_is_message(doc);

    json_doc_set_bool(report, "ok", ok);
    set_text(report, "model", answer->model);
    test_doc_add_step(report, "message", ok, answer->took_us);
    if (!answer->failure)
        set_answered(report, answer, doc);
    if (fine && !ok)
        set_odd(report, answer->account);
    else
        set_learned(report, answer, ok);
    set_state(report, answer->account, answer->now_ms);
    json_doc_free(doc);
}

/* ---- a model -------------------------------------------------------------------- */

struct str test_doc_cheap_model(const struct json_doc *list, struct str usual)
{
    const struct json_doc *data = json_doc_get(list, "data");
    struct str first = STR_EMPTY;

    for (size_t i = 0; i < json_doc_count(data); i++) {
        struct str id;

        if (!json_doc_get_str(json_doc_at(data, i), "id", &id) || id.len == 0)
            continue;
        if (str_contains(id, STR("haiku")))
            return id;
        if (first.len == 0)
            first = id;
    }
    return first.len > 0 ? first : usual;
}
