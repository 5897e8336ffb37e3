// SPDX-License-Identifier: MIT
/* The members of bodies and answers that say where an account's requests go
   (account/gateway.h). */
#pragma once

#include "admin/routes.h"
#include "admin/row.h"

/* Rows for tables of members: of a body, and of an answer. */
#define GATEWAY_MEMBERS_ASKED                                                  \
    { "base_url", ADMIN_TEXT, ADMIN_OR_NULL,                                   \
      "of an API key: another gateway's https:// URL (http:// for this "       \
      "machine); null: CLAUDE_API_URL",                                        \
      NULL },                                                                  \
        { "bearer", ADMIN_BOOL, 0,                                             \
          "true: the key goes as authorization: Bearer, not as x-api-key",     \
          NULL },                                                              \
        { "model_map", ADMIN_OBJECT, ADMIN_OR_NULL,                            \
          "what models are called there, by the names that clients use; all "  \
          "of it is replaced; null: as clients call them",                     \
          NULL },                                                              \
    {                                                                          \
        "tls_ca", ADMIN_TEXT, ADMIN_OR_NULL,                                   \
            "absolute path of a PEM file: TLS trusts what it holds and "       \
            "nothing else; null: as the relay does",                           \
            NULL                                                               \
    }
#define GATEWAY_MEMBERS_TOLD                                                   \
    { "base_url", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,                  \
      "where its requests go; null: to CLAUDE_API_URL", NULL },                \
        { "bearer", ADMIN_BOOL, ADMIN_REQUIRED,                                \
          "whether its key goes as authorization: Bearer although its kind "   \
          "does not",                                                          \
          NULL },                                                              \
        { "model_map", ADMIN_OBJECT, ADMIN_REQUIRED | ADMIN_OR_NULL,           \
          "what models are called there", NULL },                              \
    {                                                                          \
        "tls_ca", ADMIN_TEXT, ADMIN_REQUIRED | ADMIN_OR_NULL,                  \
            "the file that its TLS trusts; null: as the relay does", NULL      \
    }
/* For messages. */
#define GATEWAY_MEMBERS_NAMES "base_url, bearer, model_map or tls_ca"

/* Are those that the body has of the right form, and does no base_url lead back to
   this relay?  False and err (ERR_BAD_REQUEST), naming the member. */
bool gateway_members_check(const struct admin_options *options,
                           const struct json_doc *body,
                           struct err *err) MUST_CHECK;

/* Does a base_url lead back to this relay?  Waits for nobody. */
bool gateway_members_lead_here(const struct admin_options *options,
                               const struct url *url);

/* Copy those that the body has, and that say something, into an account's document. */
void gateway_members_copy(struct json_doc *doc, const struct json_doc *body);
