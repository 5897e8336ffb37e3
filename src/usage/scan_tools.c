// SPDX-License-Identifier: MIT
/* The tools of a body: who runs them, and how often at the most. */
#include "base/macros.h"
#include "usage/scan_facts_internal.h"

static bool is_among(const char *const *list, size_t count, struct str text)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(str_of(list[i]), text))
            return true;
    }
    return false;
}

/* Tools that the client runs and Anthropic describes: what they add is known. */
static bool is_known_clients(struct str type)
{
    static const char *const types[] = {
        "bash_20241022",        "bash_20250124",        "text_editor_20241022",
        "text_editor_20250124", "text_editor_20250429", "text_editor_20250728",
        "computer_20241022",    "computer_20250124",    "computer_20251124",
        "memory_20250818",
    };

    return is_among(types, COUNT_OF(types), type);
}

/* What are further versions of these, by their names.  Any other is taken for one that
   Anthropic runs, so that a new one is not overlooked. */
static bool is_likely_clients(struct str type)
{
    static const char *const begin[] = { "bash_", "text_editor_", "computer_",
                                         "browser_", "memory_" };

    for (size_t i = 0; i < COUNT_OF(begin); i++) {
        if (str_starts(type, str_of(begin[i])))
            return true;
    }
    return str_eq(type, STR("custom"));
}

/* Tools that Anthropic runs max_uses times at the most.  Later versions of these run
   code in between, as often as they like. */
static bool is_bounded_by_uses(struct str type)
{
    static const char *const types[] = { "web_search_20250305",
                                         "web_fetch_20250910" };

    return is_among(types, COUNT_OF(types), type);
}

static void end_tool(struct scan_facts *facts)
{
    struct scan_tool tool_read = facts->tool;

    facts->tool = (struct scan_tool){ 0 };
    if (!tool_read.is_server)
        return;
    if (!tool_read.readable)
        scan_doubt_note(facts, SCAN_DOUBT_TOOL, STR_EMPTY);
    facts->tools_unbounded |= !tool_read.bounded;
    facts->tool_uses = tool_read.uses > UINT64_MAX - facts->tool_uses
                           ? UINT64_MAX
                           : facts->tool_uses + tool_read.uses;
}

void scan_tools_take(struct scan_facts *facts, const struct sift_found *found)
{
    if (!found->begins) {
        end_tool(facts);
        return;
    }
    scan_doubt_see(facts, &facts->tools_seen, STR("tools"));
    if (found->first != '[' && found->first != 'n')
        scan_doubt_note(facts, SCAN_DOUBT_VALUE, STR("tools"));
    facts->tool = (struct scan_tool){ 0 };
    facts->tools_unbounded = false;
    facts->tool_uses = 0;
    facts->typed_tools = 0;
}

static void take_readable_type(struct scan_facts *facts, struct str type)
{
    bool known = is_known_clients(type);

    facts->tool.readable = true;
    facts->tool.is_server = !is_likely_clients(type);
    facts->typed_tools += known;
    if (!known && !is_bounded_by_uses(type) && !str_eq(type, STR("custom")))
        scan_doubt_note(facts, SCAN_DOUBT_TOOL, type);
}

/* A tool without a type, or with null, is the client's own. */
void scan_tools_take_type(struct scan_facts *facts,
                          const struct sift_found *found)
{
    if (!found->begins) {
        take_readable_type(facts, found->text);
        return;
    }
    if (facts->tool.typed)
        scan_doubt_note(facts, SCAN_DOUBT_TWICE, STR("type"));
    facts->tool.typed = true;
    facts->tool.readable = false;
    facts->tool.is_server = found->first != 'n';
}

void scan_tools_take_uses(struct scan_facts *facts,
                          const struct sift_found *found)
{
    if (found->begins && facts->tool.used)
        scan_doubt_note(facts, SCAN_DOUBT_TWICE, STR("max_uses"));
    facts->tool.used = true;
    facts->tool.bounded = !found->begins;
    facts->tool.uses = found->number;
}

void scan_tools_take_server(struct scan_facts *facts,
                            const struct sift_found *found)
{
    if (found->begins)
        scan_doubt_see(facts, &facts->servers_seen, STR("mcp_servers"));
    facts->has_servers = !found->begins;
}
