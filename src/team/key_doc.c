// SPDX-License-Identifier: MIT
/* What the management API shows of keys and groups. */
#include "base/text.h"
#include "team/key.h"

static void set_time(struct json_doc *doc, const char *member, uint64_t wall_ms)
{
    char text[TEXT_TIME_MAX];

    if (wall_ms == 0 || wall_ms == KEY_NEVER) {
        json_doc_set(doc, member, json_doc_new_null());
        return;
    }
    text_format_time(wall_ms, text);
    json_doc_set_str(doc, member, str_of(text));
}

/* Members that a key may lack are shown as what that means. */
static void set_default(struct json_doc *doc, const char *member,
                        struct json_doc *value)
{
    if (json_doc_get(doc, member))
        json_doc_free(value);
    else
        json_doc_set(doc, member, value);
}

static void set_defaults(struct json_doc *doc)
{
    static const char *const nulls[] = { "owner",       "note",     "models",
                                         "deny_models", "clients",  "addresses",
                                         "expires",     "time_zone" };
    struct json_doc *allow = json_doc_new_array();

    for (size_t i = 0; i < COUNT_OF(nulls); i++)
        set_default(doc, nulls[i], json_doc_new_null());
    json_doc_add(allow, json_doc_new_str(STR("messages")));
    set_default(doc, "allow", allow);
    set_default(doc, "tags", json_doc_new_array());
    set_default(doc, "limits", json_doc_new_object());
    set_default(doc, "accounts", json_doc_new_str(STR("pool")));
    set_default(doc, "reserve", json_doc_new_str(STR("expected")));
    set_default(doc, "queue_wait", json_doc_new_str(STR("0s")));
    set_default(doc, "proxy", json_doc_new_bool(false));
    set_default(doc, "show_limit", json_doc_new_bool(false));
}

/* The newest is what the key is known by; the others live until a rotation's overlap
   is over. */
static void set_texts(struct json_doc *doc, const struct key *key,
                      uint64_t now_wall_ms)
{
    struct json_doc *old = json_doc_new_array();

    json_doc_set_str(doc, "prefix",
                     str_of(key->text_count ? key->texts[0].prefix : ""));
    json_doc_set_str(doc, "last4",
                     str_of(key->text_count ? key->texts[0].last : ""));
    for (size_t i = 1; i < key->text_count; i++) {
        struct json_doc *one;

        if (key->texts[i].expires_ms <= now_wall_ms)
            continue;
        one = json_doc_new_object();
        json_doc_set_str(one, "prefix", str_of(key->texts[i].prefix));
        json_doc_set_str(one, "last4", str_of(key->texts[i].last));
        set_time(one, "expires_at", key->texts[i].expires_ms);
        json_doc_add(old, one);
    }
    json_doc_set(doc, "rotated", old);
}

static struct json_doc *members_of(const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);

    if (json_doc_is_object(doc))
        return doc;
    json_doc_free(doc);
    return json_doc_new_object();
}

struct json_doc *key_doc(const struct key *key, uint64_t now_wall_ms)
{
    struct json_doc *doc = members_of(key->doc);
    struct key_group *group = key_group_of(key);

    json_doc_set_u64(doc, "id", key->id);
    json_doc_set_str(doc, "name", str_of(key->name));
    json_doc_set(doc, "group",
                 group ? json_doc_new_str(str_of(group->name))
                       : json_doc_new_null());
    key_group_unref(group);
    json_doc_set_bool(doc, "enabled", key->enabled);
    json_doc_set_str(doc, "state", str_of(key_state(key, now_wall_ms)));
    set_defaults(doc);
    set_texts(doc, key, now_wall_ms);
    set_time(doc, "created_at", key->created_ms);
    set_time(doc, "changed_at", key->changed_ms);
    set_time(doc, "revoked_at", key->revoked_ms);
    set_time(doc, "expires_at", key_expiry(key));
    set_time(doc, "first_used_at", atomic_load(&key->use->first_ms));
    set_time(doc, "last_used_at", atomic_load(&key->use->last_ms));
    return doc;
}

struct json_doc *key_group_doc(const struct key_group *group)
{
    struct json_doc *doc = members_of(group->doc);

    json_doc_set_u64(doc, "id", group->id);
    json_doc_set_str(doc, "name", str_of(group->name));
    set_default(doc, "note", json_doc_new_null());
    set_default(doc, "time_zone", json_doc_new_null());
    set_default(doc, "limits", json_doc_new_object());
    set_time(doc, "created_at", group->created_ms);
    set_time(doc, "changed_at", group->changed_ms);
    return doc;
}
