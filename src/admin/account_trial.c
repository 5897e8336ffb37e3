// SPDX-License-Identifier: MIT
/* Does an account work?

       begin -> (refresh) -> ask -> answered               the profile
                             (ask for models ->) send -> answered   the message */
#include "admin/account_trial.h"

#include "account/gateway.h"
#include "account/model_map.h"
#include "admin/api_fetch.h"
#include "admin/live_account.h"
#include "admin/request.h"
#include "admin/test_doc.h"
#include "base/reason.h"
#include "base/text.h"

#define TAG "accounts"
#define MODEL_MAX 4096

/* In the request's arena. */
struct trial {
    struct live_account live; /* first */
    struct api_fetch *fetch;
};

static void drop(void *state)
{
    struct trial *trial = state;

    api_fetch_free(trial->fetch);
    live_account_drop(&trial->live);
}

/* ---- asking ------------------------------------------------------------- */

static struct flow_next ask(struct admin_request *x, struct api_ask ask,
                            flow_step then)
{
    struct trial *trial = x->state;

    ask.account = trial->live.account;
    api_fetch_free(trial->fetch);
    trial->fetch = api_fetch_start(x, &ask);
    return flow_sleep_then(then);
}

/* The answer, the caller's; NULL if it is not there yet, or not what it should be:
   `*next` is what to return then. */
static struct json_doc *answer(struct admin_request *x, flow_step again,
                               struct flow_next *next)
{
    struct trial *trial = x->state;
    struct json_doc *doc;

    if (api_fetch_is_busy(trial->fetch)) {
        *next = flow_sleep_then(again);
        return NULL;
    }
    doc = api_fetch_answer(trial->fetch, &x->err);
    if (!doc)
        *next = admin_refuse(x);
    return doc;
}

static void copy_text(struct json_doc *to, const char *ours,
                      const struct json_doc *from, const char *theirs)
{
    struct str text;

    if (!json_doc_get(to, ours) && json_doc_get_str(from, theirs, &text))
        json_doc_set_str(to, ours, text);
}

/* ---- the profile -------------------------------------------------------- */

static struct flow_next profiled(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct flow_next next;
    struct json_doc *doc = answer(x, profiled, &next);
    struct json_doc *shown;

    if (!doc)
        return next;
    shown = json_doc_new_object();
    copy_text(shown, "email", json_doc_get(doc, "account"), "email");
    copy_text(shown, "email", json_doc_get(doc, "account"), "email_address");
    copy_text(shown, "plan", json_doc_get(doc, "organization"),
              "organization_type");
    json_doc_free(doc);
    return admin_reply(x, shown);
}

static struct flow_next ask_profile(struct flow *flow)
{
    return ask(admin_request_of(flow),
               (struct api_ask){ .method = STR("GET"),
                                 .target = STR("/api/oauth/profile") },
               profiled);
}

static struct flow_next profile(struct flow *flow)
{
    return live_account_begin(admin_request_of(flow), ask_profile, false);
}

static const struct admin_member profile_members[] = {
    { "email", ADMIN_TEXT, 0, "whose it is, as far as Anthropic says", NULL },
    { "plan", ADMIN_TEXT, 0, "likewise", NULL },
    ADMIN_END,
};
const struct admin_endpoint account_trial_profile = {
    .first = profile,
    .state_size = sizeof(struct trial),
    .drop = drop,
    .tag = TAG,
    .summary = "Whose account it is: asks Anthropic",
    .answer = profile_members,
};

/* ---- the message -------------------------------------------------------- */

static struct flow_next said(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct flow_next next;
    struct json_doc *doc = answer(x, said, &next);
    struct json_doc *shown;

    if (!doc)
        return next;
    if (!test_doc_is_message(doc)) {
        json_doc_free(doc);
        err_set(&x->err, ERR_BAD_RESPONSE, TEST_DOC_ODD);
        return admin_refuse(x);
    }
    shown = json_doc_new_object();
    copy_text(shown, "model", doc, "model");
    copy_text(shown, "text", json_doc_at(json_doc_get(doc, "content"), 0),
              "text");
    json_doc_free(doc);
    return admin_reply(x, shown);
}

static struct flow_next send_to(struct admin_request *x, struct str model)
{
    struct flow_next next;
    struct buf body;

    buf_init(&body, 8 * MODEL_MAX);
    buf_add(&body, STR("{\"model\":\""));
    text_json_escape(&body, str_sub(model, 0, MODEL_MAX));
    buf_add(&body, STR("\",\"max_tokens\":32,\"messages\":[{\"role\":"
                       "\"user\",\"content\":\"Say hello.\"}]}"));
    next = ask(x,
               (struct api_ask){ .method = STR("POST"),
                                 .target = STR("/v1/messages"),
                                 .body = buf_str(&body),
                                 .model = model },
               said);
    buf_done(&body);
    return next;
}

static struct flow_next listed(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct flow_next next;
    struct json_doc *doc = answer(x, listed, &next);
    struct str id;

    if (!doc)
        return next;
    if (json_doc_get_str(json_doc_at(json_doc_get(doc, "data"), 0), "id",
                         &id)) {
        next = send_to(x, id);
    } else {
        REASON_SET(&x->err, MODELS_EMPTY);
        next = admin_refuse(x);
    }
    json_doc_free(doc);
    return next;
}

/* Another gateway need not have such a list. */
static struct str mapped_model(const struct account *account)
{
    return account->gateway ? model_map_any(account->gateway->models)
                            : STR_EMPTY;
}

static struct flow_next ask_models(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct trial *trial = x->state;
    struct str model = mapped_model(trial->live.account);

    if (model.len > 0)
        return send_to(x, model);
    return ask(x,
               (struct api_ask){ .method = STR("GET"),
                                 .target = STR("/v1/models?limit=1"),
                                 .aside = true },
               listed);
}

static struct flow_next message(struct flow *flow)
{
    return live_account_begin(admin_request_of(flow), ask_models, false);
}

static const struct admin_member message_members[] = {
    { "model", ADMIN_TEXT, 0,
      "that answered: the first one on the list, or one of its model_map",
      NULL },
    { "text", ADMIN_TEXT, 0, "what it said", NULL },
    ADMIN_END,
};
const struct admin_endpoint account_trial_message = {
    .first = message,
    .state_size = sizeof(struct trial),
    .drop = drop,
    .tag = TAG,
    .summary = "Send a first message through the account, which costs a few "
               "tokens",
    .body_max = ADMIN_BODY,
    .answer = message_members,
    .action = "account.message",
    .ends_with_client = true,
};
