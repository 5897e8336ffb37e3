// SPDX-License-Identifier: MIT
/* Notices, over HTTP. */
#include "admin/notify_routes.h"

#include "admin/account_doc.h"
#include "admin/request.h"
#include "notify/notifier.h"

#define TAG "notices"

static bool is_set(const struct admin_request *x)
{
    return x->admin->options.config->notify.url.host.len > 0;
}

static void set_place(struct admin_request *x, struct json_doc *doc)
{
    const struct config *config = x->admin->options.config;

    json_doc_set(doc, "host",
                 is_set(x) ? json_doc_new_str(config->notify.url.host)
                           : json_doc_new_null());
    json_doc_set_str(doc, "format",
                     str_of(format_name(
                         (enum notify_format)config->notify_format)));
}

/* ---- what is told -------------------------------------------------------- */

static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct json_doc *doc = notifier_doc(x->admin->options.notifier);

    json_doc_set_bool(doc, "set", is_set(x));
    set_place(x, doc);
    return admin_reply(x, doc);
}

static const struct admin_member told_members[] = {
    { "event", ADMIN_TEXT, ADMIN_REQUIRED, "what it is: window_80, ...", NULL },
    { "id", ADMIN_TEXT, ADMIN_REQUIRED, "the same as long as it lasts", NULL },
    { "since", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    { "message", ADMIN_TEXT, ADMIN_REQUIRED, "for people", NULL },
    ADMIN_END,
};
static const struct admin_member telling_members[] = {
    { .type = ADMIN_OBJECT, .text = "one of them", .members = told_members },
    ADMIN_END,
};
static const struct admin_member last_members[] = {
    { "at", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    { "delivered", ADMIN_BOOL, ADMIN_REQUIRED, "whether it was taken", NULL },
    { "status", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the HTTP status of the answer; null: there was none", NULL },
    { "error", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "why it was not taken", NULL },
    ADMIN_END,
};
static const struct admin_member get_members[] = {
    { "set", ADMIN_BOOL, ADMIN_REQUIRED, "whether NOTIFY_URL is", NULL },
    { "host", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "its host; the rest is a secret", NULL },
    { "format", ADMIN_TEXT, ADMIN_REQUIRED, "NOTIFY_FORMAT", NULL },
    { "telling", ADMIN_LIST, ADMIN_REQUIRED, "what was told and is not over",
      telling_members },
    { "waiting", ADMIN_NUMBER, ADMIN_REQUIRED, "notices on their way", NULL },
    { "sent", ADMIN_NUMBER, ADMIN_REQUIRED, "since the start", NULL },
    { "given_up", ADMIN_NUMBER, ADMIN_REQUIRED, "after all attempts failed",
      NULL },
    { "dropped", ADMIN_NUMBER, ADMIN_REQUIRED,
      "because too many waited to be sent", NULL },
    { "left_out", ADMIN_NUMBER, ADMIN_REQUIRED,
      "times that something was not told, because too much was", NULL },
    { "last", ADMIN_OBJECT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the last attempt to send one", last_members },
    ADMIN_END,
};
const struct admin_endpoint notify_routes_get = {
    .first = get,
    .tag = TAG,
    .summary = "What notices tell now, and whether they arrive",
    .answer = get_members,
};

/* ---- the test ------------------------------------------------------------ */

struct test {
    struct post *post;
};

static void drop(void *state)
{
    struct test *test = state;

    post_free(test->post);
}

static struct flow_next answered(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct test *test = x->state;
    struct post_result result;
    struct json_doc *doc;

    if (post_is_busy(test->post))
        return flow_sleep_then(answered);
    post_result(test->post, &result);
    doc = json_doc_new_object();
    json_doc_set_bool(doc, "delivered", result.taken);
    set_place(x, doc);
    json_doc_set(doc, "proxy", proxy_to_json(x->admin->options.proxy));
    if (result.status > 0)
        json_doc_set_u64(doc, "status", result.status);
    else
        json_doc_set(doc, "status", json_doc_new_null());
    json_doc_set(doc, "error",
                 result.taken ? json_doc_new_null()
                              : account_doc_text(result.err.text));
    return admin_reply(x, doc);
}

/* Made when it is first needed, which for most relays is never. */
static struct post_way *way_of(struct admin *admin)
{
    const struct admin_options *options = &admin->options;

    if (!admin->notices)
        admin->notices = post_way_new(
            &(struct post_way_options){ .loop = options->loop,
                                        .config = options->config,
                                        .tls = options->tls,
                                        .proxy = options->proxy,
                                        .outgoing = options->outgoing });
    return admin->notices;
}

static void start(struct admin_request *x)
{
    const struct event event = { .kind = EVENT_TEST,
                                 .about = EVENT_ABOUT_RELAY };
    struct test *test = x->state;
    struct buf fields;
    struct buf body;

    buf_init(&fields, FORMAT_FIELDS_MAX);
    buf_init(&body, FORMAT_BODY_MAX);
    notifier_write(x->admin->options.config, &event, EVENT_HOLDS, &fields,
                   &body);
    test->post = post_start(way_of(x->admin), buf_str(&fields), buf_str(&body),
                            admin_wake, x);
    buf_done(&body);
    buf_done(&fields);
}

static struct flow_next test(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    if (!is_set(x)) {
        (void)err_set(
            &x->err, ERR_BAD_REQUEST,
            "NOTIFY_URL is not set, so notices go nowhere: put "
            "NOTIFY_URL=https://... into .env, with NOTIFY_FORMAT if it is "
            "slack, feishu, dingtalk, wecom, telegram or ntfy, and start the "
            "relay again");
        return admin_refuse(x);
    }
    start(x);
    return flow_sleep_then(answered);
}

static const struct admin_member test_members[] = {
    { "delivered", ADMIN_BOOL, ADMIN_REQUIRED, "whether it was taken", NULL },
    { "host", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL, "where it was sent",
      NULL },
    { "format", ADMIN_TEXT, ADMIN_REQUIRED, "NOTIFY_FORMAT", NULL },
    { "proxy", ADMIN_OBJECT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "through which it went", account_doc_proxy_shown },
    { "status", ADMIN_NUMBER, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the HTTP status of the answer; null: there was none", NULL },
    { "error", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "why it was not taken: the step, or what the answer says", NULL },
    ADMIN_END,
};
const struct admin_endpoint notify_routes_test = {
    .first = test,
    .state_size = sizeof(struct test),
    .drop = drop,
    .tag = TAG,
    .summary = "Send a notice now, and say what came of it",
    .body_max = ADMIN_BODY,
    .answer = test_members,
    .action = "notify.test",
};
