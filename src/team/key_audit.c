// SPDX-License-Identifier: MIT
/* What the audit log has of a change to a key or a group: the whole of it as it was and
   as it is, of which the members that differ are kept. */
#include "store/audit.h"
#include "team/key_change_internal.h"

/* When it was used last is none of it, nor that it was changed; a new one gets its id
   later. */
static struct json_doc *facts(const struct key *key,
                              const struct key_group *group, uint64_t now_ms)
{
    static const char *const others[] = { "changed_at", "first_used_at",
                                          "last_used_at", "trouble" };
    struct json_doc *doc = key     ? key_doc(key, now_ms)
                           : group ? key_group_doc(group)
                                   : NULL;
    uint64_t id = 0;

    for (size_t i = 0; i < COUNT_OF(others) && doc; i++)
        json_doc_remove(doc, others[i]);
    if (json_doc_get_u64(doc, "id", &id) && id == 0)
        json_doc_remove(doc, "id");
    return doc;
}

void key_audit_note(struct key_change *change)
{
    const struct key *key = change->key ? change->key : change->next;
    const struct key_group *group =
        change->group ? change->group : change->next_group;

    if (!change->audit)
        return;
    audit_target(change->audit, str_of(key ? key->name : group->name));
    if (change->nothing)
        return;
    audit_before(change->audit,
                 facts(change->key, change->group, change->now_ms));
    audit_after(change->audit,
                facts(change->next, change->next_group, change->now_ms));
}

bool key_audit_add(struct key_change *change, struct sql *sql, struct err *err)
{
    if (change->id > 0)
        audit_after_id(change->audit, change->id);
    return audit_add(change->audit, sql, err);
}

void key_audit_end(struct key_change *change, const struct err *err)
{
    if (err)
        audit_refused(change->audit, err);
    else
        audit_done(change->audit);
    change->audit = NULL;
}
