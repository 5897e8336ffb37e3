// SPDX-License-Identifier: MIT
/* The tables.  What values are allowed in detail says team/key_check. */
#include "admin/key_members.h"

#include "admin/use_doc.h"

static const struct admin_member texts[] = {
    { .type = ADMIN_TEXT, .text = "one of them" },
    ADMIN_END,
};

/* What both may be given; NAME_TRAITS tells creating from changing, and LIMITS what is
   set from what is shown. */
#define GIVEN(NAME_TRAITS, LIMITS)                                             \
    { "name", ADMIN_TEXT, NAME_TRAITS,                                         \
      "1 to 64 bytes; not digits only, no slash; no other key has it", NULL }, \
        { "owner", ADMIN_TEXT, ADMIN_OR_NULL, "whose it is", NULL },           \
        { "note", ADMIN_TEXT, ADMIN_OR_NULL, "at most 2000 bytes", NULL },     \
        { "tags", ADMIN_LIST, ADMIN_OR_NULL, "at most 32", texts },            \
        { "group", ADMIN_TEXT, ADMIN_OR_NULL, "name or id of its group",       \
          NULL },                                                              \
        { "limits", ADMIN_OBJECT, ADMIN_OR_NULL,                               \
          "each alone; what is not named stays as it is", LIMITS },            \
        { "accounts", ADMIN_ANY, ADMIN_OR_NULL,                                \
          "\"pool\", or a list of names of accounts, or of their tags, as "    \
          "tag:NAME",                                                          \
          NULL },                                                              \
        { "models", ADMIN_LIST, ADMIN_OR_NULL,                                 \
          "patterns with * and ?; null: all", texts },                         \
        { "deny_models", ADMIN_LIST, ADMIN_OR_NULL,                            \
          "patterns; they win over models", texts },                           \
        { "clients", ADMIN_LIST, ADMIN_OR_NULL,                                \
          "patterns on User-Agent: a convenience, not a lock", texts },        \
        { "addresses", ADMIN_LIST, ADMIN_OR_NULL,                              \
          "addresses or blocks (CIDR) of clients", texts },                    \
        { "allow", ADMIN_LIST, ADMIN_OR_NULL,                                  \
          "some of messages (the default), batches, files, other", texts },    \
        { "reserve", ADMIN_TEXT, ADMIN_OR_NULL,                                \
          "expected (the default) or strict: the provable worst case", NULL }, \
        { "time_zone", ADMIN_TEXT, ADMIN_OR_NULL,                              \
          "of its days, weeks and months: Europe/Berlin, UTC, +08:00", NULL }, \
        { "queue_wait", ADMIN_TEXT, ADMIN_OR_NULL,                             \
          "how long a request waits for a free slot: 0s to 10m", NULL },       \
        { "expires", ADMIN_TEXT, ADMIN_OR_NULL,                                \
          "2026-12-31 (the whole day), 2026-12-31T18:00:00Z, or \"30d after "  \
          "first use\"",                                                       \
          NULL },                                                              \
        { "enabled", ADMIN_BOOL, ADMIN_OR_NULL, "false refuses it", NULL },    \
        { "proxy", ADMIN_BOOL, ADMIN_OR_NULL,                                  \
          "may requests name their own proxy?", NULL },                        \
    {                                                                          \
        "show_limit", ADMIN_BOOL, ADMIN_OR_NULL,                               \
            "do answers carry what is left of its limits?", NULL               \
    }

const struct admin_member key_members_create[] = {
    GIVEN(ADMIN_REQUIRED, use_doc_set_members),
    ADMIN_END,
};
const struct admin_member key_members_change[] = {
    GIVEN(0, use_doc_set_members),
    ADMIN_END,
};

static const struct admin_member former_members[] = {
    { "prefix", ADMIN_TEXT, ADMIN_REQUIRED, "how it begins", NULL },
    { "last4", ADMIN_TEXT, ADMIN_REQUIRED, "how it ends", NULL },
    { "expires_at", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    ADMIN_END,
};
static const struct admin_member formers[] = {
    { .type = ADMIN_OBJECT,
      .text = "a former text",
      .members = former_members },
    ADMIN_END,
};

#define WARNINGS                                                               \
    {                                                                          \
        "warnings", ADMIN_LIST, 0,                                             \
            "what is hardly meant (not in lists); absent if nothing is", texts \
    }

#define SHOWN                                                                  \
    { "id", ADMIN_NUMBER, ADMIN_REQUIRED, "never given twice", NULL },         \
        { "prefix", ADMIN_TEXT, ADMIN_REQUIRED, "how its text begins", NULL }, \
        { "last4", ADMIN_TEXT, ADMIN_REQUIRED, "how its text ends", NULL },    \
        { "state", ADMIN_TEXT, ADMIN_REQUIRED,                                 \
          "active, disabled, revoked or expired", NULL },                      \
        { "rotated", ADMIN_LIST, ADMIN_REQUIRED,                               \
          "former texts that still open it", formers },                        \
        { "created_at", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },        \
        { "changed_at", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },        \
        { "revoked_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,            \
          "RFC 3339", NULL },                                                  \
        { "expires_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,            \
          "what expires comes to, RFC 3339", NULL },                           \
        { "first_used_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,         \
          "RFC 3339", NULL },                                                  \
        { "last_used_at", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,          \
          "to a minute, RFC 3339", NULL },                                     \
        { "used", ADMIN_OBJECT, ADMIN_REQUIRED, "of each limit",               \
          use_doc_limits_members },                                            \
        { "total", ADMIN_OBJECT, ADMIN_REQUIRED, "all that was ever used",     \
          use_doc_total_members },                                             \
        { "today", ADMIN_OBJECT, ADMIN_REQUIRED,                               \
          "used on this day of its time zone", use_doc_total_members },        \
    {                                                                          \
        "last_30d", ADMIN_OBJECT, ADMIN_REQUIRED, "used in the last 30 days",  \
            use_doc_total_members                                              \
    }

const struct admin_member key_members_shown[] = {
    GIVEN(ADMIN_REQUIRED, use_doc_shown_members),
    { "trouble", ADMIN_TEXT, 0, "its document cannot be used", NULL },
    WARNINGS,
    SHOWN,
    ADMIN_END,
};
const struct admin_member key_members_made[] = {
    GIVEN(ADMIN_REQUIRED, use_doc_shown_members),
    { "trouble", ADMIN_TEXT, 0, "its document cannot be used", NULL },
    WARNINGS,
    SHOWN,
    { "key", ADMIN_TEXT, ADMIN_REQUIRED,
      "its text, shown this once and kept nowhere", NULL },
    ADMIN_END,
};

#define GROUP_GIVEN(NAME_TRAITS, LIMITS)                                       \
    { "name", ADMIN_TEXT, NAME_TRAITS,                                         \
      "1 to 64 bytes; not digits only, no slash; no other group has it",       \
      NULL },                                                                  \
        { "note", ADMIN_TEXT, ADMIN_OR_NULL, "at most 2000 bytes", NULL },     \
        { "limits", ADMIN_OBJECT, ADMIN_OR_NULL, "of all its keys together",   \
          LIMITS },                                                            \
    {                                                                          \
        "time_zone", ADMIN_TEXT, ADMIN_OR_NULL,                                \
            "of its days, weeks and months", NULL                              \
    }

const struct admin_member group_members_create[] = {
    GROUP_GIVEN(ADMIN_REQUIRED, use_doc_set_members),
    ADMIN_END,
};
const struct admin_member group_members_change[] = {
    GROUP_GIVEN(0, use_doc_set_members),
    ADMIN_END,
};
const struct admin_member group_members_shown[] = {
    GROUP_GIVEN(ADMIN_REQUIRED, use_doc_shown_members),
    { "trouble", ADMIN_TEXT, 0, "its document cannot be used", NULL },
    WARNINGS,
    { "id", ADMIN_NUMBER, ADMIN_REQUIRED, "never given twice", NULL },
    { "keys", ADMIN_NUMBER, ADMIN_REQUIRED, "that are in it, revoked ones too",
      NULL },
    { "created_at", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    { "changed_at", ADMIN_TEXT, ADMIN_REQUIRED, "RFC 3339", NULL },
    { "used", ADMIN_OBJECT, ADMIN_REQUIRED, "of each limit",
      use_doc_limits_members },
    { "total", ADMIN_OBJECT, ADMIN_REQUIRED, "all that was ever used",
      use_doc_total_members },
    { "today", ADMIN_OBJECT, ADMIN_REQUIRED,
      "used on this day of its time zone", use_doc_total_members },
    { "last_30d", ADMIN_OBJECT, ADMIN_REQUIRED, "used in the last 30 days",
      use_doc_total_members },
    ADMIN_END,
};
