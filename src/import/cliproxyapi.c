// SPDX-License-Identifier: MIT
/* CLIProxyAPI: a file for each account, claude-EMAIL.json: {type: "claude",
   access_token, refresh_token, expired, email, proxy_url, disabled, priority, note}.  A
   higher priority serves first there, as here; 0 is usual. */
#include "import/formats.h"

#include "account/kinds.h"
#include "base/reason.h"
#include "base/shown.h"
#include "import/proxies.h"

/* Some had another name before. */
static const struct import_member left[] = {
    { NULL, "weight" },          { NULL, "headers" },
    { NULL, "prefix" },          { NULL, "excluded_models" },
    { NULL, "excluded-models" }, { NULL, "model_aliases" },
    { NULL, "model-aliases" },   { NULL, "base_url" },
    { NULL, "request_retry" },   { NULL, "request-retry" },
    { NULL, "disable_cooling" }, { NULL, "disable-cooling" },
};

static bool is(const struct json_doc *doc)
{
    struct str type;

    return json_doc_get_str(doc, "type", &type);
}

/* Its address, else its file's name without what all of them have. */
static struct str name_of(const struct import_source *source)
{
    struct str prefix = STR("claude-");
    struct str name = source->file;
    struct str email;

    if (json_doc_get_str(source->doc, "email", &email) && email.len > 0)
        return email;
    if (import_is_json(name))
        name = str_sub(name, 0, name.len - 5);
    return str_starts(name, prefix) ? str_from(name, prefix.len) : name;
}

static void read_switch(struct import_candidate *candidate,
                        struct import_from from)
{
    const struct json_doc *value = json_doc_get(from.doc, "disabled");
    bool disabled = false;

    if (value && !json_doc_as_bool(value, &disabled))
        IMPORT_SAY(import_refuse, candidate, IMPORT_NOT_BOOL, "", "disabled");
    if (!disabled)
        return;
    json_doc_set_bool(candidate->doc, "enabled", false);
    IMPORT_SAY(import_hint, candidate, IMPORT_SWITCHED_OFF, "disabled");
}

static void read_login(struct import_candidate *candidate,
                       struct import_from from, uint64_t now_ms)
{
    struct str url;

    candidate->kind = &account_kind_oauth;
    import_copy(candidate, from, "access_token", "access_token");
    import_copy(candidate, from, "refresh_token", "refresh_token");
    import_expiry(candidate, from, "expired");
    import_expiry_done(candidate, now_ms);
    import_note(candidate, from, "note");
    if (import_text(candidate, from, "proxy_url", &url))
        import_proxy_url(candidate, url);
    read_switch(candidate, from);
    candidate->rank = import_rank(candidate, from, "priority", 0);
    import_leave(candidate, from.doc, left, COUNT_OF(left));
}

static bool read(const struct import_source *source, struct err *err)
{
    struct import_candidate *candidate;
    char text[SHOWN_MAX];
    struct str type;

    if (!json_doc_get_str(source->doc, "type", &type))
        return REASON_SET(err, IMPORT_NOT_CLIPROXYAPI);
    candidate = import_list_add(source->list, name_of(source));
    if (!candidate)
        return import_too_many(err);
    if (str_eq(type, STR("claude")))
        read_login(candidate, (struct import_from){ source->doc, "" },
                   source->now_ms);
    else
        IMPORT_SAY(import_is_foreign, candidate, IMPORT_OTHER_TYPE,
                   shown_name(type, text));
    return true;
}

const struct import_format import_cliproxyapi = {
    .name = "cliproxyapi",
    .from = "CLIProxyAPI",
    .files = "*.json",
    .takes = import_is_json,
    .is = is,
    .read = read,
};
