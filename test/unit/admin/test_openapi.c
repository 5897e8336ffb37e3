// SPDX-License-Identifier: MIT
/* The document of the API. */
#include "admin/openapi.h"

#include "base/mem.h"
#include "unit.h"

static struct flow_next nothing(struct flow *flow)
{
    (void)flow;
    return flow_finish();
}

static const struct admin_member sizes[] = {
    { "small", ADMIN_NUMBER, 0, "how many", NULL },
    { "price", ADMIN_MONEY, ADMIN_OR_NULL, "of one", NULL },
    ADMIN_END,
};
static const struct admin_member elements[] = {
    { .type = ADMIN_OBJECT, .text = "a size", .members = sizes },
    ADMIN_END,
};
static const struct admin_member body[] = {
    { "name", ADMIN_TEXT, ADMIN_REQUIRED, "of the tea", NULL },
    { "sizes", ADMIN_LIST, 0, "there are", elements },
    ADMIN_END,
};
static const struct admin_member answer[] = {
    { "hot", ADMIN_BOOL, ADMIN_REQUIRED | ADMIN_OR_NULL, "or cold", NULL },
    { "more", ADMIN_ANY, 0, "anything", NULL },
    ADMIN_END,
};
static const struct admin_member query[] = {
    { "search", ADMIN_TEXT, 0, "a part of the name", NULL },
    { "cold", ADMIN_BOOL, 0, "it, too", NULL },
    ADMIN_END,
};
static const struct admin_endpoint list = {
    .first = nothing,
    .tag = "tea",
    .summary = "All",
    .query = query,
    .answer = answer,
};
static const struct admin_endpoint make = {
    .first = nothing,
    .tag = "tea",
    .summary = "Make",
    .body_max = ADMIN_BODY,
    .body = body,
    .answer = answer,
    .status = 201,
};
static const struct admin_endpoint table = {
    .first = nothing,
    .tag = "tea",
    .summary = "Table",
    .content_type = "text/csv",
};
static const struct admin_row rows[] = {
    ADMIN_ROW("GET", "/", PUBLIC, list),
    ADMIN_ROW("GET", "/teas", LOOK, list),
    ADMIN_ROW("POST", "/teas", MANAGE, make),
    ADMIN_ROW("GET", "/teas/:name/cups/:cup", LOOK, table),
    ADMIN_ROW("GET", "/pages/*", PUBLIC, table),
};

static char *document(void)
{
    struct json_doc *doc = openapi_doc(rows, COUNT_OF(rows));
    struct buf text;
    char *copy;

    buf_init(&text, 65536);
    assert_true(json_doc_write(doc, false, &text));
    copy = mem_strndup(buf_str(&text).at, buf_str(&text).len);
    buf_done(&text);
    json_doc_free(doc);
    return copy;
}

static const char *const parts[] = {
    "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"claude-relay\",",
    /* Paths, with methods below them. */
    "\"paths\":{\"/\":{\"get\":{\"summary\":\"All\",\"tags\":[\"tea\"],"
    "\"security\":[],\"parameters\":[{\"name\":\"search\",\"in\":\"query\","
    "\"required\":false,\"description\":\"a part of the name\","
    "\"schema\":{\"type\":\"string\"}},{\"name\":\"cold\",\"in\":\"query\","
    "\"required\":false,\"description\":\"it, too\","
    "\"schema\":{\"type\":\"boolean\"}}],\"responses\":{\"200\":",
    "\"/teas\":{\"get\":{\"summary\":\"All\",\"tags\":[\"tea\"],\"security\":["
    "{\"admin_token\":[]},{\"session\":[]},{}],",
    "\"post\":{\"summary\":\"Make\",",
    "\"/teas/{name}/cups/{cup}\":{\"get\":{",
    "\"parameters\":[{\"name\":\"name\",\"in\":\"path\",\"required\":true,"
    "\"schema\":{\"type\":\"string\"}},{\"name\":\"cup\",\"in\":\"path\",",
    "\"/pages/{rest}\":{\"get\":{",
    /* What it takes. */
    "\"requestBody\":{\"content\":{\"application/json\":{\"schema\":{\"type\":"
    "\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"description\":"
    "\"of the tea\"},\"sizes\":{\"type\":\"array\",\"description\":\"there "
    "are\",\"items\":{\"type\":\"object\",\"description\":\"a size\","
    "\"properties\":{\"small\":{\"type\":\"integer\",\"description\":\"how "
    "many\"},\"price\":{\"type\":[\"number\",\"string\",\"null\"],"
    "\"description\":\"of one\"}},\"required\":[],\"additionalProperties\":"
    "false}}},\"required\":[\"name\"],\"additionalProperties\":false}}}}",
    /* What it answers. */
    "\"responses\":{\"201\":{\"description\":\"Make\",\"content\":{"
    "\"application/json\":{\"schema\":{\"type\":\"object\",\"properties\":{"
    "\"hot\":{\"type\":[\"boolean\",\"null\"],\"description\":\"or cold\"},"
    "\"more\":{\"description\":\"anything\"}},\"required\":[\"hot\"],"
    "\"additionalProperties\":false}}}},\"default\":{\"$ref\":"
    "\"#/components/responses/error\"}}",
    "\"200\":{\"description\":\"Table\",\"content\":{\"text/csv\":{\"schema\":{"
    "\"type\":\"string\"}}}}",
    "\"components\":{\"responses\":{\"error\":{",
};

static void rows_become_operations(void **state)
{
    char *text = document();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        unit_assert_part(text, parts[i]);
    mem_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_become_operations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
