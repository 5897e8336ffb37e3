// SPDX-License-Identifier: MIT
/* The models that a request body names below its top. */
#include "usage/named_models.h"

#include <string.h>

#include "base/macros.h"
#include "usage/lexis.h"
#include "usage/members.h"

/* Names that say where we are. */
enum word {
    WORD_OTHER,
    WORD_MODEL,
    WORD_MESSAGES,
    WORD_SAID,
    WORD_TOOLS,
    WORD_DATA, /* in a tool: what describes the client's data */
    WORD_CONTENT,
    WORD_TOOL,
    WORD_DEFINITION,
    WORD_FORMAT,
    WORD_SCHEMA,
};

static const struct {
    struct str name;
    enum word word;
} words[] = {
    { { "model", 5 }, WORD_MODEL },
    { { "messages", 8 }, WORD_MESSAGES },
    { { "system", 6 }, WORD_SAID },
    { { "metadata", 8 }, WORD_SAID },
    { { "prompt", 6 }, WORD_SAID },
    { { "tools", 5 }, WORD_TOOLS },
    { { "input_schema", 12 }, WORD_DATA },
    { { "input_examples", 14 }, WORD_DATA },
    { { "content", 7 }, WORD_CONTENT },
    { { "tool", 4 }, WORD_TOOL },
    { { "definition", 10 }, WORD_DEFINITION },
    { { "format", 6 }, WORD_FORMAT },
    { { "output_format", 13 }, WORD_FORMAT },
    { { "schema", 6 }, WORD_SCHEMA },
};

/* Further in, no name says where we are. */
#define LEVELS 12

struct walk {
    struct str text;
    size_t at;
    size_t depth;
    /* By depth: the name under which the bracket stands; an element's is that of its
       array. */
    struct {
        enum word word;
        bool is_array;
    } levels[LEVELS];
    enum word name; /* the last one that was read */
    named_models_fn may;
    void *arg;
};

/* ---- where we are ------------------------------------------------------- */

/* Of the brackets around, from the outermost on; that of the body is 0. */
static enum word word_at(const struct walk *walk, size_t level)
{
    return level < walk->depth && level < LEVELS ? walk->levels[level].word
                                                 : WORD_OTHER;
}

static bool stands_in(const struct walk *walk, const enum word *path,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (word_at(walk, i + 1) != path[i])
            return false;
    }
    return true;
}

/* The level of a tool around; 0 if there is none.  A message may add one. */
static size_t tool_level(const struct walk *walk)
{
    static const enum word listed[] = { WORD_TOOLS, WORD_TOOLS };
    static const enum word added[] = { WORD_MESSAGES, WORD_MESSAGES,
                                       WORD_CONTENT,  WORD_CONTENT,
                                       WORD_TOOL,     WORD_DEFINITION };

    if (stands_in(walk, listed, COUNT_OF(listed)))
        return COUNT_OF(listed);
    return stands_in(walk, added, COUNT_OF(added)) ? COUNT_OF(added) : 0;
}

/* What describes the form of an answer? */
static bool in_schema(const struct walk *walk)
{
    for (size_t i = 1; i < LEVELS; i++) {
        if (word_at(walk, i) == WORD_FORMAT &&
            word_at(walk, i + 1) == WORD_SCHEMA)
            return true;
    }
    return false;
}

/* May a member "model" here be about who serves the request? */
static bool may_serve(const struct walk *walk)
{
    enum word top = word_at(walk, 1);
    size_t tool = tool_level(walk);

    if (walk->depth <= 1 || top == WORD_SAID)
        return false;
    if (tool > 0)
        return word_at(walk, tool + 1) != WORD_DATA;
    return top != WORD_MESSAGES && !in_schema(walk);
}

/* ---- walking ------------------------------------------------------------ */

static void open_bracket(struct walk *walk, char bracket)
{
    size_t level = walk->depth++;
    bool inherits =
        level > 0 && level <= LEVELS && walk->levels[level - 1].is_array;

    if (level >= LEVELS)
        return;
    walk->levels[level].word =
        inherits ? walk->levels[level - 1].word : walk->name;
    walk->levels[level].is_array = bracket == '[';
    walk->name = WORD_OTHER;
}

static enum word word_of(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (members_name_begins(name, words[i].name))
            return words[i].word;
    }
    return WORD_OTHER;
}

static void skip_space(struct walk *walk)
{
    while (walk->at < walk->text.len && lexis_is_space(walk->text.at[walk->at]))
        walk->at++;
}

/* Behind the colon.  The value is looked at, and not stepped over. */
static bool take_model(struct walk *walk)
{
    struct str value;
    bool plain;

    skip_space(walk);
    value = str_from(walk->text, walk->at);
    if (str_starts(value, STR("null")))
        return true;
    if (!str_starts(value, STR("\"")))
        return walk->may(walk->arg, STR_EMPTY);
    value = str_sub(value, 1, lexis_string_end(value, 1, &plain) - 1);
    if (value.len > 0 && memchr(value.at, '\\', value.len))
        value = STR_EMPTY;
    return walk->may(walk->arg, value);
}

/* Behind its opening quote.  A string in front of a colon is a name. */
static bool take_string(struct walk *walk)
{
    struct str string = str_from(walk->text, walk->at);
    bool plain;

    walk->at = lexis_string_end(walk->text, walk->at, &plain) + 1;
    skip_space(walk);
    if (walk->at >= walk->text.len || walk->text.at[walk->at] != ':')
        return true;
    walk->at++;
    walk->name = word_of(string);
    return walk->name != WORD_MODEL || !may_serve(walk) || take_model(walk);
}

bool named_models_may(struct str body, named_models_fn may, void *arg)
{
    struct walk walk = { .text = body, .may = may, .arg = arg };

    for (;;) {
        char c;

        walk.at = lexis_structure(walk.text, walk.at);
        if (walk.at >= walk.text.len)
            return true;
        c = walk.text.at[walk.at++];
        if (c == '{' || c == '[')
            open_bracket(&walk, c);
        else if (c != '"')
            walk.depth -= walk.depth > 0;
        else if (!take_string(&walk))
            return false;
    }
}
