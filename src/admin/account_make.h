// SPDX-License-Identifier: MIT
/* Adding an account: POST /admin/api/accounts, and whether that would go well. */
#pragma once

#include "admin/request.h"
#include "store/audit.h"

struct account_making {
    struct str name;
    const struct account_kind *kind;
    const struct json_doc *doc; /* as its file would have it */
    bool only_try;
    struct audit *audit; /* taken over; NULL: none */
};

/* For whoever makes several: x->wait is done when it is made, or was refused. */
void account_make_ask(struct admin_request *x,
                      const struct account_making *making);
/* Of a document, as far as it is not looked at where the account is made of it. */
bool account_make_check_document(const struct admin *admin,
                                 const struct json_doc *doc,
                                 struct err *err) MUST_CHECK;

extern const struct admin_endpoint account_make;
extern const struct admin_endpoint account_make_check;
