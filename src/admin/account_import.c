// SPDX-License-Identifier: MIT
/* Accounts of another relay: read, planned, and made one by one like any new account.
   What an import is and says is import/'s, for the command and for this. */
#include "admin/account_import.h"

#include <stdio.h>

#include "admin/account_doc.h"
#include "admin/account_make.h"
#include "admin/audited.h"
#include "admin/request.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/reason.h"
#include "base/reason_doc.h"
#include "base/shown.h"
#include "base/text.h"
#include "import/said.h"

#define CONTENT_MAX (8u * 1024 * 1024)
/* A text in a document: quotes and line ends take two bytes. */
#define BODY_MAX (2 * CONTENT_MAX + ADMIN_BODY)
/* Of one request: the answer has a row for each. */
#define ACCOUNTS_MAX 1000
#define WARNING_MAX 4096
#define FILE_MAX 256

struct importing {
    const struct import_format *format;
    struct import_list list;
    struct import_row *rows;
    struct import_tally tally;
    size_t at; /* the row in hand */
    bool dry_run;
};

static void drop(void *state)
{
    struct importing *importing = state;

    mem_free(importing->rows);
    import_list_done(&importing->list);
}

/* ---- reading -------------------------------------------------------------- */

static bool find_format(struct admin_request *x, const struct json_doc *doc)
{
    struct importing *importing = x->state;
    char text[SHOWN_MAX];
    struct str name;

    if (!json_doc_get_str(x->body, "format", &name)) {
        importing->format = import_format_of(doc, &x->err);
        return importing->format || err_wrap(&x->err, "content");
    }
    importing->format = import_format_named(name);
    return importing->format ||
           REASON_SET(&x->err, IMPORT_FORMAT_UNKNOWN, shown(name, text));
}

/* What a browser calls it; folders are no part of it. */
static struct str file_of(const struct admin_request *x)
{
    struct str file = STR_EMPTY;

    (void)json_doc_get_str(x->body, "file", &file);
    for (size_t i = file.len; i > 0; i--) {
        if (file.at[i - 1] == '/' || file.at[i - 1] == '\\')
            return str_from(file, i);
    }
    return file;
}

static bool read_doc(struct admin_request *x, const struct json_doc *doc)
{
    struct importing *importing = x->state;

    if (!find_format(x, doc))
        return false;
    if (!importing->format->read(
            &(struct import_source){ .file = str_sub(file_of(x), 0, FILE_MAX),
                                     .doc = doc,
                                     .now_ms = clock_wall_ms(),
                                     .list = &importing->list },
            &x->err))
        return err_wrap(&x->err, "content");
    return importing->list.count <= ACCOUNTS_MAX ||
           REASON_SET(&x->err, IMPORT_TOO_MANY, importing->list.count,
                      ACCOUNTS_MAX);
}

/* Before it is parsed. */
static bool check_size(struct str content, struct err *err)
{
    if (content.len > CONTENT_MAX)
        return REASON_SET(err, IMPORT_TOO_LARGE);
    return json_estimate_values(content) <= ADMIN_VALUES_MAX ||
           REASON_SET(err, IMPORT_TOO_MANY_VALUES, ADMIN_VALUES_MAX);
}

/* In one go, for a document is parsed as a whole: it takes some hundredths of a second,
   and an admin asked for it. */
static bool read_content(struct admin_request *x)
{
    struct str content = STR_EMPTY;
    struct json_doc *doc;
    bool ok;

    (void)json_doc_get_str(x->body, "content", &content);
    if (!check_size(content, &x->err))
        return false;
    doc = json_doc_parse(content, &x->err);
    if (!doc)
        return err_wrap(&x->err, "content");
    ok = read_doc(x, doc);
    json_doc_free(doc);
    return ok;
}

/* ---- planning ------------------------------------------------------------- */

/* NULL if it is absent. */
static const char *text_of(const struct admin_request *x, const char *member)
{
    struct str text;

    return json_doc_get_str(x->body, member, &text)
               ? arena_printf(x->req->arena, STR_FMT, STR_ARG(text)).at
               : NULL;
}

/* As GET /admin/api/accounts has them. */
static struct json_doc *accounts_there(const struct admin_request *x)
{
    struct account_list *list = accounts_list(x->admin->options.accounts);
    struct json_doc *all = json_doc_new_array();

    for (size_t i = 0; i < list->count; i++)
        json_doc_add(all, account_doc_status(list->at[i], clock_wall_ms()));
    account_list_unref(list);
    return all;
}

static bool plan(struct admin_request *x, struct import_ask *ask)
{
    struct importing *importing = x->state;
    struct json_doc *accounts = accounts_there(x);

    ask->unnamed = importing->format->name;
    ask->accounts = accounts;
    importing->rows = import_plan(&importing->list, ask, &x->err);
    json_doc_free(accounts);
    return importing->rows != NULL;
}

/* ---- the answer ----------------------------------------------------------- */

static struct json_doc *text_doc(const char *text)
{
    return text[0] ? account_doc_text(text) : json_doc_new_null();
}

static const char *outcome_of(const struct import_row *row, bool dry_run)
{
    switch (row->outcome) {
    case IMPORT_TAKE:
        return dry_run ? "take" : "imported";
    case IMPORT_EXISTS:
        return "exists";
    case IMPORT_FOREIGN:
        return "foreign";
    case IMPORT_REFUSED:
        break;
    }
    return "refused";
}

/* Why it is not taken over, if it is not. */
static void set_reason(struct json_doc *doc, const struct err *why)
{
    struct json_doc *reason = why->text[0] ? reason_doc(why) : NULL;

    reason_doc_set(doc, reason);
    json_doc_free(reason);
}

/* What it is called there may be a token, by mistake. */
static struct json_doc *row_doc(const struct import_candidate *candidate,
                                const struct import_row *row, bool dry_run)
{
    struct json_doc *doc = json_doc_new_object();
    bool taken = row->outcome == IMPORT_TAKE;
    char there[SHOWN_MAX];

    json_doc_set(doc, "name", text_doc(row->name));
    json_doc_set(doc, "there",
                 text_doc(candidate->there[0]
                              ? shown_open(str_of(candidate->there), there)
                              : ""));
    json_doc_set(doc, "kind",
                 text_doc(candidate->kind ? candidate->kind->name : ""));
    json_doc_set_str(doc, "outcome", str_of(outcome_of(row, dry_run)));
    json_doc_set(doc, "text", text_doc(row->why.text));
    set_reason(doc, &row->why);
    json_doc_set(doc, "hints", text_doc(taken ? candidate->hints : ""));
    json_doc_set(doc, "hint_codes",
                 taken && candidate->hint_docs
                     ? json_doc_copy(candidate->hint_docs)
                     : json_doc_new_array());
    return doc;
}

static struct json_doc *sums_doc(const struct importing *importing)
{
    const struct import_tally *tally = &importing->tally;
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_str(doc, "format", str_of(importing->format->name));
    json_doc_set_bool(doc, "dry_run", importing->dry_run);
    json_doc_set_u64(doc, "taken", tally->taken);
    json_doc_set_u64(doc, "there", tally->there);
    json_doc_set_u64(doc, "left_out", tally->foreign + tally->refused);
    return doc;
}

static struct json_doc *warning_doc(const struct importing *importing)
{
    struct json_doc *doc;
    struct buf text;

    buf_init(&text, WARNING_MAX);
    import_said_warning(&text, &importing->tally, importing->format,
                        importing->dry_run);
    buf_add(&text, (struct str){ "", 1 });
    doc = text_doc(buf_str(&text).at);
    buf_done(&text);
    return doc;
}

static void set_warning(struct json_doc *doc, const struct importing *importing)
{
    const char *code =
        import_said_warning_code(&importing->tally, importing->format);
    struct json_doc *params = json_doc_new_object();

    if (code)
        import_said_warning_params(params, &importing->tally,
                                   importing->format);
    json_doc_set(doc, "warning", warning_doc(importing));
    json_doc_set(doc, "warning_code", text_doc(code ? code : ""));
    json_doc_set(doc, "warning_params", params);
}

static struct flow_next answer(struct admin_request *x)
{
    struct importing *importing = x->state;
    struct json_doc *doc = sums_doc(importing);
    struct json_doc *all = json_doc_new_array();

    audit_after(x->audit, json_doc_copy(doc));
    for (size_t i = 0; i < importing->list.count; i++)
        json_doc_add(all, row_doc(&importing->list.at[i], &importing->rows[i],
                                  importing->dry_run));
    json_doc_set(doc, "accounts", all);
    set_warning(doc, importing);
    return admin_reply(x, doc);
}

/* ---- one after the other -------------------------------------------------- */

static struct flow_next next(struct flow *flow);

static struct flow_next finish_row(struct admin_request *x,
                                   const struct err *why_not)
{
    struct importing *importing = x->state;
    struct import_row *row = &importing->rows[importing->at++];

    if (why_not) {
        row->outcome = IMPORT_REFUSED;
        row->why = *why_not;
    }
    import_said_count(&importing->tally, row);
    return flow_go(next);
}

static struct flow_next answered(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    const struct err *error;
    struct err why;

    if (!keeper_wait_is_done(x->wait))
        return flow_sleep_then(answered);
    error = keeper_wait_error(x->wait);
    if (error)
        why = *error;
    keeper_wait_free(x->wait);
    x->wait = NULL;
    return finish_row(x, error ? &why : NULL);
}

static struct flow_next next(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct importing *importing = x->state;
    const struct import_candidate *candidate;
    const struct import_row *row;
    struct audit *audit = NULL;
    struct err err;

    if (importing->at == importing->list.count)
        return answer(x);
    candidate = &importing->list.at[importing->at];
    row = &importing->rows[importing->at];
    if (row->outcome != IMPORT_TAKE)
        return finish_row(x, NULL);
    if (admin_session_is_over(x))
        return finish_row(x, &x->err);
    if (!account_make_check_document(x->admin, candidate->doc, &err))
        return finish_row(x, &err);
    if (!importing->dry_run) {
        audit = audited_also(x, "account.add", str_of(row->name));
        if (!audit_reserve(audit, &err)) {
            audit_refused(audit, &err);
            return finish_row(x, &err);
        }
    }
    account_make_ask(x,
                     &(struct account_making){ .name = str_of(row->name),
                                               .kind = candidate->kind,
                                               .doc = candidate->doc,
                                               .only_try = importing->dry_run,
                                               .audit = audit });
    return flow_sleep_then(answered);
}

static struct flow_next begin(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    struct importing *importing = x->state;
    const char *prefix = text_of(x, "prefix");
    struct import_ask ask = { .prefix = prefix ? prefix : "",
                              .name = text_of(x, "name") };

    import_list_init(&importing->list);
    (void)json_doc_get_bool(x->body, "dry_run", &importing->dry_run);
    if (!import_ask_check(&ask, &x->err) || !read_content(x) || !plan(x, &ask))
        return admin_refuse(x);
    return flow_go(next);
}

/* ---- what it has ---------------------------------------------------------- */

static const struct admin_member asked_members[] = {
    { "content", ADMIN_TEXT, ADMIN_REQUIRED,
      "what the other relay exported, a JSON document as a text; 8 MB and 1000 "
      "accounts at most",
      NULL },
    { "format", ADMIN_TEXT, 0,
      "crs, sub2api, cliproxyapi, claude-code or seed; absent: it is known by "
      "what it holds",
      NULL },
    { "file", ADMIN_TEXT, 0,
      "what the file was called, after which some formats call an account",
      NULL },
    { "prefix", ADMIN_TEXT, 0, "in front of new names", NULL },
    { "name", ADMIN_TEXT, 0, "what to call it, if it is one account", NULL },
    { "dry_run", ADMIN_BOOL, 0, "true: only say what would be done", NULL },
    ADMIN_END,
};
static const struct admin_member hint_members[] = {
    { "code", ADMIN_TEXT, ADMIN_REQUIRED, "as errors have it", NULL },
    { "params", ADMIN_ANY, ADMIN_REQUIRED, "the values in its text", NULL },
    ADMIN_END,
};
static const struct admin_member one_hint[] = {
    { .type = ADMIN_OBJECT, .text = "a hint", .members = hint_members },
    ADMIN_END,
};
static const struct admin_member row_members[] = {
    { "name", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL, "here", NULL },
    { "there", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "what it is called where it comes from", NULL },
    { "kind", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL, "oauth or api-key",
      NULL },
    { "outcome", ADMIN_TEXT, ADMIN_REQUIRED,
      "imported (take: it would be), exists, foreign (another provider's) or "
      "refused",
      NULL },
    { "text", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL, "why not", NULL },
    { "code", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the same as errors have it", NULL },
    { "params", ADMIN_ANY, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "the values in its text", NULL },
    { "hints", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "what of it has no counterpart here", NULL },
    { "hint_codes", ADMIN_LIST, ADMIN_REQUIRED, "the same, one each",
      one_hint },
    ADMIN_END,
};
static const struct admin_member rows_members[] = {
    { .type = ADMIN_OBJECT, .text = "an account", .members = row_members },
    ADMIN_END,
};
static const struct admin_member answer_members[] = {
    { "format", ADMIN_TEXT, ADMIN_REQUIRED, "as which it was read", NULL },
    { "dry_run", ADMIN_BOOL, ADMIN_REQUIRED, "true: nothing was done", NULL },
    { "taken", ADMIN_NUMBER, ADMIN_REQUIRED, "how many were, or would be",
      NULL },
    { "there", ADMIN_NUMBER, ADMIN_REQUIRED, "how many are here already",
      NULL },
    { "left_out", ADMIN_NUMBER, ADMIN_REQUIRED, "how many were not taken over",
      NULL },
    { "accounts", ADMIN_LIST, ADMIN_REQUIRED, "what became of each",
      rows_members },
    { "warning", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "what to do about sign-ins that two relays have now", NULL },
    { "warning_code", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,
      "import_shared, or import_claude_code", NULL },
    { "warning_params", ADMIN_OBJECT, ADMIN_REQUIRED,
      "what stands in it: accounts, from, first, renews_at", NULL },
    ADMIN_END,
};
const struct admin_endpoint account_import = {
    .first = begin,
    .state_size = sizeof(struct importing),
    .drop = drop,
    .tag = "accounts",
    .summary = "Take over accounts that another relay exported",
    .body_max = BODY_MAX,
    .body = asked_members,
    .answer = answer_members,
    .action = "account.import",
};
