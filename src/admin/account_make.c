// SPDX-License-Identifier: MIT
/* Adding an account. */
#include "admin/account_make.h"

#include "account/kinds.h"
#include "admin/account_doc.h"
#include "admin/audited.h"
#include "admin/gateway_members.h"
#include "admin/members.h"
#include "admin/request.h"
#include "base/clock.h"
#include "base/text.h"

#define KINDS_MAX 256 /* their names, for a message */

static struct flow_next made(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct accounts *accounts = x->admin->options.accounts;
    struct account *account;
    struct str name = STR_EMPTY;
    struct flow_next next;
    struct json_doc *doc;

    if (!admin_is_answered(x, made, &next))
        return next;
    (void)json_doc_get_str(x->body, "name", &name);
    account = accounts_get(accounts, name);
    doc = account ? account_doc_status(account, clock_wall_ms())
                  : account_doc_of(accounts, name, "added");
    account_unref(account);
    return admin_reply(x, doc);
}

static struct flow_next tried(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct str name = STR_EMPTY;
    struct flow_next next;

    if (!admin_is_answered(x, tried, &next))
        return next;
    (void)json_doc_get_str(x->body, "name", &name);
    return admin_reply(x, account_doc_of(x->admin->options.accounts, name,
                                         "would be added"));
}

void account_make_ask(struct admin_request *x,
                      const struct account_making *making)
{
    const struct admin_options *options = &x->admin->options;

    x->wait = keeper_ask(options->keeper, options->loop,
                         &(struct keeper_question){
                             .op = making->only_try ? KEEPER_TRY_CREATE
                                                    : KEEPER_CREATE,
                             .name = making->name,
                             .kind = making->kind,
                             .patient = options->patient,
                             .change = making->doc,
                             .audit = making->audit },
                         admin_wake, x);
}

bool account_make_check_document(const struct admin *admin,
                                 const struct json_doc *doc, struct err *err)
{
    return gateway_members_check(&admin->options, doc, err) &&
           members_document(doc, err);
}

static struct flow_next make_of(struct admin_request *x, struct str name,
                                const struct account_kind *kind,
                                const struct json_doc *doc)
{
    bool only_try = x->row->endpoint == &account_make_check;

    account_make_ask(x,
                     &(struct account_making){ .name = name,
                                               .kind = kind,
                                               .doc = doc,
                                               .only_try = only_try,
                                               .audit = audited_hand_over(x) });
    return flow_sleep_then(only_try ? tried : made);
}

/* Members that may come beside a key. */
static const char *const given[] = { "tags", "proxy_config" };

static struct flow_next make_with_key(struct admin_request *x, struct str name,
                                      struct str key)
{
    struct json_doc *doc = json_doc_new_object();
    char when[TEXT_TIME_MAX];
    struct flow_next next;

    text_format_time(clock_wall_ms(), when);
    json_doc_set_str(doc, "api_key", key);
    json_doc_set_str(doc, "created_at", str_of(when));
    gateway_members_copy(doc, x->body);
    for (size_t i = 0; i < COUNT_OF(given); i++) {
        const struct json_doc *value = json_doc_get(x->body, given[i]);

        if (value && !json_doc_is_null(value))
            json_doc_set(doc, given[i], json_doc_copy(value));
    }
    next = make_of(x, name, &account_kind_apikey, doc);
    json_doc_free(doc);
    return next;
}

static const struct account_kind *kind_of(const struct json_doc *body)
{
    struct str name = STR_EMPTY;

    (void)json_doc_get_str(body, "kind", &name);
    return account_kind_named(name);
}

static void refuse_what_is_there(struct err *err)
{
    struct buf kinds;

    buf_init(&kinds, KINDS_MAX);
    for (size_t i = 0; account_kinds[i]; i++)
        buf_printf(&kinds, "%s\"%s\"", i > 0 ? " or " : "",
                   account_kinds[i]->name);
    (void)err_set(err, ERR_BAD_REQUEST,
                  "besides the name there must be api_key (a text), or kind "
                  "(" STR_FMT ") and document (an object)",
                  STR_ARG(buf_str(&kinds)));
    buf_done(&kinds);
}

static bool is_of_document(void *arg, struct str name, struct json_doc *value)
{
    static const char *const names[] = { "name", "kind", "document" };
    bool known = json_doc_is_null(value);

    (void)arg;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        known |= str_eq(name, str_of(names[i]));
    return known;
}

/* A proxy beside it would not be taken, and nobody would notice. */
static bool check_beside_document(const struct json_doc *body, struct err *err)
{
    return json_doc_each(body, is_of_document, NULL) ||
           err_set(err, ERR_BAD_REQUEST,
                   "beside a document there are only name and kind: put the "
                   "rest into the document");
}

/* Either an API key, or a document as it would lie in DATA_DIR. */
static struct flow_next make(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct json_doc *doc = json_doc_get(x->body, "document");
    const struct account_kind *kind = kind_of(x->body);
    struct str name;
    struct str key;

    if (!members_name(x->body, "name", &name, &x->err) ||
        !gateway_members_check(&x->admin->options, doc ? doc : x->body,
                               &x->err))
        return admin_refuse(x);
    if (json_doc_get_str(x->body, "api_key", &key) && !doc &&
        !json_doc_get(x->body, "kind"))
        return members_given(x->body, &x->err) ? make_with_key(x, name, key)
                                               : admin_refuse(x);
    if (kind && json_doc_is_object(doc) && !json_doc_get(x->body, "api_key"))
        return check_beside_document(x->body, &x->err) &&
                       members_document(doc, &x->err)
                   ? make_of(x, name, kind, doc)
                   : admin_refuse(x);
    refuse_what_is_there(&x->err);
    return admin_refuse(x);
}

static const struct admin_member make_members[] = {
    { "name", ADMIN_TEXT, ADMIN_REQUIRED, "what to call the account", NULL },
    { "api_key", ADMIN_TEXT, 0,
      "a Console API key; with a base_url any gateway's", NULL },
    GATEWAY_MEMBERS_ASKED,
    { "tags", ADMIN_LIST, ADMIN_OR_NULL,
      "beside a key: by which relay keys may name it", account_doc_tags },
    { "proxy_config", ADMIN_OBJECT, ADMIN_OR_NULL,
      "beside a key: a proxy of its own", account_doc_proxy_asked },
    { "kind", ADMIN_TEXT, 0, "of the document: oauth or api-key", NULL },
    { "document", ADMIN_OBJECT, 0,
      "instead of a key: the account as its file in DATA_DIR would have it",
      NULL },
    ADMIN_END,
};
const struct admin_endpoint account_make = {
    .first = make,
    .tag = "accounts",
    .summary = "Add an account; one of that name is left as it is (409)",
    .body_max = ADMIN_BODY,
    .body = make_members,
    .answer = account_doc_status_members,
    .status = 201,
    .action = "account.add",
    .target = "name",
};

static const struct admin_member checked_members[] = {
    { "message", ADMIN_TEXT, ADMIN_REQUIRED, "that it would be added", NULL },
    { "account", ADMIN_TEXT, ADMIN_REQUIRED, "its name", NULL },
    ADMIN_END,
};
const struct admin_endpoint account_make_check = {
    .first = make,
    .tag = "accounts",
    .summary = "Would this account be added?  Nothing is; what it would be "
               "refused for is what this is refused for",
    .body_max = ADMIN_BODY,
    .body = make_members,
    .answer = checked_members,
};
