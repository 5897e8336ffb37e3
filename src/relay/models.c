// SPDX-License-Identifier: MIT
/* The list of models, for clients of both shapes. */
#include "relay/models.h"

#include "base/json.h"
#include "base/text.h"
#include "relay/endpoints.h"

#define LIST STR("/v1/models")

bool models_is_request(struct str path)
{
    return str_eq(path, LIST) || str_starts(path, STR("/v1/models/"));
}

bool models_is_widened(struct str target_path, struct str path)
{
    return str_eq(path, LIST) && endpoints_is_under_api(target_path);
}

bool models_fits(const struct parser_head *head)
{
    const struct str *type = headers_get(&head->headers, STR("content-type"));
    const struct str *coding =
        headers_get(&head->headers, STR("content-encoding"));
    bool short_enough =
        head->length <= MODELS_MAX || head->length == PARSER_LENGTH_UNKNOWN;

    return head->status == 200 && short_enough && !coding && type &&
           str_istarts(*type, STR("application/json"));
}

/* ---- widening ----------------------------------------------------------- */

static void add_text(struct json_doc *doc, const char *member, struct str text)
{
    if (!json_doc_get(doc, member))
        json_doc_set_str(doc, member, text);
}

static void widen_model(struct json_doc *model)
{
    struct str text;
    uint64_t created_ms = 0;

    add_text(model, "object", STR("model"));
    if (json_doc_get_str(model, "created_at", &text))
        (void)text_parse_time(text, &created_ms);
    if (!json_doc_get(model, "created"))
        json_doc_set_u64(model, "created", created_ms / 1000);
    add_text(model, "owned_by", STR("anthropic"));
}

static bool is_list(const struct json_doc *doc)
{
    const struct json_doc *data = json_doc_get(doc, "data");
    struct str id;

    for (size_t i = 0; i < json_doc_count(data); i++) {
        if (!json_doc_get_str(json_doc_at(data, i), "id", &id))
            return false;
    }
    return json_doc_is_array(data);
}

bool models_widen(struct str body, struct buf *out)
{
    struct err ignored;
    struct json_doc *doc = json_doc_parse(body, &ignored);
    struct json_doc *data = json_doc_get(doc, "data");
    bool ok = is_list(doc);

    if (ok) {
        for (size_t i = 0; i < json_doc_count(data); i++)
            widen_model(json_doc_at(data, i));
        add_text(doc, "object", STR("list"));
        ok = json_doc_write(doc, false, out);
    }
    if (!ok)
        buf_clear(out);
    json_doc_free(doc);
    return ok;
}
