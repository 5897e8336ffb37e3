// SPDX-License-Identifier: MIT
/* API keys of others. */
#include "import/keys.h"

#include "account/kinds.h"
#include "account/model_map.h"
#include "base/shown.h"
#include "base/text.h"
#include "config/api_url.h"

/* ---- places ---------------------------------------------------------------- */

struct str import_place(struct arena *arena, struct str base_url)
{
    struct url url;
    struct err err;

    return base_url.len > 0 && api_url_parse(arena, base_url, &url, &err)
               ? api_url_place(arena, &url)
               : base_url;
}

static bool is_elsewhere(struct str base_url)
{
    struct arena *arena = arena_new();
    bool elsewhere = import_place(arena, base_url).len > 0;

    arena_free(arena);
    return elsewhere;
}

/* ---- names of models ------------------------------------------------------- */

/* Patterns have no counterpart, but whatever clients of Claude's ask for is called like
   this one. */
#define ALL_THERE "claude-*"

struct mapping {
    const struct json_doc *theirs;
    struct json_doc *ours;
    bool elsewhere;          /* only there a map says which models there are */
    size_t left;             /* that mean nothing here, or are too many */
    char example[SHOWN_MAX]; /* of these */
};

static bool is_pattern(struct str name)
{
    return str_contains(name, STR("*")) && !str_eq(name, STR("*"));
}

static bool add_model(struct json_doc *ours, struct str name, struct str there)
{
    struct json_doc *one = json_doc_new_object();
    char model[MODEL_MAP_NAME_MAX + 1];
    struct err err;
    bool ok;

    text_copy(model, sizeof(model), name);
    json_doc_set_str(one, model, there);
    ok = name.len <= MODEL_MAP_NAME_MAX && !is_pattern(name) &&
         !is_pattern(there) && model_map_check(one, &err) &&
         json_doc_count(ours) < MODEL_MAP_MAX;
    if (ok)
        json_doc_merge(ours, one);
    json_doc_free(one);
    return ok;
}

/* Of "*" and ALL_THERE the latter is nearer to what is asked for. */
static bool take_model(void *arg, struct str name, struct json_doc *value)
{
    struct mapping *mapping = arg;
    struct str there = STR_EMPTY;
    struct str here = str_eq(name, STR(ALL_THERE)) ? STR("*") : name;
    bool hidden = str_eq(name, STR("*")) &&
                  json_doc_get(mapping->theirs, ALL_THERE) != NULL;

    (void)json_doc_as_str(value, &there);
    if (str_eq(there, name)) {
        if (!mapping->elsewhere)
            return true;
        there = here;
    }
    if (!hidden && add_model(mapping->ours, here, there))
        return true;
    if (mapping->left++ == 0)
        (void)shown_open(name, mapping->example);
    return true;
}

static void say_of_others(struct import_candidate *candidate,
                          const struct json_doc *ours)
{
    if (json_doc_get(ours, "*"))
        IMPORT_SAY(import_hint, candidate, IMPORT_OTHERS_AS_REST);
    else if (json_doc_count(ours) > 0)
        IMPORT_SAY(import_hint, candidate, IMPORT_OTHERS_ALONE);
    else
        IMPORT_SAY(import_hint, candidate, IMPORT_OTHERS_ALL);
}

static void say_models(struct import_candidate *candidate,
                       const struct mapping *mapping)
{
    if (json_doc_get(mapping->theirs, ALL_THERE) &&
        json_doc_get(mapping->ours, "*"))
        IMPORT_SAY(import_hint, candidate, IMPORT_MAPPING_REST, ALL_THERE);
    if (mapping->left > 0)
        IMPORT_SAY(import_hint, candidate, IMPORT_MAPPING_LEFT, mapping->left,
                   mapping->example, MODEL_MAP_MAX);
    if (mapping->left > 0 && mapping->elsewhere)
        say_of_others(candidate, mapping->ours);
    if (json_doc_count(mapping->theirs) > 0 && !mapping->elsewhere)
        IMPORT_SAY(import_hint, candidate, IMPORT_MODELS_LEFT);
}

static void take_models(struct import_candidate *candidate,
                        struct import_from from)
{
    const struct json_doc *theirs = json_doc_get(from.doc, "model_mapping");
    struct mapping mapping = {
        .theirs = theirs,
        .ours = json_doc_new_object(),
        .elsewhere = json_doc_get(candidate->doc, "base_url") != NULL,
    };

    if (theirs && !json_doc_is_null(theirs) && !json_doc_is_object(theirs))
        IMPORT_SAY(import_refuse, candidate, IMPORT_MEMBER_NOT_OBJECT,
                   from.place, "model_mapping");
    (void)json_doc_each(theirs, take_model, &mapping);
    say_models(candidate, &mapping);
    if (json_doc_count(mapping.ours) > 0)
        json_doc_set(candidate->doc, "model_map", mapping.ours);
    else
        json_doc_free(mapping.ours);
}

/* ---- keys ------------------------------------------------------------------ */

void import_api_key(struct import_candidate *candidate, struct import_from from)
{
    struct str text;

    candidate->kind = &account_kind_apikey;
    if (import_text(candidate, from, "base_url", &text) &&
        is_elsewhere(str_trim(text)))
        json_doc_set_str(candidate->doc, "base_url", str_trim(text));
    if (!import_text(candidate, from, "api_key", &text))
        IMPORT_SAY(import_refuse, candidate, IMPORT_MEMBER_MISSING, from.place,
                   "api_key");
    json_doc_set_str(candidate->doc, "api_key", text);
    take_models(candidate, from);
}

void import_bearer(struct import_candidate *candidate)
{
    struct str key;

    if (json_doc_get(candidate->doc, "base_url") &&
        json_doc_get_str(candidate->doc, "api_key", &key) &&
        !str_starts(key, STR("sk-ant-")))
        json_doc_set_bool(candidate->doc, "bearer", true);
}
