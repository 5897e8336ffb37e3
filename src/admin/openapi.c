// SPDX-License-Identifier: MIT
/* The rows as an OpenAPI 3.1 document. */
#include "admin/openapi.h"

#include <stdio.h>

#include "admin/request.h"
#include "base/text.h"

#define DOC_MAX (1024u * 1024)
#define PATH_MAX_LEN 256
#define NAME_MAX_LEN 64
#define JSON "application/json"

static void set_text(struct json_doc *doc, const char *member, const char *text)
{
    json_doc_set_str(doc, member, str_of(text));
}

static struct json_doc *text_doc(const char *text)
{
    return json_doc_new_str(str_of(text));
}

/* {"member":value} */
static struct json_doc *around(const char *member, struct json_doc *value)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set(doc, member, value);
    return doc;
}

/* ---- members ------------------------------------------------------------ */

static const char *const type_names[] = {
    [ADMIN_TEXT] = "string",  [ADMIN_NUMBER] = "integer",
    [ADMIN_MONEY] = "number", [ADMIN_DOLLARS] = "number",
    [ADMIN_BOOL] = "boolean", [ADMIN_OBJECT] = "object",
    [ADMIN_LIST] = "array",   [ADMIN_ANY] = NULL,
};

static void set_type(struct json_doc *schema, const struct admin_member *member)
{
    bool or_null = member->traits & ADMIN_OR_NULL;
    struct json_doc *types;

    if (!type_names[member->type])
        return;
    if (!or_null && member->type != ADMIN_MONEY) {
        set_text(schema, "type", type_names[member->type]);
        return;
    }
    types = json_doc_new_array();
    json_doc_add(types, text_doc(type_names[member->type]));
    if (member->type == ADMIN_MONEY)
        json_doc_add(types, text_doc("string"));
    if (or_null)
        json_doc_add(types, text_doc("null"));
    json_doc_set(schema, "type", types);
}

static struct json_doc *schema_of(const struct admin_member *member);

/* No members but these. */
static void set_members(struct json_doc *schema,
                        const struct admin_member *members)
{
    struct json_doc *properties = json_doc_new_object();
    struct json_doc *required = json_doc_new_array();

    for (const struct admin_member *m = members; m && m->text; m++) {
        json_doc_set(properties, m->name, schema_of(m));
        if (m->traits & ADMIN_REQUIRED)
            json_doc_add(required, text_doc(m->name));
    }
    json_doc_set(schema, "properties", properties);
    json_doc_set(schema, "required", required);
    json_doc_set_bool(schema, "additionalProperties", false);
}

static struct json_doc *schema_of(const struct admin_member *member)
{
    struct json_doc *schema = json_doc_new_object();

    set_type(schema, member);
    set_text(schema, "description", member->text);
    if (member->members && member->type == ADMIN_LIST)
        json_doc_set(schema, "items", schema_of(member->members));
    else if (member->members)
        set_members(schema, member->members);
    return schema;
}

static struct json_doc *object_schema(const struct admin_member *members)
{
    struct json_doc *schema = json_doc_new_object();

    set_text(schema, "type", "object");
    set_members(schema, members);
    return schema;
}

/* {"content":{"application/json":{"schema":...}}} */
static void set_content(struct json_doc *doc, const char *type,
                        struct json_doc *schema)
{
    json_doc_set(doc, "content", around(type, around("schema", schema)));
}

/* ---- parameters --------------------------------------------------------- */

static void add_parameter(struct json_doc *parameters, const char *name,
                          const char *where, const struct admin_member *member)
{
    struct json_doc *parameter = json_doc_new_object();

    set_text(parameter, "name", name);
    set_text(parameter, "in", where);
    json_doc_set_bool(parameter, "required",
                      !member || member->traits & ADMIN_REQUIRED);
    if (member)
        set_text(parameter, "description", member->text);
    json_doc_set(parameter, "schema",
                 around("type",
                        text_doc(
                            type_names[member ? member->type : ADMIN_TEXT])));
    json_doc_add(parameters, parameter);
}

/* "/things/:name" becomes "/things/{name}", whose parameters are added; a last "*" is
   {rest}. */
static void take_path(struct str pattern, char path[PATH_MAX_LEN],
                      struct json_doc *parameters)
{
    struct str segment;
    size_t len = 0;

    pattern = str_from(pattern, 1);
    path[0] = 0;
    if (pattern.len == 0)
        (void)snprintf(path, PATH_MAX_LEN, "/");
    while (str_next(&pattern, '/', &segment)) {
        bool rest = str_eq(segment, STR("*"));
        bool taken = rest || (segment.len > 0 && segment.at[0] == ':');
        char name[NAME_MAX_LEN];

        text_copy(name, sizeof(name),
                  rest ? STR("rest") : str_from(segment, taken));
        len += (size_t)snprintf(path + len, PATH_MAX_LEN - len,
                                taken ? "/{%s}" : "/%s", name);
        if (taken)
            add_parameter(parameters, name, "path", NULL);
    }
}

/* ---- operations --------------------------------------------------------- */

static struct json_doc *responses_of(const struct admin_endpoint *endpoint)
{
    struct json_doc *all = json_doc_new_object();
    struct json_doc *good = json_doc_new_object();
    char status[16];

    (void)snprintf(status, sizeof(status), "%u", admin_status(endpoint));
    set_text(good, "description", endpoint->summary);
    if (endpoint->content_type)
        set_content(good, endpoint->content_type,
                    around("type", text_doc("string")));
    else
        set_content(good, JSON, object_schema(endpoint->answer));
    json_doc_set(all, status, good);
    json_doc_set(all, "default",
                 around("$ref", text_doc("#/components/responses/error")));
    return all;
}

static void set_body(struct json_doc *operation,
                     const struct admin_endpoint *endpoint)
{
    struct json_doc *body;

    if (!endpoint->body)
        return;
    body = json_doc_new_object();
    set_content(body, JSON, object_schema(endpoint->body));
    json_doc_set(operation, "requestBody", body);
}

/* Whoever is this machine needs neither token nor session: that alternative is {}. */
static struct json_doc *security_of(enum admin_right right)
{
    struct json_doc *ways = json_doc_new_array();

    if (right == ADMIN_PUBLIC)
        return ways;
    json_doc_add(ways, around("admin_token", json_doc_new_array()));
    if (right == ADMIN_SCRAPE)
        json_doc_add(ways, around("metrics_token", json_doc_new_array()));
    json_doc_add(ways, around("session", json_doc_new_array()));
    json_doc_add(ways, json_doc_new_object());
    return ways;
}

static struct json_doc *operation_of(const struct admin_row *row,
                                     struct json_doc *parameters)
{
    const struct admin_endpoint *endpoint = row->endpoint;
    struct json_doc *doc = json_doc_new_object();

    for (const struct admin_member *m = endpoint->query; m && m->text; m++)
        add_parameter(parameters, m->name, "query", m);
    set_text(doc, "summary", endpoint->summary);
    json_doc_set(doc, "tags", json_doc_new_array());
    json_doc_add(json_doc_get(doc, "tags"), text_doc(endpoint->tag));
    json_doc_set(doc, "security", security_of(row->right));
    json_doc_set(doc, "parameters", parameters);
    set_body(doc, endpoint);
    json_doc_set(doc, "responses", responses_of(endpoint));
    return doc;
}

/* "GET" -> "get" */
static void lower(struct str method, char out[NAME_MAX_LEN])
{
    text_copy(out, NAME_MAX_LEN, method);
    for (char *c = out; *c; c++)
        *c = (char)(*c | 0x20);
}

static void add_row(struct json_doc *paths, const struct admin_row *row)
{
    struct json_doc *parameters = json_doc_new_array();
    char path[PATH_MAX_LEN];
    char method[NAME_MAX_LEN];

    take_path(row->route.pattern, path, parameters);
    lower(row->route.method, method);
    if (!json_doc_get(paths, path))
        json_doc_set(paths, path, json_doc_new_object());
    json_doc_set(json_doc_get(paths, path), method,
                 operation_of(row, parameters));
}

/* ---- the document ------------------------------------------------------- */

static const struct admin_member error_members[] = {
    { "error", ADMIN_ANY, ADMIN_REQUIRED,
      "a text that says what to do; outside /oauth/ and /admin/ an object of "
      "type and message, as Anthropic's API has it",
      NULL },
    { "type", ADMIN_TEXT, 0, "error, outside /oauth/ and /admin/", NULL },
    { "code", ADMIN_TEXT, 0,
      "what kind of error it is, for programs: docs/api.md; of /v1/me in `error`",
      NULL },
    { "params", ADMIN_OBJECT, 0,
      "the values in the text by name, if it has some, each a text; beside code",
      NULL },
    { "request_id", ADMIN_TEXT, 0, "outside /oauth/ and /admin/", NULL },
    ADMIN_END,
};

static struct json_doc *bearer(const char *description)
{
    struct json_doc *token = json_doc_new_object();

    set_text(token, "type", "http");
    set_text(token, "scheme", "bearer");
    set_text(token, "description", description);
    return token;
}

static struct json_doc *components(void)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *error = json_doc_new_object();
    struct json_doc *schemes;
    struct json_doc *session = json_doc_new_object();

    set_text(error, "description", "What went wrong");
    set_content(error, JSON, object_schema(error_members));
    json_doc_set(doc, "responses", around("error", error));
    schemes = around("admin_token",
                     bearer("ADMIN_TOKEN, or what DATA_DIR/admin_token holds"));
    json_doc_set(schemes, "metrics_token", bearer("METRICS_TOKEN"));
    set_text(session, "type", "apiKey");
    set_text(session, "in", "cookie");
    set_text(session, "name", CALLER_COOKIE);
    set_text(session, "description",
             "Of a browser, by POST /admin/api/session; whatever is not GET "
             "needs X-CSRF-Token");
    json_doc_set(schemes, "session", session);
    json_doc_set(doc, "securitySchemes", schemes);
    return doc;
}

struct json_doc *openapi_doc(const struct admin_row *rows, size_t count)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *info = json_doc_new_object();
    struct json_doc *paths = json_doc_new_object();

    set_text(doc, "openapi", "3.1.0");
    set_text(info, "title", "claude-relay");
    set_text(info, "version", RELAY_VERSION);
    json_doc_set(doc, "info", info);
    for (size_t i = 0; i < count; i++)
        add_row(paths, &rows[i]);
    json_doc_set(doc, "paths", paths);
    json_doc_set(doc, "components", components());
    return doc;
}

static struct flow_next get(struct flow *flow)
{
    struct admin_request *x = admin_request_of(flow);
    size_t count;
    const struct admin_row *rows = admin_rows(&count);
    struct json_doc *doc = openapi_doc(rows, count);
    struct buf text;
    struct flow_next next;

    buf_init(&text, DOC_MAX);
    if (json_doc_write(doc, true, &text)) {
        next =
            admin_reply_static(x,
                               &(struct admin_file){ .content_type = STR(JSON),
                                                     .bytes = buf_str(&text) });
    } else {
        (void)err_set(&x->err, ERR_INTERNAL, "the document is too long");
        next = admin_refuse(x);
    }
    buf_done(&text);
    json_doc_free(doc);
    return next;
}

static const struct admin_member get_members[] = {
    { "openapi", ADMIN_TEXT, ADMIN_REQUIRED, "3.1.0", NULL },
    { "info", ADMIN_OBJECT, ADMIN_REQUIRED, "title and version", NULL },
    { "paths", ADMIN_OBJECT, ADMIN_REQUIRED, "what there is", NULL },
    { "components", ADMIN_OBJECT, ADMIN_REQUIRED, "what they share", NULL },
    ADMIN_END,
};
const struct admin_endpoint openapi_get = {
    .first = get,
    .tag = "relay",
    .summary = "This document",
    .answer = get_members,
};
