// SPDX-License-Identifier: MIT
/* What is said of how an account is: what its answers taught, and what the operator said
   (account/vitals.h).  Pure. */
#pragma once

#include "account/account.h"
#include "admin/row.h"
#include "base/buf.h"

/* Rows for a table of members. */
extern const struct admin_member vitals_doc_pauses[];
extern const struct admin_member vitals_doc_windows[];
extern const struct admin_member vitals_doc_error[];
#define VITALS_DOC_MEMBERS                                                     \
    { "state", ADMIN_TEXT, ADMIN_REQUIRED,                                     \
      "ready, paused, login_required, blocked, disabled or unusable", NULL },  \
        { "since", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,                 \
          "since when (RFC 3339), if that is known", NULL },                   \
        { "since_found", ADMIN_BOOL, ADMIN_REQUIRED,                           \
          "it was found so then, and may be older", NULL },                    \
        { "until", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,                 \
          "when a pause ends", NULL },                                         \
        { "why", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL, "why it is so",   \
          NULL },                                                              \
        { "held", ADMIN_BOOL, ADMIN_REQUIRED,                                  \
          "whether the operator has paused it, whatever else there is",        \
          NULL },                                                              \
        { "families", ADMIN_LIST, ADMIN_REQUIRED,                              \
          "families of models that are paused alone", vitals_doc_pauses },     \
        { "windows", ADMIN_LIST, ADMIN_REQUIRED,                               \
          "limits at the provider, as answers told them",                      \
          vitals_doc_windows },                                                \
        { "last_error", ADMIN_OBJECT, ADMIN_REQUIRED | ADMIN_OR_NULL,          \
          "what went wrong last", vitals_doc_error },                          \
    {                                                                          \
        "in_flight", ADMIN_NUMBER, ADMIN_REQUIRED, "requests that it serves",  \
            NULL                                                               \
    }

/* In a word, as "state" has it. */
const char *vitals_doc_state(const struct account *account,
                             uint64_t now_wall_ms);
/* Of them `state`, `since`, `until` and `why`: what the audit log has. */
void vitals_doc_set_state(struct json_doc *doc, const struct account *account,
                          uint64_t now_wall_ms);
/* All of these members. */
void vitals_doc_set(struct json_doc *doc, const struct account *account,
                    uint64_t now_wall_ms);
/* The state and the windows, without what only one account's page shows, as JSON: for whoever
   is told of all accounts again and again. */
void vitals_doc_write(struct buf *out, const struct account *account,
                      uint64_t now_wall_ms);
