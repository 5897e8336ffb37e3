// SPDX-License-Identifier: MIT
/* Which account serves a request. */
#include "account/choose.h"

#include "base/buf.h"

/* As many names are listed as fit: a text of struct err keeps its end. */
#define NAMES_MAX 80

static void refuse_name(struct str name, struct err *err)
{
    if (account_name_check(name, ERR_NO_ACCOUNT, err))
        (void)account_missing(name, ERR_NO_ACCOUNT, err);
}

/* "a, b, c" or "a, b, c, d, e, ..." */
static void add_names(struct buf *out, const struct account_list *list)
{
    size_t room = NAMES_MAX - sizeof(", ...");

    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->at[i]->name;

        if (out->len + 2 + strlen(name) > room) {
            buf_add(out, STR(", ..."));
            return;
        }
        buf_printf(out, "%s%s", i > 0 ? ", " : "", name);
    }
}

static void refuse_unnamed(const struct account_list *list, struct err *err)
{
    const char *first = list->count > 0 ? list->at[0]->name : "";
    struct buf names;

    if (list->count == 0) {
        err_set(err, ERR_NO_ACCOUNT,
                "no account is set up yet: add one on the relay's machine with "
                "`claude-relay login main` or `claude-relay account add main "
                "--api-key -`");
        return;
    }
    buf_init(&names, NAMES_MAX);
    add_names(&names, list);
    err_set(err, ERR_NO_ACCOUNT,
            "%zu accounts are set up: choose one with the header "
            "X-Account-Name (Claude Code: export "
            "ANTHROPIC_CUSTOM_HEADERS=\"X-Account-Name: %s\") or with "
            "?account=%s in the URL, or put those into the pool that are to "
            "serve whoever names none (claude-relay account pool NAME on); "
            "there are " STR_FMT,
            list->count, first, first, STR_ARG(buf_str(&names)));
    buf_done(&names);
}

struct account *choose_account(const struct account_list *list, struct str name,
                               uint64_t now_wall_ms, struct err *err)
{
    struct account *account = NULL;

    if (name.len > 0)
        account = account_list_find(list, name);
    else if (list->count == 1)
        account = list->at[0];
    if (account)
        return account_is_usable(account, now_wall_ms, err) ? account : NULL;
    if (name.len > 0)
        refuse_name(name, err);
    else
        refuse_unnamed(list, err);
    return NULL;
}
