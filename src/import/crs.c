// SPDX-License-Identifier: MIT
/* claude-relay-service: the answer of GET /admin/sync/export-accounts,
   {success, data: {claudeAccounts: [...], claudeConsoleAccounts: [...], ...}}.  A lower
   priority serves first there; 50 is usual. */
#include "import/formats.h"

#include "account/kinds.h"
#include "base/reason.h"
#include "base/shown.h"
#include "import/keys.h"
#include "import/proxies.h"

#define USUAL_PRIORITY 50

static void read_console(struct import_candidate *candidate,
                         struct import_from from)
{
    import_api_key(candidate, from);
    import_bearer(candidate);
    if (json_doc_get(from.doc, "user_agent"))
        IMPORT_SAY(import_hint, candidate, IMPORT_USER_AGENT_LEFT);
}

/* Whatever it is, as far as all of them have it. */
static void read_common(struct import_candidate *candidate,
                        const struct json_doc *item)
{
    struct import_from from = { item, "" };

    import_note(candidate, from, "description");
    import_proxy(candidate, json_doc_get(item, "proxy"));
    import_switch(candidate, from, "isActive", "not active");
    import_switch(candidate, from, "schedulable", "not schedulable");
    import_concurrency(candidate, from, "maxConcurrentTasks");
    candidate->rank = -import_rank(candidate, from, "priority", USUAL_PRIORITY);
}

static void read_item(const struct import_source *source,
                      struct import_candidate *candidate,
                      const struct json_doc *item)
{
    struct import_from from = { json_doc_get(item, "credentials"),
                                "credentials." };
    char text[SHOWN_MAX];
    struct str kind = STR_EMPTY;

    (void)json_doc_get_str(item, "kind", &kind);
    if (str_eq(kind, STR("claude-account")))
        import_login(candidate, from, source->now_ms);
    else if (str_eq(kind, STR("claude-console-account")) ||
             str_eq(kind, STR("claude-console")))
        read_console(candidate, from);
    else
        IMPORT_SAY(import_is_foreign, candidate, IMPORT_OTHER_KIND,
                   shown_name(kind, text));
    read_common(candidate, item);
}

static bool read_list(const struct import_source *source,
                      const struct json_doc *list, const char *name,
                      struct err *err)
{
    if (list && !json_doc_is_array(list))
        return REASON_SET(err, IMPORT_NOT_LIST, name);
    for (size_t i = 0; i < json_doc_count(list); i++) {
        const struct json_doc *item = json_doc_at(list, i);
        struct import_candidate *candidate =
            import_add_item(source, item, name, i);

        if (!candidate)
            return import_too_many(err);
        if (!candidate->why_not.text[0])
            read_item(source, candidate, item);
    }
    return true;
}

/* As its API answers it, or that without what is around it. */
static const struct json_doc *data_of(const struct json_doc *doc)
{
    const struct json_doc *data = json_doc_get(doc, "data");

    return data ? data : doc;
}

static bool is(const struct json_doc *doc)
{
    const struct json_doc *data = data_of(doc);

    return json_doc_get(data, "claudeAccounts") ||
           json_doc_get(data, "claudeConsoleAccounts");
}

/* Those that it has today, in its order. */
static const char *const lists[] = { "claudeAccounts", "claudeConsoleAccounts",
                                     "openaiOAuthAccounts",
                                     "openaiResponsesAccounts" };

struct rest {
    const struct import_source *source;
    struct err *err;
};

/* Lists that are new, or of a fork, are told like those. */
static bool read_another(void *arg, struct str name, struct json_doc *value)
{
    const struct rest *rest = arg;
    char text[SHOWN_MAX];

    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        if (str_eq(name, str_of(lists[i])))
            return true;
    }
    return !json_doc_is_object(json_doc_at(value, 0)) ||
           read_list(rest->source, value, shown_name(name, text), rest->err);
}

static bool read(const struct import_source *source, struct err *err)
{
    const struct json_doc *data = data_of(source->doc);

    if (!is(source->doc))
        return REASON_SET(err, IMPORT_NOT_CRS);
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        if (!read_list(source, json_doc_get(data, lists[i]), lists[i], err))
            return false;
    }
    return json_doc_each(data, read_another, &(struct rest){ source, err });
}

const struct import_format import_crs = {
    .name = "crs",
    .from = "claude-relay-service",
    .files = "*.json",
    .takes = import_is_json,
    .is = is,
    .read = read,
};
