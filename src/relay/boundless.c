// SPDX-License-Identifier: MIT
/* Texts about bodies without a bound. */
#include "relay/boundless.h"

#include "base/buf.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/shown.h"

/* Why a member or tool that is known has no bound. */
static const struct {
    const char *name;
    const char *why;
} known[] = {
    { "fallbacks", "another model may answer, at its own price" },
    { "compaction", "a summary is a call of its own" },
    { "compact_20260112", "a summary is a call of its own" },
    { "container", "its time is billed, too" },
    { "thread", "the rest of the conversation is not in the body" },
    { "speed", "fast answers have a price of their own" },
    { "inference_geo", "some regions cost more" },
    { "service_tier", "other tiers have prices of their own" },
    { "context_management", "only edits that clear something are bounded" },
    { "advisor_20260301", "each use is a call of another model" },
};

static const char *why_of(struct str name, const char *otherwise)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (str_eq(str_of(known[i].name), name))
            return known[i].why;
    }
    return otherwise;
}

/* `what` it is of, and what to do about it, by enum scan_doubt. */
static const struct {
    const char *what;
    const char *why;
    const char *mend;
} doubts[] = {
    [SCAN_DOUBT_NONE] = { "", "", "" },
    [SCAN_DOUBT_MEMBER] = { "the member", "nobody here knows what it costs",
                            "leave it out" },
    [SCAN_DOUBT_VALUE] = { "a value of", "nobody here knows what it costs",
                           "leave it out" },
    [SCAN_DOUBT_TWICE] = { "twice the member",
                           "readers differ in which one counts",
                           "name it once" },
    [SCAN_DOUBT_TOOL] = { "a tool of the type",
                          "nothing bounds what its use costs", "leave it out" },
    [SCAN_DOUBT_EDIT] = { "a context edit of the type",
                          "nobody here knows what it costs", "leave it out" },
    [SCAN_DOUBT_MODEL] = { "the model", "its price is not known here",
                           "name another one" },
    [SCAN_DOUBT_CONTENT] = { "content of the type",
                             "it brings tools that nothing bounds",
                             "leave it out" },
};

static const char *shown_doubt(const struct scan_facts *facts,
                               char out[SHOWN_MAX])
{
    struct str name = str_of(facts->doubt_name);

    if (name.len == 0)
        return "that nobody can read";
    return facts->doubt == SCAN_DOUBT_MODEL ? shown_open(name, out)
                                            : shown_name(name, out);
}

static char *doubt_text(const struct scan_facts *facts)
{
    struct str name = str_of(facts->doubt_name);
    const char *otherwise = doubts[facts->doubt].why;
    char text[SHOWN_MAX];
    struct buf out;
    char *made;

    buf_init(&out, 1024);
    buf_printf(&out, "its body has %s %s (%s): %s", doubts[facts->doubt].what,
               shown_doubt(facts, text),
               facts->doubt == SCAN_DOUBT_TWICE ? otherwise
                                                : why_of(name, otherwise),
               doubts[facts->doubt].mend);
    made = mem_strndup(buf_str(&out).at, out.len);
    buf_done(&out);
    return made;
}

char *boundless_text(bool packed, const struct scan_facts *facts)
{
    const char *text = "its body has a server tool without max_uses: set it";

    if (packed)
        text = "its body is compressed: send it as it is";
    else if (!facts)
        text = "its body is not a JSON object";
    else if (facts->has_servers)
        text = "its body names mcp_servers: leave them out";
    else if (facts->doubt != SCAN_DOUBT_NONE)
        return doubt_text(facts);
    return mem_strndup(text, str_of(text).len);
}
