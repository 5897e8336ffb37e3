// SPDX-License-Identifier: MIT
/* A request body, cut into pieces.  What must hold: the look ahead at the pieces and the
   look at the whole tell the same; what is clear to them has no proxy_config for a
   reader that follows every member; of an object that a JSON library reads they tell the
   same as that library. */
#include <jansson.h> /* lint: only it can list the members of an object */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/mem.h"
#include "pieces.h"
#include "usage/members.h"
#include "usage/named_models.h"
#include "usage/scan.h"
#include "usage/scan_ahead.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(claim) ((claim) ? (void)0 : must_failed(#claim, __LINE__))

static void must_failed(const char *claim, int line)
{
    (void)dprintf(2, "fuzz_scan.c:%d: does not hold: %s\n", line, claim);
    abort();
}

/* ---- the two looks ------------------------------------------------------ */

static void check_same(const struct scan_facts *a, const struct scan_facts *b)
{
    MUST(a->model_is == b->model_is);
    MUST(a->max_tokens_is == b->max_tokens_is);
    MUST(a->stream == b->stream);
    MUST(a->caches == b->caches);
    MUST(a->caches_1h == b->caches_1h);
    MUST(a->tools_unbounded == b->tools_unbounded);
    MUST(a->has_servers == b->has_servers);
    MUST(a->unmeasured == b->unmeasured);
    MUST(a->max_tokens == b->max_tokens);
    MUST(a->tool_uses == b->tool_uses);
    MUST(a->images == b->images);
    MUST(strcmp(a->model, b->model) == 0);
    MUST(a->typed_tools == b->typed_tools);
    MUST(a->doubt == b->doubt);
    MUST(strcmp(a->doubt_name, b->doubt_name) == 0);
}

/* Each piece in a block of exactly its size, so that a step too far is seen. */
static void feed_all(struct scan_ahead *ahead, struct pieces pieces)
{
    struct str piece;
    char *mem;

    scan_ahead_init(ahead);
    while (pieces_next(&pieces, &piece)) {
        mem = mem_alloc(piece.len);
        memcpy(mem, piece.at, piece.len);
        scan_ahead_feed(ahead, (struct str){ mem, piece.len });
        mem_free(mem);
    }
}

static void note_proxy(void *arg, const struct member *member)
{
    if (members_name_is(member, STR("proxy_config")))
        *(bool *)arg = true;
}

/* Steps nowhere that it may not. */
static bool note_model(void *arg, struct str model)
{
    *(size_t *)arg += model.len;
    return true;
}

static void check_ahead(const struct scan_ahead *ahead, struct str body)
{
    struct scan whole = scan_body(body);
    bool named = false;
    bool is_object = members_visit(body, note_proxy, &named);
    size_t models = 0;

    check_same(&whole.facts, &ahead->facts);
    MUST(named_models_may(body, note_model, &models) && models <= body.len);
    MUST(whole.is_object == is_object);
    MUST((whole.proxy_config.len > 0) == named);
    MUST(!scan_ahead_is_clear(ahead) || (is_object && !named));
    MUST(scan_ahead_may_be_object(ahead) || !scan_ahead_is_clear(ahead));
}

/* ---- the library's view ------------------------------------------------- */

static bool has_text(const struct json_doc *doc, const char *member,
                     struct str text)
{
    struct str value;

    return json_doc_get_str(doc, member, &value) && str_eq(value, text);
}

/* What may stand at any depth.  `tool`, or a context edit: its type is another
   matter. */
static void ask_anywhere(const struct json_doc *doc, bool tool,
                         struct scan_facts *want)
{
    const struct json_doc *cache = json_doc_get(doc, "cache_control");

    want->caches |= cache && !json_doc_is_null(cache);
    want->caches_1h |= has_text(doc, "ttl", STR("1h"));
    if (!tool) {
        want->images += has_text(doc, "type", STR("image"));
        want->unmeasured |= has_text(doc, "type", STR("document")) ||
                            has_text(doc, "type", STR("tool_reference"));
    }
}

static void walk(json_t *json, const struct json_doc *const typed[2],
                 struct scan_facts *want);

static void visit(json_t *json, bool tool,
                  const struct json_doc *const typed[2],
                  struct scan_facts *want)
{
    if (json_is_object(json))
        ask_anywhere((const struct json_doc *)(void *)json, tool, want);
    walk(json, typed, want);
}

/* Documents nest 64 deep at most. */
static void walk(json_t *json, const struct json_doc *const typed[2],
                 struct scan_facts *want)
{
    bool is_typed = (const void *)json == (const void *)typed[0] ||
                    (const void *)json == (const void *)typed[1];

    if (json_is_object(json)) {
        for (void *at = json_object_iter(json); at;
             at = json_object_iter_next(json, at))
            visit(json_object_iter_value(at), false, typed, want);
    }
    for (size_t i = 0; i < json_array_size(json); i++)
        visit(json_array_get(json, i), is_typed, typed, want);
}

static bool is_clients(const struct json_doc *tool)
{
    static const char *const begin[] = { "bash_", "text_editor_", "computer_",
                                         "memory_", "browser_" };
    const struct json_doc *type = json_doc_get(tool, "type");
    struct str text;

    if (!type || json_doc_is_null(type) ||
        has_text(tool, "type", STR("custom")))
        return true;
    for (size_t i = 0; i < COUNT_OF(begin); i++) {
        if (json_doc_as_str(type, &text) && str_starts(text, str_of(begin[i])))
            return true;
    }
    return false;
}

static void ask_tools(const struct json_doc *tools, struct scan_facts *want)
{
    for (size_t i = 0; json_doc_is_array(tools) && i < json_doc_count(tools);
         i++) {
        const struct json_doc *tool = json_doc_at(tools, i);
        uint64_t uses;

        if (!json_doc_is_object(tool) || is_clients(tool))
            continue;
        if (!json_doc_get_u64(tool, "max_uses", &uses))
            want->tools_unbounded = true;
        else if (__builtin_add_overflow(want->tool_uses, uses,
                                        &want->tool_uses))
            want->tool_uses = UINT64_MAX;
    }
}

static void ask_servers(const struct json_doc *servers, struct scan_facts *want)
{
    for (size_t i = 0;
         json_doc_is_array(servers) && i < json_doc_count(servers); i++)
        want->has_servers |= json_doc_is_object(json_doc_at(servers, i));
}

/* Long texts, and those with escapes of other than ASCII, are not told. */
static void check_model(const struct scan_facts *facts,
                        const struct json_doc *doc)
{
    struct str text;

    MUST((facts->model_is != SCAN_ABSENT) ==
         (json_doc_get(doc, "model") != NULL));
    if (facts->model_is == SCAN_TOLD)
        MUST(json_doc_get_str(doc, "model", &text) &&
             str_eq(text, str_of(facts->model)));
    else if (json_doc_get_str(doc, "model", &text))
        MUST(text.len == 0 || text.len > SIFT_TEXT_MAX ||
             memchr(text.at, 0, text.len) || facts->model_is == SCAN_ODD);
}

static void check_max_tokens(const struct scan_facts *facts,
                             const struct json_doc *doc)
{
    uint64_t tokens = 0;
    bool told = json_doc_get_u64(doc, "max_tokens", &tokens);

    MUST((facts->max_tokens_is != SCAN_ABSENT) ==
         (json_doc_get(doc, "max_tokens") != NULL));
    MUST((facts->max_tokens_is == SCAN_TOLD) == told);
    MUST(facts->max_tokens == tokens);
}

static void check_library(const struct scan_ahead *ahead,
                          const struct json_doc *doc)
{
    struct scan_facts want = ahead->facts;
    const struct json_doc *const typed[2] = {
        json_doc_get(doc, "tools"),
        json_doc_get(json_doc_get(doc, "context_management"), "edits")
    };
    bool stream = false;

    want.caches = want.caches_1h = want.unmeasured = false;
    want.tools_unbounded = want.has_servers = false;
    want.images = want.tool_uses = 0;
    (void)json_doc_get_bool(doc, "stream", &stream);
    want.stream = stream;
    visit((json_t *)(uintptr_t)doc, false, typed, &want);
    ask_tools(json_doc_get(doc, "tools"), &want);
    ask_servers(json_doc_get(doc, "mcp_servers"), &want);
    check_same(&want, &ahead->facts);
    check_model(&ahead->facts, doc);
    check_max_tokens(&ahead->facts, doc);
    MUST(scan_ahead_is_clear(ahead) == !json_doc_get(doc, "proxy_config"));
}

/* A library may take -0 for a count, and overlooks a NUL behind a number. */
static bool is_doubtful(struct str text)
{
    return str_contains(text, STR("-0")) || memchr(text.at, 0, text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scan_ahead ahead;
    struct pieces cut;
    struct json_doc *doc;
    struct err err;

    pieces_init(&cut, data, size);
    feed_all(&ahead, cut);
    check_ahead(&ahead, cut.left);
    doc = json_doc_parse(cut.left, &err);
    if (json_doc_is_object(doc) && !is_doubtful(cut.left))
        check_library(&ahead, doc);
    json_doc_free(doc);
    return 0;
}
