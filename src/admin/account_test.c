// SPDX-License-Identifier: MIT
/* The smallest message through an account.

       begin -> (refresh) -> the way -> (models) -> the message -> told
                                |
                                '-> told: the step that failed, and no message was sent

   The models and the message may take TEST_MS together.  What the account answers teaches
   it, and is booked, as if it had been relayed. */
#include "admin/account_test.h"

#include "account/gateway.h"
#include "account/model_map.h"
#include "admin/api_fetch.h"
#include "admin/live_account.h"
#include "admin/test_doc.h"
#include "base/clock.h"
#include "base/reason.h"
#include "base/text.h"
#include "base/token.h"
#include "upstream/fetch.h"
#include "upstream/probe.h"

#define MODEL_LEN_MAX 128
#define BODY_MAX 4096
#define TEST_MS 60000u
/* Where the provider has no list of them. */
#define USUAL_MODEL "claude-haiku-4-5"

/* In the request's arena. */
struct test {
    struct live_account live; /* first */
    struct probe *probe;
    struct api_fetch *fetch;
    struct json_doc *report;
    char model[MODEL_LEN_MAX + 1]; /* as clients call it */
    uint64_t began_ns;             /* of the step */
    struct loop_timer *deadline;
    uint64_t limit_ms;
    bool late;
};

static void drop(void *state)
{
    struct test *test = state;

    live_account_drop(&test->live);
    probe_free(test->probe);
    api_fetch_free(test->fetch);
    loop_timer_free(test->deadline);
    json_doc_free(test->report);
}

static uint64_t step_us(const struct test *test)
{
    return (clock_steady_ns() - test->began_ns) / 1000;
}

static struct flow_next tell(struct admin_request *x, struct test *test)
{
    struct json_doc *report = test->report;

    test->report = NULL;
    return admin_reply(x, report);
}

/* ---- the message ----------------------------------------------------------- */

static struct test_answer answer_of(const struct test *test)
{
    return (struct test_answer){ .account = test->live.account,
                                 .model = str_of(test->model),
                                 .took_us = step_us(test),
                                 .now_ms = clock_wall_ms() };
}

static void tell_answer(struct test *test, const struct fetch *fetch)
{
    struct test_answer answer = answer_of(test);

    if (fetch_state(fetch) == FETCH_FAILED) {
        answer.failure = fetch_error(fetch);
    } else {
        answer.status = fetch_status(fetch);
        answer.headers = fetch_headers(fetch);
        answer.body = fetch_body(fetch);
    }
    test_doc_set_answer(test->report, &answer);
}

/* What was asked is asked no more. */
static struct flow_next tell_late(struct admin_request *x, struct test *test)
{
    struct test_answer answer = answer_of(test);
    struct err late;

    REASON_SET(&late, TRIAL_TOO_SLOW, (unsigned long long)test->limit_ms);
    answer.failure = &late;
    test_doc_set_answer(test->report, &answer);
    return tell(x, test);
}

/* The flow is woken for it. */
static void too_late(void *arg)
{
    struct admin_request *x = arg;
    struct test *test = x->state;

    test->late = true;
    admin_wake(x);
}

static void start_clock(struct admin_request *x, struct test *test)
{
    uint64_t answer_ms = x->admin->options.config->first_byte_ms;

    test->limit_ms = answer_ms < TEST_MS ? answer_ms : TEST_MS;
    test->deadline = loop_timer_new(x->admin->options.loop, too_late, x);
    loop_timer_set(test->deadline, test->limit_ms);
}

static struct flow_next answered(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct test *test = x->state;

    if (api_fetch_is_busy(test->fetch))
        return test->late ? tell_late(x, test) : flow_sleep_then(answered);
    tell_answer(test, api_fetch_over(test->fetch));
    accounts_hurry(x->admin->options.accounts);
    return tell(x, test);
}

static struct flow_next say(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct test *test = x->state;
    struct str model = str_of(test->model);
    struct str theirs = gateway_model(test->live.account, model);
    struct buf body;

    buf_init(&body, BODY_MAX);
    buf_add(&body, STR("{\"model\":\""));
    text_json_escape(&body, theirs.len > 0 ? theirs : model);
    buf_add(&body, STR("\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\","
                       "\"content\":\"Hi\"}]}"));
    api_fetch_free(test->fetch);
    test->began_ns = clock_steady_ns();
    test->fetch =
        api_fetch_start(x, &(struct api_ask){ .account = test->live.account,
                                              .method = STR("POST"),
                                              .target = STR("/v1/messages"),
                                              .body = buf_str(&body),
                                              .model = model });
    buf_done(&body);
    return flow_sleep_then(answered);
}

/* ---- its model --------------------------------------------------------------- */

static struct flow_next listed(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct test *test = x->state;
    struct json_doc *list;
    struct err ignored;

    if (api_fetch_is_busy(test->fetch))
        return test->late ? tell_late(x, test) : flow_sleep_then(listed);
    list = api_fetch_answer(test->fetch, &ignored);
    text_copy(test->model, sizeof(test->model),
              test_doc_cheap_model(list, STR(USUAL_MODEL)));
    json_doc_free(list);
    return flow_go(say);
}

/* Another gateway need not have a list. */
static void take_mapped_model(struct test *test)
{
    const struct gateway *gateway = test->live.account->gateway;

    if (!test->model[0] && gateway)
        text_copy(test->model, sizeof(test->model),
                  model_map_any(gateway->models));
}

static struct flow_next find_model(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct test *test = x->state;

    start_clock(x, test);
    take_mapped_model(test);
    if (test->model[0])
        return flow_go(say);
    test->fetch = api_fetch_start(x, &(struct api_ask){
                                         .account = test->live.account,
                                         .method = STR("GET"),
                                         .target = STR("/v1/models?limit=1000"),
                                         .aside = true });
    return flow_sleep_then(listed);
}

/* ---- the way ------------------------------------------------------------------ */

static const char *route_of(const struct admin_request *x,
                            const struct account *account)
{
    if (x->admin->options.proxy)
        return "global";
    return account->proxy ? "account" : "direct";
}

static struct flow_next probed(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct test *test = x->state;
    const struct account *account = test->live.account;

    if (!probe_result(test->probe))
        return flow_sleep_then(probed);
    test_doc_set_way(test->report, test->probe, account, route_of(x, account),
                     clock_wall_ms());
    if (probe_result(test->probe)->ok)
        return flow_go(find_model);
    accounts_hurry(x->admin->options.accounts);
    return tell(x, test);
}

static struct flow_next probe(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct admin_options *options = &x->admin->options;
    struct test *test = x->state;
    const struct account *account = test->live.account;
    struct destination home = { .api = &options->config->api,
                                .tls = options->tls };
    struct destination way = gateway_way(account, &home);

    test->report = test_doc_new(account);
    if (test->live.renewed)
        test_doc_add_step(test->report, "token", true, step_us(test));
    test->probe = probe_start(
        &(struct probe_options){
            .loop = options->loop,
            .api = way.api,
            .tls = way.tls,
            .ca_file = options->config->ca_file.at,
            .outgoing = options->outgoing,
            .proxy = proxy_choose(options->proxy, NULL, account->proxy),
            .timeout_ms = options->config->connect_ms },
        admin_wake, x);
    return flow_sleep_then(probed);
}

/* ---- the endpoint --------------------------------------------------------------- */

static bool take_model(struct admin_request *x, struct test *test)
{
    struct str model;

    if (!json_doc_get_str(x->body, "model", &model))
        return true;
    if (model.len == 0 || model.len > MODEL_LEN_MAX || token_is_in(model))
        return REASON_SET(&x->err, MODEL_INVALID, MODEL_LEN_MAX);
    text_copy(test->model, sizeof(test->model), model);
    return true;
}

static struct flow_next begin(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct test *test = x->state;

    test->began_ns = clock_steady_ns();
    return take_model(x, test) ? live_account_begin(x, probe, true)
                               : admin_refuse(x);
}

static const struct admin_member body_members[] = {
    { "model", ADMIN_TEXT, 0,
      "to ask; without it one of its model_map, or a cheap one of those that the provider lists",
      NULL },
    ADMIN_END,
};
const struct admin_endpoint account_test = {
    .first = begin,
    .state_size = sizeof(struct test),
    .drop = drop,
    .tag = "accounts",
    .summary =
        "Send the smallest message through the account, step by step; it "
        "costs a token or so, and is booked",
    .body_max = ADMIN_BODY,
    .body = body_members,
    .answer = test_doc_members,
    .action = "account.test",
    .ends_with_client = true,
};
