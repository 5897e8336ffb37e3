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

/* As it was given; what is lacking is shown as what that means.  Takes over
   `otherwise`. */
static void take(struct json_doc *doc, const struct json_doc *given,
                 const char *member, struct json_doc *otherwise)
{
    const struct json_doc *value = json_doc_get(given, member);

    if (value)
        json_doc_free(otherwise);
    json_doc_set(doc, member, value ? json_doc_copy(value) : otherwise);
}

static void take_or_null(struct json_doc *doc, const struct json_doc *given,
                         const char *member)
{
    take(doc, given, member, json_doc_new_null());
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

#define TROUBLE                                                                \
    "its document in the database cannot be used (the log of the start says "  \
    "why), so that nothing may use it: if its time zone is missing, install "  \
    "the package tzdata and start the relay again, or give it another one; "   \
    "else revoke and purge the key (remove the group) and make a new one, or " \
    "restore a backup"

/* Of one that is damaged nobody knows the limits. */
static void set_limits(struct json_doc *doc, const struct limits *limits,
                       bool damaged)
{
    json_doc_set(doc, "limits",
                 damaged ? json_doc_new_null() : limits_doc(limits));
    if (damaged)
        json_doc_set_str(doc, "trouble", STR(TROUBLE));
}

/* What it may, in the order of docs/api.md. */
static void set_given(struct json_doc *doc, const struct key *key,
                      const struct json_doc *given)
{
    struct json_doc *allow = json_doc_new_array();

    set_limits(doc, &key->limits, key->damaged);
    take(doc, given, "accounts", json_doc_new_str(STR("pool")));
    take_or_null(doc, given, "models");
    take_or_null(doc, given, "deny_models");
    take_or_null(doc, given, "clients");
    take_or_null(doc, given, "addresses");
    json_doc_add(allow, json_doc_new_str(STR("messages")));
    take(doc, given, "allow", allow);
    take(doc, given, "reserve", json_doc_new_str(STR("expected")));
    take_or_null(doc, given, "time_zone");
    take(doc, given, "queue_wait", json_doc_new_str(STR("0s")));
    take_or_null(doc, given, "expires");
    json_doc_set_bool(doc, "enabled", key->enabled);
    take(doc, given, "proxy", json_doc_new_bool(false));
    take(doc, given, "show_limit", json_doc_new_bool(false));
}

static void set_times(struct json_doc *doc, const struct key *key)
{
    set_time(doc, "created_at", key->created_ms);
    set_time(doc, "changed_at", key->changed_ms);
    set_time(doc, "revoked_at", key->revoked_ms);
    set_time(doc, "expires_at", key_expiry(key));
    set_time(doc, "first_used_at", atomic_load(&key->use->first_ms));
    set_time(doc, "last_used_at", atomic_load(&key->use->last_ms));
}

struct json_doc *key_doc(const struct key *key, uint64_t now_wall_ms)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *given = members_of(key->doc);
    struct key_group *group = key_group_of(key);

    json_doc_set_u64(doc, "id", key->id);
    json_doc_set_str(doc, "name", str_of(key->name));
    set_texts(doc, key, now_wall_ms);
    json_doc_set_str(doc, "state", str_of(key_state(key, now_wall_ms)));
    take_or_null(doc, given, "owner");
    take_or_null(doc, given, "note");
    take(doc, given, "tags", json_doc_new_array());
    json_doc_set(doc, "group",
                 group ? json_doc_new_str(str_of(group->name))
                       : json_doc_new_null());
    key_group_unref(group);
    set_given(doc, key, given);
    set_times(doc, key);
    json_doc_free(given);
    return doc;
}

struct json_doc *key_group_doc(const struct key_group *group)
{
    struct json_doc *doc = json_doc_new_object();
    struct json_doc *given = members_of(group->doc);

    json_doc_set_u64(doc, "id", group->id);
    json_doc_set_str(doc, "name", str_of(group->name));
    take_or_null(doc, given, "note");
    set_limits(doc, &group->limits, group->damaged);
    take_or_null(doc, given, "time_zone");
    set_time(doc, "created_at", group->created_ms);
    set_time(doc, "changed_at", group->changed_ms);
    json_doc_free(given);
    return doc;
}
