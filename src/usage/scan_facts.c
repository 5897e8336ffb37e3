// SPDX-License-Identifier: MIT
/* Where in a request body stands what matters for its price. */
#include "usage/scan_facts.h"

#include "base/macros.h"
#include "base/text.h"

/* ---- where it stands ---------------------------------------------------- */

enum item {
    ITEM_MODEL = SCAN_ITEMS,
    ITEM_STREAM,
    ITEM_MAX_TOKENS,
    ITEM_TOOL, /* the array begins, or one of its objects ends */
    ITEM_TOOL_TYPE,
    ITEM_TOOL_USES,
    ITEM_SERVER, /* likewise */
    ITEM_CACHE,
    ITEM_TTL,
    ITEM_TYPE,
};

#define MEMBER(text, kind, id)                                                 \
    {                                                                          \
        { text, sizeof(text) - 1 }, kind, id, NULL, 0                          \
    }

static const struct sift_node tool[] = {
    MEMBER("type", SIFT_TEXT, ITEM_TOOL_TYPE),
    MEMBER("max_uses", SIFT_NUMBER, ITEM_TOOL_USES),
};
static const struct sift_node members[] = {
    MEMBER("model", SIFT_TEXT, ITEM_MODEL),
    MEMBER("stream", SIFT_ANY, ITEM_STREAM),
    MEMBER("max_tokens", SIFT_NUMBER, ITEM_MAX_TOKENS),
    MEMBER("proxy_config", SIFT_ANY, SCAN_ITEM_PROXY),
    { { "tools", 5 }, SIFT_ARRAY, ITEM_TOOL, tool, COUNT_OF(tool) },
    MEMBER("mcp_servers", SIFT_ARRAY, ITEM_SERVER),
};
static const struct sift_node root = {
    { "", 0 }, SIFT_OBJECT, SCAN_ITEM_END, members, COUNT_OF(members)
};
static const struct sift_node anywhere[] = {
    MEMBER("cache_control", SIFT_ANY, ITEM_CACHE),
    MEMBER("ttl", SIFT_TEXT, ITEM_TTL),
    MEMBER("type", SIFT_TEXT, ITEM_TYPE),
};

void scan_facts_sift(struct sift *sift, sift_fn found, void *arg)
{
    sift_init(sift, &root, found, arg);
    sift_watch(sift, anywhere, COUNT_OF(anywhere));
    sift_announce(sift);
}

/* ---- tools -------------------------------------------------------------- */

/* Tools that the client runs, by how their type begins.  Any other is taken for one
   that Anthropic runs, so that a new one is not overlooked. */
static bool is_clients(struct str type)
{
    static const struct str begin[] = { { "bash_", 5 },
                                        { "text_editor_", 12 },
                                        { "computer_", 9 },
                                        { "memory_", 7 } };

    for (size_t i = 0; i < COUNT_OF(begin); i++) {
        if (str_starts(type, begin[i]))
            return true;
    }
    return str_eq(type, STR("custom"));
}

static void end_tool(struct scan_facts *facts)
{
    struct scan_tool tool_read = facts->tool;

    facts->tool = (struct scan_tool){ 0 };
    if (!tool_read.is_server)
        return;
    facts->tools_unbounded |= !tool_read.bounded;
    facts->tool_uses = tool_read.uses > UINT64_MAX - facts->tool_uses
                           ? UINT64_MAX
                           : facts->tool_uses + tool_read.uses;
}

static void take_tool(struct scan_facts *facts, const struct sift_found *found)
{
    if (!found->begins) {
        end_tool(facts);
        return;
    }
    facts->tool = (struct scan_tool){ 0 };
    facts->tools_unbounded = false;
    facts->tool_uses = 0;
}

/* A tool without a type, or with null, is the client's own. */
static void take_tool_type(struct scan_facts *facts,
                           const struct sift_found *found)
{
    facts->tool.is_server =
        found->begins ? found->first != 'n' : !is_clients(found->text);
}

static void take_tool_uses(struct scan_facts *facts,
                           const struct sift_found *found)
{
    facts->tool.bounded = !found->begins;
    facts->tool.uses = found->number;
}

/* ---- all of it ---------------------------------------------------------- */

static void take_model(struct scan_facts *facts, const struct sift_found *found)
{
    facts->model_again |= found->begins && facts->model_is != SCAN_ABSENT;
    facts->model_is = found->begins ? SCAN_ODD : SCAN_TOLD;
    facts->model[0] = '\0';
    if (!found->begins)
        text_copy(facts->model, sizeof(facts->model), found->text);
}

static void take_max_tokens(struct scan_facts *facts,
                            const struct sift_found *found)
{
    facts->max_tokens_is = found->begins ? SCAN_ODD : SCAN_TOLD;
    facts->max_tokens = found->number;
}

/* The kinds of content that are not measured by the bytes of the body. */
static void take_type(struct scan_facts *facts, struct str type)
{
    facts->images += str_eq(type, STR("image"));
    facts->unmeasured |=
        str_eq(type, STR("document")) || str_eq(type, STR("tool_reference"));
}

void scan_facts_take(struct scan_facts *facts, const struct sift_found *found)
{
    switch (found->id) {
    case ITEM_MODEL:
        take_model(facts, found);
        break;
    case ITEM_STREAM:
        facts->stream = found->first == 't';
        break;
    case ITEM_MAX_TOKENS:
        take_max_tokens(facts, found);
        break;
    case ITEM_TOOL:
        take_tool(facts, found);
        break;
    case ITEM_TOOL_TYPE:
        take_tool_type(facts, found);
        break;
    case ITEM_TOOL_USES:
        take_tool_uses(facts, found);
        break;
    case ITEM_SERVER:
        facts->has_servers = !found->begins;
        break;
    case ITEM_CACHE:
        facts->caches |= found->first != 'n';
        break;
    case ITEM_TTL:
        facts->caches_1h |= str_eq(found->text, STR("1h"));
        break;
    case ITEM_TYPE:
        take_type(facts, found->text);
        break;
    default:
        break;
    }
}
