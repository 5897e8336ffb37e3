// SPDX-License-Identifier: MIT
/* The kinds there are; each lies in kind_x.c. */
#pragma once

#include "account/account.h"

/* The seed's file: {access_token, refresh_token, expires_at, scopes[],
   proxy_config?}; further members are allowed. */
extern const struct account_kind account_kind_oauth;

/* {api_key, created_at, proxy_config?}, and what account/gateway.h has. */
extern const struct account_kind account_kind_apikey;

#define KIND_APIKEY_MAX 1024
/* Of an access or refresh token; one fills half of a request head at most. */
#define KIND_OAUTH_TOKEN_MAX 32768

/* Does it look like a Console API key: sk-ant-, printable, not too long, and no
   token of a sign-in? */
bool kind_apikey_is_key(struct str text);
/* Or like one of any provider: printable, not too long, and no token of a sign-in? */
bool kind_apikey_is_any_key(struct str text);
