// SPDX-License-Identifier: MIT
/* What is said of an account: never a token, never a password.  Pure, but for
   account_doc_of(). */
#pragma once

#include "account/accounts.h"
#include "admin/row.h"

/* A text of ours, with its commands as the program was called (base/shell.h).  The
   caller's. */
struct json_doc *account_doc_text(const char *text);

/* The answer to a sign-in or refresh.  The caller's. */
extern const struct admin_member account_doc_signed_members[];
struct json_doc *account_doc_signed(const struct account *account,
                                    const char *message);
/* The same for a name; {account, message} if it is gone already. */
struct json_doc *account_doc_of(struct accounts *accounts, struct str name,
                                const char *message);

/* Its status. */
extern const struct admin_member account_doc_status_members[];
struct json_doc *account_doc_status(const struct account *account,
                                    uint64_t now_wall_ms);

/* The elements of its tags. */
extern const struct admin_member account_doc_tags[];

/* A proxy as a request names it, and as it is shown: without its password. */
extern const struct admin_member account_doc_proxy_asked[];
extern const struct admin_member account_doc_proxy_shown[];
/* Of what was tried one after the other: elements of a list. */
extern const struct admin_member account_doc_steps[];
