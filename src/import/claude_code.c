// SPDX-License-Identifier: MIT
/* Claude Code's own login, ~/.claude/.credentials.json: {claudeAiOauth: {accessToken,
   refreshToken, expiresAt (ms), scopes}}. */
#include "import/formats.h"

#include "account/kinds.h"
#include "base/reason.h"

static bool takes(struct str file)
{
    return str_eq(file, STR(".credentials.json"));
}

static bool is(const struct json_doc *doc)
{
    return json_doc_is_object(json_doc_get(doc, "claudeAiOauth"));
}

static void read_login(struct import_candidate *candidate,
                       struct import_from from, uint64_t now_ms)
{
    const struct json_doc *scopes = json_doc_get(from.doc, "scopes");

    candidate->kind = &account_kind_oauth;
    import_copy(candidate, from, "accessToken", "access_token");
    import_copy(candidate, from, "refreshToken", "refresh_token");
    import_expiry(candidate, from, "expiresAt");
    import_expiry_done(candidate, now_ms);
    if (json_doc_is_array(scopes))
        json_doc_set(candidate->doc, "scopes", json_doc_copy(scopes));
}

static bool read(const struct import_source *source, struct err *err)
{
    const struct json_doc *login = json_doc_get(source->doc, "claudeAiOauth");
    struct import_candidate *candidate;

    if (!is(source->doc))
        return REASON_SET(err, IMPORT_NOT_CLAUDE_CODE);
    candidate = import_list_add(source->list, STR("claude-code"));
    if (!candidate)
        return import_too_many(err);
    read_login(candidate, (struct import_from){ login, "claudeAiOauth." },
               source->now_ms);
    return true;
}

const struct import_format import_claude_code = {
    .name = "claude-code",
    .from = "Claude Code",
    .files = ".credentials.json",
    .takes = takes,
    .is = is,
    .read = read,
};
