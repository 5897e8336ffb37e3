// SPDX-License-Identifier: MIT
/* API keys of others. */
#include "import/keys.h"

#include "account/kinds.h"
#include "account/model_map.h"
#include "base/text.h"

/* With any of the paths that people write behind it. */
static bool is_anthropic(struct str url)
{
    static const char *const ways[] = { "", "/", "/v1", "/v1/",
                                        "/v1/messages" };
    struct str host = STR("https://api.anthropic.com");

    if (!str_istarts(url, host))
        return false;
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        if (str_eq(str_from(url, host.len), str_of(ways[i])))
            return true;
    }
    return false;
}

/* ---- names of models ------------------------------------------------------- */

struct mapping {
    struct json_doc *ours;
    size_t left; /* that mean something else, or are too many */
};

/* There, a name that stands for itself is one of those that are served, and '*' any. */
static bool take_model(void *arg, struct str name, struct json_doc *value)
{
    struct mapping *mapping = arg;
    struct json_doc *one = json_doc_new_object();
    char model[MODEL_MAP_NAME_MAX + 1];
    struct str there = STR_EMPTY;
    struct err err;

    (void)json_doc_as_str(value, &there);
    text_copy(model, sizeof(model), name);
    json_doc_set(one, model, json_doc_copy(value));
    if (name.len > MODEL_MAP_NAME_MAX || str_eq(name, there) ||
        str_contains(name, STR("*")) || !model_map_check(one, &err) ||
        json_doc_count(mapping->ours) == MODEL_MAP_MAX)
        mapping->left++;
    else
        json_doc_merge(mapping->ours, one);
    json_doc_free(one);
    return true;
}

static void take_models(struct import_candidate *candidate,
                        struct import_from from)
{
    const struct json_doc *theirs = json_doc_get(from.doc, "model_mapping");
    struct mapping mapping = { .ours = json_doc_new_object() };

    if (theirs && !json_doc_is_null(theirs) && !json_doc_is_object(theirs))
        import_refuse(candidate, "%smodel_mapping is not an object",
                      from.place);
    (void)json_doc_each(theirs, take_model, &mapping);
    if (mapping.left > 0)
        import_hint(candidate,
                    "which models it serves is not taken over, only what they "
                    "are called there");
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
        !is_anthropic(str_trim(text)))
        json_doc_set_str(candidate->doc, "base_url", str_trim(text));
    if (!import_text(candidate, from, "api_key", &text))
        import_refuse(candidate, "%sapi_key is missing", from.place);
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
