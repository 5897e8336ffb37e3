// SPDX-License-Identifier: MIT
/* Where in a request body stands what matters for its price. */
#include "usage/scan_facts_internal.h"

#include "base/macros.h"
#include "base/text.h"
#include "base/token.h"
#include "crypto/hash.h"

/* ---- where it stands ---------------------------------------------------- */

#define MEMBER(text, kind, id)                                                 \
    {                                                                          \
        { text, sizeof(text) - 1 }, kind, id, NULL, 0                          \
    }
#define PLAIN(text) MEMBER(text, SIFT_ANY, ITEM_PLAIN)
#define NEST(text, kind, id, inside)                                           \
    {                                                                          \
        { text, sizeof(text) - 1 }, kind, id, inside, COUNT_OF(inside)         \
    }

static const struct sift_node tool[] = {
    MEMBER("type", SIFT_TEXT, ITEM_TOOL_TYPE),
    MEMBER("max_uses", SIFT_NUMBER, ITEM_TOOL_USES),
};
static const struct sift_node edit[] = {
    MEMBER("type", SIFT_TEXT, ITEM_EDIT_TYPE),
};
static const struct sift_node context[] = {
    NEST("edits", SIFT_ARRAY, ITEM_EDIT, edit),
    MEMBER("", SIFT_ANY, ITEM_CONTEXT_OTHER),
};
static const struct sift_node metadata[] = {
    MEMBER("user_id", SIFT_TAIL, ITEM_USER),
};
/* All that has a name here is known to be bounded, or is looked at. */
static const struct sift_node members[] = {
    MEMBER("model", SIFT_TEXT, ITEM_MODEL),
    MEMBER("stream", SIFT_ANY, ITEM_STREAM),
    MEMBER("max_tokens", SIFT_NUMBER, ITEM_MAX_TOKENS),
    MEMBER("proxy_config", SIFT_ANY, SCAN_ITEM_PROXY),
    NEST("tools", SIFT_ARRAY, ITEM_TOOL, tool),
    MEMBER("mcp_servers", SIFT_ARRAY, ITEM_SERVER),
    MEMBER("cache_control", SIFT_ANY, ITEM_CACHE),
    MEMBER("service_tier", SIFT_TEXT, ITEM_TIER),
    MEMBER("speed", SIFT_TEXT, ITEM_SPEED),
    MEMBER("inference_geo", SIFT_TEXT, ITEM_GEO),
    NEST("context_management", SIFT_OBJECT, ITEM_CONTEXT, context),
    PLAIN("messages"),
    PLAIN("system"),
    PLAIN("tool_choice"),
    PLAIN("stop_sequences"),
    PLAIN("temperature"),
    PLAIN("top_p"),
    PLAIN("top_k"),
    NEST("metadata", SIFT_OBJECT, ITEM_PLAIN, metadata),
    PLAIN("thinking"),
    PLAIN("output_config"),
    PLAIN("output_format"),
    PLAIN("diagnostics"),
    /* of /v1/complete */
    PLAIN("prompt"),
    PLAIN("max_tokens_to_sample"),
    MEMBER("", SIFT_ANY, ITEM_OTHER),
};
static const struct sift_node root = {
    { "", 0 }, SIFT_OBJECT, SCAN_ITEM_END, members, COUNT_OF(members)
};
static const struct sift_node anywhere[] = {
    MEMBER("cache_control", SIFT_ANY, ITEM_CACHE),
    MEMBER("ttl", SIFT_TEXT, ITEM_TTL),
    MEMBER("type", SIFT_TEXT, ITEM_TYPE),
    MEMBER("file_id", SIFT_TEXT, ITEM_FILE),
};

void scan_facts_sift(struct sift *sift, sift_fn found, void *arg)
{
    sift_init(sift, &root, found, arg);
    sift_watch(sift, anywhere, COUNT_OF(anywhere));
    sift_announce(sift);
}

/* ---- all of it ---------------------------------------------------------- */

static void take_model(struct scan_facts *facts, const struct sift_found *found)
{
    facts->model_again |= found->begins && facts->model_is != SCAN_ABSENT;
    if (facts->model_again)
        scan_doubt_note(facts, SCAN_DOUBT_TWICE, STR("model"));
    facts->model_is = SCAN_ODD;
    facts->model[0] = '\0';
    if (found->begins || token_is_in(found->text))
        return;
    facts->model_is = SCAN_TOLD;
    text_copy(facts->model, sizeof(facts->model), found->text);
}

static void take_max_tokens(struct scan_facts *facts,
                            const struct sift_found *found)
{
    if (found->begins)
        scan_doubt_see(facts, &facts->max_tokens_seen, STR("max_tokens"));
    facts->max_tokens_is = found->begins ? SCAN_ODD : SCAN_TOLD;
    facts->max_tokens = found->number;
}

static void take_user(struct scan_facts *facts, const struct sift_found *found)
{
    struct str session =
        found->begins ? STR_EMPTY : session_of_user(found->text);

    text_copy(facts->session, sizeof(facts->session),
              token_is_in(session) ? STR_EMPTY : session);
}

static void take_file(struct scan_facts *facts, struct str id)
{
    if (facts->file_count < SCAN_FILES_MAX)
        facts->files[facts->file_count++] = hash_number(id);
}

/* The kinds of content that are not measured by the bytes of the body, or bring tools
   that no `tools` names. */
static void take_type(struct scan_facts *facts, struct str type)
{
    facts->images += str_eq(type, STR("image"));
    facts->unmeasured |=
        str_eq(type, STR("document")) || str_eq(type, STR("tool_reference"));
    if (str_eq(type, STR("tool_addition")) ||
        str_eq(type, STR("container_upload")))
        scan_doubt_note(facts, SCAN_DOUBT_CONTENT, type);
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
        scan_tools_take(facts, found);
        break;
    case ITEM_TOOL_TYPE:
        scan_tools_take_type(facts, found);
        break;
    case ITEM_TOOL_USES:
        scan_tools_take_uses(facts, found);
        break;
    case ITEM_SERVER:
        scan_tools_take_server(facts, found);
        break;
    case ITEM_CACHE:
        facts->caches |= found->first != 'n';
        break;
    case ITEM_TTL:
        facts->caches_1h |= str_eq(found->text, STR("1h"));
        break;
    case ITEM_USER:
        take_user(facts, found);
        break;
    case ITEM_FILE:
        take_file(facts, found->text);
        break;
    case ITEM_TYPE:
        take_type(facts, found->text);
        break;
    default:
        scan_doubt_take(facts, found);
        break;
    }
}

void scan_facts_doubt_model(struct scan_facts *facts)
{
    scan_doubt_note(facts, SCAN_DOUBT_MODEL, str_of(facts->model));
}

bool scan_facts_unbounded(const struct scan_facts *facts)
{
    return facts->tools_unbounded || facts->has_servers ||
           facts->doubt != SCAN_DOUBT_NONE;
}

void scan_facts_bound(struct scan_facts *facts)
{
    facts->tools_unbounded = false;
    facts->has_servers = false;
    facts->doubt = SCAN_DOUBT_NONE;
}
