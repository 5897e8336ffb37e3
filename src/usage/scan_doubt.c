// SPDX-License-Identifier: MIT
/* What keeps anybody from proving what a body may cost at the most. */
#include <string.h>

#include "base/text.h"
#include "usage/scan_facts_internal.h"

/* ---- doubts ------------------------------------------------------------- */

void scan_doubt_note(struct scan_facts *facts, enum scan_doubt what,
                     struct str name)
{
    facts->tentative = false;
    if (facts->doubt != SCAN_DOUBT_NONE)
        return;
    facts->doubt = what;
    text_copy(facts->doubt_name, sizeof(facts->doubt_name),
              name.len > 0 && memchr(name.at, 0, name.len) ? STR_EMPTY : name);
}

/* Until more is known. */
static void doubt_for_now(struct scan_facts *facts, enum scan_doubt what,
                          struct str name)
{
    bool first = facts->doubt == SCAN_DOUBT_NONE;

    scan_doubt_note(facts, what, name);
    facts->tentative = first;
}

static void dispel(struct scan_facts *facts)
{
    if (!facts->tentative)
        return;
    facts->tentative = false;
    facts->doubt = SCAN_DOUBT_NONE;
    facts->doubt_name[0] = '\0';
}

void scan_doubt_see(struct scan_facts *facts, unsigned char *seen,
                    struct str name)
{
    if (*seen < 2 && ++*seen == 2)
        scan_doubt_note(facts, SCAN_DOUBT_TWICE, name);
}

/* A name at the top that is not in the tree, then its value: null is none. */
static void take_other(struct scan_facts *facts, const struct sift_found *found)
{
    if (!found->begins)
        doubt_for_now(facts, SCAN_DOUBT_MEMBER, found->text);
    else if (found->first == 'n')
        dispel(facts);
    else
        scan_doubt_note(facts, SCAN_DOUBT_MEMBER, STR_EMPTY);
}

/* Members of which some values are known: two at the most. */
struct choice {
    const char *name;
    const char *known[2];
};
static const struct choice tier = { "service_tier",
                                    { "auto", "standard_only" } };
static const struct choice speed = { "speed", { "standard", "standard" } };
static const struct choice place = { "inference_geo", { "global", "global" } };

/* `asked`: for another value than these; NULL: nobody minds. */
static void take_choice(struct scan_facts *facts, const struct choice *choice,
                        const struct sift_found *found, bool *asked)
{
    bool is_other = found->begins && found->first != 'n';
    bool is_known =
        !found->begins && (str_eq(found->text, str_of(choice->known[0])) ||
                           str_eq(found->text, str_of(choice->known[1])));

    if (is_other)
        doubt_for_now(facts, SCAN_DOUBT_VALUE, str_of(choice->name));
    if (is_known)
        dispel(facts);
    if (asked && (is_other || is_known))
        *asked = is_other;
}

/* ---- context edits ------------------------------------------------------ */

/* Clearing takes input away; compaction is a call of its own. */
static bool is_clearing(struct str type)
{
    return str_eq(type, STR("clear_tool_uses_20250919")) ||
           str_eq(type, STR("clear_thinking_20251015"));
}

/* The object, or its array, is neither there nor null. */
static void take_context(struct scan_facts *facts,
                         const struct sift_found *found, char bracket)
{
    if (found->begins && found->first != bracket && found->first != 'n')
        scan_doubt_note(facts, SCAN_DOUBT_VALUE, STR("context_management"));
}

static void take_edit(struct scan_facts *facts, const struct sift_found *found)
{
    take_context(facts, found, '[');
    if (!found->begins && !facts->edit.readable)
        scan_doubt_note(facts, SCAN_DOUBT_EDIT, STR_EMPTY);
    facts->edit = (struct scan_edit){ .typed = false };
}

static void take_edit_type(struct scan_facts *facts,
                           const struct sift_found *found)
{
    if (found->begins && facts->edit.typed)
        scan_doubt_note(facts, SCAN_DOUBT_TWICE, STR("type"));
    facts->edit.typed = true;
    facts->edit.readable = !found->begins;
    if (!found->begins && !is_clearing(found->text))
        scan_doubt_note(facts, SCAN_DOUBT_EDIT, found->text);
}

/* ---- all of it ---------------------------------------------------------- */

void scan_doubt_take(struct scan_facts *facts, const struct sift_found *found)
{
    switch (found->id) {
    case ITEM_TIER:
        take_choice(facts, &tier, found, NULL);
        break;
    case ITEM_SPEED:
        take_choice(facts, &speed, found, &facts->asks_speed);
        break;
    case ITEM_GEO:
        take_choice(facts, &place, found, &facts->asks_geo);
        break;
    case ITEM_CONTEXT:
        take_context(facts, found, '{');
        break;
    case ITEM_CONTEXT_OTHER:
        scan_doubt_note(facts, SCAN_DOUBT_VALUE, STR("context_management"));
        break;
    case ITEM_EDIT:
        take_edit(facts, found);
        break;
    case ITEM_EDIT_TYPE:
        take_edit_type(facts, found);
        break;
    case ITEM_OTHER:
        take_other(facts, found);
        break;
    default:
        break;
    }
}
