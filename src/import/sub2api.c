// SPDX-License-Identifier: MIT
/* sub2api: its data, {type, version, proxies: [...], accounts: [...]}, also as the
   `data` of an answer.  A lower priority serves first there; 50 is usual. */
#include "import/formats.h"

#include "account/kinds.h"
#include "base/reason.h"
#include "base/shown.h"
#include "import/keys.h"
#include "import/proxies.h"

#define USUAL_PRIORITY 50

/* ---- its proxy: a key into the list of proxies ---------------------------- */

static bool is_of_key(const struct json_doc *proxy, struct str wanted)
{
    struct str key;

    return json_doc_get_str(proxy, "proxy_key", &key) && str_eq(key, wanted);
}

static void read_proxy(struct import_candidate *candidate,
                       const struct json_doc *data, const struct json_doc *item)
{
    const struct json_doc *proxies = json_doc_get(data, "proxies");
    struct str wanted;

    if (!import_text(candidate, (struct import_from){ item, "" }, "proxy_key",
                     &wanted))
        return;
    for (size_t i = 0; i < json_doc_count(proxies); i++) {
        if (is_of_key(json_doc_at(proxies, i), wanted)) {
            import_proxy(candidate, json_doc_at(proxies, i));
            return;
        }
    }
    /* The key holds the proxy's password. */
    IMPORT_SAY(import_refuse, candidate, IMPORT_PROXY_KEY_UNKNOWN);
}

/* ---- its credentials ------------------------------------------------------ */

static void read_login(struct import_candidate *candidate,
                       struct import_from from, uint64_t now_ms)
{
    import_login(candidate, from, now_ms);
    if (json_doc_count(json_doc_get(from.doc, "model_mapping")) > 0)
        IMPORT_SAY(import_hint, candidate, IMPORT_MAPPING_OF_PLAN);
}

static void read_credentials(struct import_candidate *candidate,
                             const struct json_doc *item, uint64_t now_ms)
{
    struct import_from from = { json_doc_get(item, "credentials"),
                                "credentials." };
    char text[SHOWN_MAX];
    struct str type = STR_EMPTY;

    (void)json_doc_get_str(item, "type", &type);
    if (str_eq(type, STR("oauth")) || str_eq(type, STR("setup-token")))
        read_login(candidate, from, now_ms);
    else if (str_eq(type, STR("apikey")) || str_eq(type, STR("upstream")))
        import_api_key(candidate, from);
    else
        IMPORT_SAY(import_refuse, candidate, IMPORT_TYPE_UNKNOWN,
                   shown_name(type, text));
}

/* ---- the end of its account, which is not that of its token --------------- */

static void read_end(struct import_candidate *candidate,
                     const struct json_doc *item, uint64_t now_ms)
{
    bool pauses = true;
    uint64_t until_s;

    (void)json_doc_get_bool(item, "auto_pause_on_expired", &pauses);
    if (!pauses || !json_doc_get_u64(item, "expires_at", &until_s) ||
        until_s == 0)
        return;
    if (until_s <= now_ms / 1000) {
        json_doc_set_bool(candidate->doc, "enabled", false);
        IMPORT_SAY(import_hint, candidate, IMPORT_OVER);
    } else {
        IMPORT_SAY(import_hint, candidate, IMPORT_END_LEFT);
    }
}

/* ---- what is left --------------------------------------------------------- */

static const struct import_member left[] = {
    { "credentials", "custom_error_codes_enabled" },
    { "credentials", "temp_unschedulable_enabled" },
    { "credentials", "intercept_warmup_requests" },
    { "credentials", "pool_mode" },
    { "extra", "window_cost_limit" },
    { "extra", "max_sessions" },
    { "extra", "base_rpm" },
    { "extra", "quota_limit" },
    { "extra", "quota_daily_limit" },
    { "extra", "quota_weekly_limit" },
    { "extra", "custom_base_url_enabled" },
};

/* ---- all ------------------------------------------------------------------ */

static void read_item(const struct import_source *source,
                      const struct json_doc *data,
                      struct import_candidate *candidate,
                      const struct json_doc *item)
{
    struct import_from from = { item, "" };
    char text[SHOWN_MAX];
    struct str platform = STR_EMPTY;

    (void)json_doc_get_str(item, "platform", &platform);
    if (!str_ieq(platform, STR("anthropic"))) {
        IMPORT_SAY(import_is_foreign, candidate, IMPORT_OTHER_PLATFORM,
                   shown_name(platform, text));
        return;
    }
    read_credentials(candidate, item, source->now_ms);
    read_proxy(candidate, data, item);
    read_end(candidate, item, source->now_ms);
    import_leave(candidate, item, left, COUNT_OF(left));
    import_note(candidate, from, "notes");
    import_concurrency(candidate, from, "concurrency");
    candidate->rank = -import_rank(candidate, from, "priority", USUAL_PRIORITY);
}

/* As it is downloaded, or as its API answers it. */
static const struct json_doc *data_of(const struct json_doc *doc)
{
    return json_doc_get(doc, "accounts") ? doc : json_doc_get(doc, "data");
}

static bool is(const struct json_doc *doc)
{
    return json_doc_is_array(json_doc_get(data_of(doc), "accounts"));
}

static bool read(const struct import_source *source, struct err *err)
{
    const struct json_doc *data = data_of(source->doc);
    const struct json_doc *list = json_doc_get(data, "accounts");

    if (!is(source->doc))
        return REASON_SET(err, IMPORT_NOT_SUB2API);
    for (size_t i = 0; i < json_doc_count(list); i++) {
        const struct json_doc *item = json_doc_at(list, i);
        struct import_candidate *candidate =
            import_add_item(source, item, "accounts", i);

        if (!candidate)
            return import_too_many(err);
        if (!candidate->why_not.text[0])
            read_item(source, data, candidate, item);
    }
    return true;
}

const struct import_format import_sub2api = {
    .name = "sub2api",
    .from = "sub2api",
    .files = "*.json",
    .takes = import_is_json,
    .is = is,
    .read = read,
};
