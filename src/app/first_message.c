// SPDX-License-Identifier: MIT
/* Does an account work? */
#include "app/first_message.h"

#include <stdio.h>

#include "app/account_call.h"
#include "app/invocation.h"
#include "base/visible.h"

/* What stands around texts of others. */
#define TEXT_MAX 100

/* The answer, the caller's; NULL and err. */
static struct json_doc *ask(struct remote *remote, const char *method,
                            const char *account, const char *what,
                            struct err *err)
{
    const struct account_call about = { ACCOUNT_CALL_ADMIN, str_of(account),
                                        what };
    struct remote_call call = { .method = method };
    bool ok = account_call(remote, &about, &call, err);

    if (ok)
        return call.answer;
    json_doc_free(call.answer);
    return NULL;
}

/* Two texts of others, between ours. */
struct answer {
    const char *head;
    struct str first;
    const char *middle;
    struct str last;
    const char *end;
};

static void print(const struct answer *answer)
{
    struct buf out;

    buf_init(&out, TEXT_MAX + answer->first.len + answer->last.len);
    buf_add(&out, str_of(answer->head));
    (void)visible_add(&out, answer->first, ' ', SIZE_MAX);
    buf_add(&out, str_of(answer->middle));
    (void)visible_add(&out, answer->last, ' ', SIZE_MAX);
    buf_add(&out, str_of(answer->end));
    (void)printf(STR_FMT, STR_ARG(buf_str(&out)));
    buf_done(&out);
}

void first_message_print_profile(const struct json_doc *profile)
{
    struct str email = STR("(unknown)");
    struct str plan = STR("(unknown)");

    (void)json_doc_get_str(profile, "email", &email);
    (void)json_doc_get_str(profile, "plan", &plan);
    print(&(struct answer){ "It belongs to ", email, ", plan ", plan, ".\n" });
}

void first_message_profile(struct remote *remote, const char *account)
{
    struct err err;
    struct json_doc *doc = ask(remote, "GET", account, "/profile", &err);

    if (doc)
        first_message_print_profile(doc);
    else
        invocation_print(stdout, "Its profile could not be read: %s\n",
                         err.text);
    json_doc_free(doc);
}

bool first_message_send(struct remote *remote, const char *account,
                        struct err *err)
{
    struct json_doc *doc = ask(remote, "POST", account, "/message", err);
    struct str model = STR_EMPTY;
    struct str text = STR_EMPTY;

    if (!doc)
        return false;
    (void)json_doc_get_str(doc, "model", &model);
    (void)json_doc_get_str(doc, "text", &text);
    print(&(struct answer){ "", model, " says: ", text, "\n" });
    json_doc_free(doc);
    return true;
}
