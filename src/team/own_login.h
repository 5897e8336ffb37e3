// SPDX-License-Identifier: MIT
/* The client's own claude.ai login (sk-ant-oat...), which Claude Code sends when
   only the base URL was set.  It is not ours to use, and never logged.  Pure. */
#pragma once

#include "http/headers.h"

enum own_login {
    OWN_LOGIN_NONE,
    OWN_LOGIN_PASSABLE, /* it is the one Authorization field, as Bearer */
    OWN_LOGIN_ODD,      /* it is there in some other way */
};

/* Is a text that was presented (team/presented.h) such a login? */
bool own_login_is(struct str text);

/* *login is the field's value (borrowed) if it is PASSABLE, otherwise empty. */
enum own_login own_login_find(const struct headers *headers, struct str *login);
