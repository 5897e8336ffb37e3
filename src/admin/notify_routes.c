// SPDX-License-Identifier: MIT
/* Notices, over HTTP. */
#include "admin/notify_routes.h"

#include "admin/account_doc.h"
#include "admin/request.h"
#include "base/clock.h"
#include "base/reason.h"
#include "base/text.h"
#include "config/setting.h"
#include "notify/notifier.h"
#include "store/store.h"

#define TAG "notices"

/* The caller's reference, or NULL. */
static const struct notify_target *take_target(const struct admin_request *x)
{
    return notify_board_take(x->admin->options.notices);
}

static void set_place(const struct notify_target *target, struct json_doc *doc)
{
    enum notify_format format = target ? target->format : NOTIFY_JSON;

    json_doc_set(doc, "host",
                 target ? json_doc_new_str(target->to.url.host)
                        : json_doc_new_null());
    json_doc_set_str(doc, "format", str_of(format_name(format)));
}

static const struct config_source *source_of(const struct admin_request *x)
{
    return &x->admin->options.config->sources[CONFIG_AT_NOTIFY_URL];
}

static void set_origin(const struct admin_request *x,
                       const struct notify_target *target, struct json_doc *doc)
{
    bool here = target && target->since_ms > 0;
    char time[TEXT_TIME_MAX];

    if (here)
        text_format_time(target->since_ms, time);
    json_doc_set(doc, "origin",
                 !target ? json_doc_new_null()
                 : here  ? json_doc_new_str(STR("here"))
                         : json_doc_new_str(str_of(
                               config_origin_word(source_of(x)->origin))));
    json_doc_set(doc, "changed_at",
                 here ? json_doc_new_str(str_of(time)) : json_doc_new_null());
}

/* ---- what is told -------------------------------------------------------- */

static struct json_doc *state_doc(const struct admin_request *x)
{
    const struct notify_target *target = take_target(x);
    struct json_doc *doc = notifier_doc(x->admin->options.notifier);

    json_doc_set_bool(doc, "set", target != NULL);
    set_place(target, doc);
    set_origin(x, target, doc);
    notify_target_unref(target);
    return doc;
}

static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    return admin_reply(x, state_doc(x));
}

static const struct admin_member told_members[] = {
    { "event", ADMIN_TEXT, ADMIN_REQUIRED, "what it is: window_80, ...", NULL },
    { "id", ADMIN_TEXT, ADMIN_REQUIRED, "the same as long as it lasts", NULL },
    { "since", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    { "message", ADMIN_TEXT, ADMIN_REQUIRED, "for people", NULL },
    { "subject", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the name of the account, key or group; null: the relay", NULL },
    { "until", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "when it ends by itself", NULL },
    { "details", ADMIN_OBJECT, ADMIN_REQUIRED,
      "for programs: about, window, used_ppm, why, next, ...", NULL },
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
    { "set", ADMIN_BOOL, ADMIN_REQUIRED, "whether they go anywhere", NULL },
    { "host", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of the address; the rest is a secret", NULL },
    { "format", ADMIN_TEXT, ADMIN_REQUIRED, "as NOTIFY_FORMAT has it", NULL },
    { "origin", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "of the address: environment or file (NOTIFY_URL is set there), or here",
      NULL },
    { "changed_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "when it was set here", NULL },
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

/* ---- changing it --------------------------------------------------------- */

struct changing {
    struct store_job *job;
};

static void drop_change(void *state)
{
    struct changing *changing = state;

    store_job_free(changing->job);
}

/* What the audit log has of it: never the address. */
static struct json_doc *facts_of(const struct admin_request *x)
{
    const struct notify_target *target = take_target(x);
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_bool(doc, "set", target != NULL);
    if (target)
        set_place(target, doc);
    notify_target_unref(target);
    return doc;
}

static bool may_change(struct admin_request *x)
{
    const struct notify_board *board = x->admin->options.notices;
    const struct config_source *source = source_of(x);

    if (!board)
        return err_set(&x->err, ERR_NOT_FOUND, "nothing is told here");
    if (!notify_board_is_fixed(board))
        return true;
    if (source->file)
        return REASON_SET(&x->err, NOTIFY_SET_IN_FILE, source->file,
                          source->line);
    return REASON_SET(&x->err, NOTIFY_SET_IN_ENVIRONMENT);
}

/* The format that is given, or the one that there is. */
static bool read_format(struct admin_request *x, enum notify_format *format)
{
    const struct notify_target *target;
    struct str word;

    if (json_doc_get_str(x->body, "format", &word)) {
        *format = format_of(word);
        return *format < NOTIFY_FORMATS ||
               REASON_SET(&x->err, NOTIFY_FORMAT_UNKNOWN);
    }
    target = take_target(x);
    *format = target ? target->format : NOTIFY_JSON;
    notify_target_unref(target);
    return true;
}

static bool check_offer(struct admin_request *x, struct notify_offer *offer)
{
    const struct admin_options *options = &x->admin->options;

    offer->own_port = options->facts ? options->facts->port : 0;
    if (notify_target_check(options->config, offer, &x->err))
        return true;
    (void)err_wrap(&x->err, "url");
    x->err.code = ERR_BAD_REQUEST;
    return false;
}

/* NULL: it was refused. */
static struct json_doc *patch_of(struct admin_request *x)
{
    struct notify_offer offer = { .format = NOTIFY_JSON };
    struct json_doc *patch;
    char now[TEXT_TIME_MAX];

    if (!json_doc_get_str(x->body, "url", &offer.url)) {
        (void)REASON_SET(&x->err, NOTIFY_URL_MISSING);
        return NULL;
    }
    if (!read_format(x, &offer.format) || !check_offer(x, &offer))
        return NULL;
    text_format_time(clock_wall_ms(), now);
    patch = json_doc_new_object();
    json_doc_set_str(patch, NOTIFY_TARGET_URL, offer.url);
    json_doc_set_str(patch, NOTIFY_TARGET_FORMAT,
                     str_of(format_name(offer.format)));
    json_doc_set_str(patch, NOTIFY_TARGET_SINCE, str_of(now));
    return patch;
}

static void load(struct store_driver *driver, void *arg)
{
    notify_board_load(arg, driver);
}

static struct flow_next loaded(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct changing *changing = x->state;

    if (!store_job_is_done(changing->job))
        return flow_sleep_then(loaded);
    audit_after(x->audit, facts_of(x));
    return admin_reply(x, state_doc(x));
}

/* By whoever wrote last, also where two do at once. */
static struct flow_next written(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct admin_options *options = &x->admin->options;
    struct changing *changing = x->state;

    if (!store_job_is_done(changing->job))
        return flow_sleep_then(written);
    if (store_job_error(changing->job)) {
        x->err = *store_job_error(changing->job);
        return admin_refuse(x);
    }
    store_job_free(changing->job);
    changing->job =
        store_call(options->store, options->loop,
                   &(struct store_work){ .run = load, .arg = options->notices },
                   admin_wake, x);
    return flow_sleep_then(loaded);
}

static struct flow_next write_doc(struct admin_request *x,
                                  const struct json_doc *patch)
{
    const struct admin_options *options = &x->admin->options;
    struct changing *changing = x->state;

    audit_before(x->audit, facts_of(x));
    changing->job =
        store_start(options->store, options->loop,
                    &(struct store_request){ .op = patch ? STORE_OP_UPDATE
                                                         : STORE_OP_DISCARD,
                                             .key = NOTIFY_TARGET_KEY,
                                             .patch = patch },
                    admin_wake, x);
    return flow_sleep_then(written);
}

static struct flow_next change(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct json_doc *patch;
    struct flow_next next;

    if (!may_change(x))
        return admin_refuse(x);
    if (json_doc_is_null(json_doc_get(x->body, "url")))
        return write_doc(x, NULL);
    patch = patch_of(x);
    if (!patch)
        return admin_refuse(x);
    next = write_doc(x, patch);
    json_doc_free(patch);
    return next;
}

static const struct admin_member change_members[] = {
    { "url", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "where notices go, as NOTIFY_URL; null: nowhere", NULL },
    { "format", ADMIN_TEXT, 0,
      "what they are written for, as NOTIFY_FORMAT; without it as before, or "
      "json",
      NULL },
    ADMIN_END,
};
const struct admin_endpoint notify_routes_change = {
    .first = change,
    .state_size = sizeof(struct changing),
    .drop = drop_change,
    .tag = TAG,
    .summary = "Say where notices go, unless NOTIFY_URL does",
    .body_max = ADMIN_BODY,
    .body = change_members,
    .answer = get_members,
    .action = "notify.change",
};

/* ---- the test ------------------------------------------------------------ */

struct test {
    struct loop *loop;
    const struct notify_target *target;
    struct post_way *way;
    struct post *post;
};

static void free_way(void *way)
{
    post_way_free(way);
}

static void drop(void *state)
{
    struct test *test = state;

    post_free(test->post);
    /* It may be its own wake in which this comes. */
    if (test->way)
        loop_post(test->loop, free_way, test->way);
    notify_target_unref(test->target);
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
    set_place(test->target, doc);
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

/* Of this request alone: for most relays that is seldom. */
static void start(struct admin_request *x)
{
    const struct event event = { .kind = EVENT_TEST,
                                 .about = EVENT_ABOUT_RELAY };
    const struct admin_options *options = &x->admin->options;
    struct test *test = x->state;
    struct buf fields;
    struct buf body;

    test->loop = options->loop;
    test->way = post_way_new(
        &(struct post_way_options){ .loop = options->loop,
                                    .config = options->config,
                                    .target = test->target,
                                    .tls = options->tls,
                                    .proxy = options->proxy,
                                    .outgoing = options->outgoing });
    buf_init(&fields, FORMAT_FIELDS_MAX);
    buf_init(&body, FORMAT_BODY_MAX);
    notifier_write(test->target, &event, EVENT_HOLDS, &fields, &body);
    test->post =
        post_start(test->way, buf_str(&fields), buf_str(&body), admin_wake, x);
    buf_done(&body);
    buf_done(&fields);
}

static struct flow_next test(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct test *test = x->state;

    test->target = take_target(x);
    if (!test->target) {
        (void)REASON_SET(&x->err, NOTIFY_NOT_SET);
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
    .ends_with_client = true,
};
