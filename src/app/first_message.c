// SPDX-License-Identifier: MIT
/* Does an account work? */
#include "app/first_message.h"

#include <stdio.h>

#include "app/invocation.h"
#include "base/text.h"

#define BODY_MAX 4096

/* The parsed answer, the caller's; NULL and err unless it is a 200. */
static struct json_doc *ask(struct place *place, const struct account *account,
                            struct api_call *call, struct err *err)
{
    struct json_doc *doc = NULL;
    struct str text;

    if (!api_call_run(place, account, call, err))
        return NULL;
    text = buf_str(&call->answer);
    if (call->status == 200)
        doc = json_doc_parse(text, err);
    else
        err_set(err, ERR_OAUTH, STR_FMT " was answered %u: " STR_FMT,
                STR_ARG(call->target), call->status,
                STR_ARG(str_sub(text, 0, 300)));
    api_call_done(call);
    return doc;
}

/* ---- the profile -------------------------------------------------------- */

static void print_profile(const struct json_doc *doc)
{
    const struct json_doc *account = json_doc_get(doc, "account");
    const struct json_doc *organization = json_doc_get(doc, "organization");
    struct str email = STR("(unknown)");
    struct str plan = STR("(unknown)");

    if (!json_doc_get_str(account, "email", &email))
        (void)json_doc_get_str(account, "email_address", &email);
    (void)json_doc_get_str(organization, "organization_type", &plan);
    (void)printf("It belongs to " STR_FMT ", plan " STR_FMT ".\n",
                 STR_ARG(email), STR_ARG(plan));
}

void first_message_profile(struct place *place, const struct account *account)
{
    struct api_call call = { .method = STR("GET"),
                             .target = STR("/api/oauth/profile") };
    struct err err;
    struct json_doc *doc = ask(place, account, &call, &err);

    if (doc)
        print_profile(doc);
    else
        invocation_print(stdout, "Its profile could not be read: %s\n",
                         err.text);
    json_doc_free(doc);
}

/* ---- the message -------------------------------------------------------- */

static bool first_model(struct place *place, const struct account *account,
                        struct buf *model, struct err *err)
{
    struct api_call call = { .method = STR("GET"),
                             .target = STR("/v1/models?limit=1") };
    struct json_doc *doc = ask(place, account, &call, err);
    struct str id;
    bool ok;

    if (!doc)
        return false;
    ok = json_doc_get_str(json_doc_at(json_doc_get(doc, "data"), 0), "id",
                          &id) ||
         err_set(err, ERR_BAD_RESPONSE, "the list of models is empty");
    if (ok)
        text_json_escape(model, id);
    json_doc_free(doc);
    return ok;
}

static void print_answer(const struct json_doc *doc)
{
    const struct json_doc *block = json_doc_at(json_doc_get(doc, "content"), 0);
    struct str model = STR_EMPTY;
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(doc, "model", &model);
    (void)json_doc_get_str(block, "text", &text);
    (void)printf(STR_FMT " says: " STR_FMT "\n", STR_ARG(model), STR_ARG(text));
}

static bool send_to(struct place *place, const struct account *account,
                    struct str model, struct err *err)
{
    struct api_call call = { .method = STR("POST"),
                             .target = STR("/v1/messages") };
    struct json_doc *doc;
    struct buf body;

    buf_init(&body, BODY_MAX);
    buf_printf(&body,
               "{\"model\":\"" STR_FMT "\",\"max_tokens\":32,\"messages\":[{"
               "\"role\":\"user\",\"content\":\"Say hello.\"}]}",
               STR_ARG(model));
    call.body = buf_str(&body);
    doc = ask(place, account, &call, err);
    buf_done(&body);
    if (doc)
        print_answer(doc);
    json_doc_free(doc);
    return doc != NULL;
}

bool first_message_send(struct place *place, const struct account *account,
                        struct err *err)
{
    struct buf model;
    bool ok;

    buf_init(&model, BODY_MAX / 2);
    ok = first_model(place, account, &model, err) &&
         send_to(place, account, buf_str(&model), err);
    buf_done(&model);
    return ok;
}
