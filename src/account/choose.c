// SPDX-License-Identifier: MIT
/* Which account serves a request. */
#include "account/choose.h"

#include "base/buf.h"

/* As many names are listed as fit: a text of struct err keeps its end. */
#define NAMES_MAX 160

static struct account *find(struct account *const *accounts, size_t count,
                            struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(str_of(accounts[i]->name), name))
            return accounts[i];
    }
    return NULL;
}

static void refuse_name(struct str name, struct err *err)
{
    if (account_name_check(name, ERR_NO_ACCOUNT, err))
        (void)account_missing(name, ERR_NO_ACCOUNT, err);
}

/* "a, b, c" or "a, b, c, d, e, ..." */
static void add_names(struct buf *out, struct account *const *accounts,
                      size_t count)
{
    size_t room = NAMES_MAX - sizeof(", ...");

    for (size_t i = 0; i < count; i++) {
        if (out->len + 2 + strlen(accounts[i]->name) > room) {
            buf_add(out, STR(", ..."));
            return;
        }
        buf_printf(out, "%s%s", i > 0 ? ", " : "", accounts[i]->name);
    }
}

static void refuse_unnamed(struct account *const *accounts, size_t count,
                           struct err *err)
{
    const char *first = count > 0 ? accounts[0]->name : "";
    struct buf names;

    if (count == 0) {
        err_set(err, ERR_NO_ACCOUNT,
                "no account is set up yet: add one on the relay's machine with "
                "`claude-relay login main` or `claude-relay account add main "
                "--api-key -`");
        return;
    }
    buf_init(&names, NAMES_MAX);
    add_names(&names, accounts, count);
    err_set(err, ERR_NO_ACCOUNT,
            "%zu accounts are set up: choose one with the header "
            "X-Account-Name (Claude Code: export "
            "ANTHROPIC_CUSTOM_HEADERS=\"X-Account-Name: %s\") or with "
            "?account=%s in the URL; there are " STR_FMT,
            count, first, first, STR_ARG(buf_str(&names)));
    buf_done(&names);
}

struct account *choose_account(struct account *const *accounts, size_t count,
                               struct str name, uint64_t now_wall_ms,
                               struct err *err)
{
    struct account *account = NULL;

    if (name.len > 0)
        account = find(accounts, count, name);
    else if (count == 1)
        account = accounts[0];
    if (account)
        return account_is_usable(account, now_wall_ms, err) ? account : NULL;
    if (name.len > 0)
        refuse_name(name, err);
    else
        refuse_unnamed(accounts, count, err);
    return NULL;
}
