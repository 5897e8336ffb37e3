// SPDX-License-Identifier: MIT
/* About one account. */
#include "app/account_call.h"

#include "account/account.h"

#define PATH_LEN_MAX 1024

/* Texts of the API name its own endpoints, so that a 404 is put into words here. */
bool account_call(struct remote *remote, const struct account_call *about,
                  struct remote_call *call, struct err *err)
{
    struct buf path;
    bool ok;

    if (!account_name_is_valid(about->name))
        return account_missing(about->name, ERR_NOT_FOUND, err);
    buf_init(&path, PATH_LEN_MAX);
    remote_path(&path, about->prefix, about->name);
    buf_add(&path, str_of(about->suffix));
    call->path = buf_str(&path);
    ok = remote_call(remote, call, err);
    buf_done(&path);
    if (!ok && call->status == 404)
        return account_missing(about->name, ERR_NOT_FOUND, err);
    return ok;
}
