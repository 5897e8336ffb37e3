// SPDX-License-Identifier: MIT
/* The level of the log, over HTTP. */
#include "admin/log_routes.h"

#include "admin/request.h"
#include "base/log.h"
#include "base/reason.h"
#include "base/shown.h"

#define TAG "relay"

static void set_level(struct json_doc *doc, const char *member,
                      enum log_level level)
{
    json_doc_set_str(doc, member, str_of(log_level_word(level)));
}

static struct json_doc *level_doc(enum log_level level)
{
    struct json_doc *doc = json_doc_new_object();

    set_level(doc, "level", level);
    return doc;
}

static struct json_doc *doc_of(const struct admin_request *x)
{
    struct json_doc *doc = level_doc(log_level_now());

    set_level(doc, "at_start",
              (enum log_level)x->admin->options.config->log_level);
    json_doc_set_bool(doc, "kept", false);
    return doc;
}

static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);

    return admin_reply(x, doc_of(x));
}

static struct flow_next change(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct str word = STR_EMPTY;
    enum log_level level;
    char text[SHOWN_MAX];

    (void)json_doc_get_str(x->body, "level", &word);
    if (!log_level_of(word, &level)) {
        (void)REASON_SET(&x->err, LOG_LEVEL_UNKNOWN, shown(word, text));
        return admin_refuse(x);
    }
    audit_before(x->audit, level_doc(log_change_level(level)));
    audit_after(x->audit, level_doc(level));
    return admin_reply(x, doc_of(x));
}

/* ---- what they have ------------------------------------------------------ */

static const struct admin_member answer_members[] = {
    { "level", ADMIN_TEXT, ADMIN_REQUIRED, "error, warn, info or debug", NULL },
    { "at_start", ADMIN_TEXT, ADMIN_REQUIRED,
      "LOG_LEVEL, which it is again after a restart", NULL },
    { "kept", ADMIN_BOOL, ADMIN_REQUIRED,
      "false: a change ends with the relay; set LOG_LEVEL to keep it", NULL },
    ADMIN_END,
};
static const struct admin_member change_members[] = {
    { "level", ADMIN_TEXT, ADMIN_REQUIRED, "error, warn, info or debug", NULL },
    ADMIN_END,
};
const struct admin_endpoint log_routes_get = {
    .first = get,
    .tag = TAG,
    .summary = "How much is logged",
    .answer = answer_members,
};
const struct admin_endpoint log_routes_change = {
    .first = change,
    .action = "log.level",
    .body_max = ADMIN_BODY,
    .tag = TAG,
    .summary = "Log more or less, at once, until the relay ends",
    .body = change_members,
    .answer = answer_members,
};
