// SPDX-License-Identifier: MIT
/* OAuth 2.0 authorization code with PKCE S256 (RFC 6749, RFC 7636) as Anthropic
   speaks it: building requests, reading what people paste, judging answers.
   Pure; any thread. */
#pragma once

#include "account/renewal.h"
#include "base/arena.h"

#define OAUTH_VERIFIER_LEN 43
#define OAUTH_STATE_LEN 64

/* The constants of the provider; borrowed texts, from the configuration. */
struct oauth_client {
    struct str authorize_url;
    struct str redirect_uri;
    struct str client_id;
    struct str scopes; /* separated by spaces */
};
struct oauth_client oauth_client_of(const struct config *config);

/* A login that has begun. */
struct oauth_pkce {
    char verifier[OAUTH_VERIFIER_LEN + 1];  /* base64url of 32 random bytes */
    char challenge[OAUTH_VERIFIER_LEN + 1]; /* base64url(SHA-256(verifier)) */
    char state[OAUTH_STATE_LEN + 1];        /* 32 random bytes as hex */
};
void oauth_pkce_new(struct oauth_pkce *pkce);

/* 64 lower-case hex digits: nothing else ever reaches a path. */
bool oauth_state_is_valid(struct str state);

/* The link for the browser.  `setup`: a long-lived token, for user:inference
   alone. */
void oauth_authorize_link(const struct oauth_client *client,
                          const struct oauth_pkce *pkce, bool setup,
                          struct buf *out);

struct oauth_paste {
    struct str code;
    struct str state;
};

/* What a person pasted: CODE, CODE#STATE or the whole callback URL (percent-encoded
   too), with spaces, quotes or line breaks around and in it, and "&..." behind it.
   Code and state are [A-Za-z0-9_-]+.  On the way in
   paste->state is the one that was given beside it, or empty; if the pasted text
   carries one it must be the same, and it is returned if none was given.  The
   texts lie in `arena`.  False and err (ERR_BAD_REQUEST) otherwise. */
bool oauth_parse_paste(struct arena *arena, struct str pasted,
                       struct oauth_paste *paste, struct err *err) MUST_CHECK;

/* JSON bodies for the token endpoint, appended to a secret buffer. */
struct oauth_exchange {
    struct str code;
    struct str state;
    struct str verifier;
    bool setup;
};
void oauth_exchange_body(const struct oauth_client *client,
                         const struct oauth_exchange *exchange,
                         struct buf *out);
void oauth_refresh_body(const struct oauth_client *client,
                        struct str refresh_token, struct buf *out);

/* In the place of an access token that did not come, or not as one that can be sent,
   beside a new refresh token: that one alone must not be lost either.  It has
   expired, so the next use refreshes it. */
#define OAUTH_NO_ACCESS_TOKEN "none-came"

/* Judge an answer of the token endpoint; `status` is 0 if it could not be read.
   Never fails: what cannot be understood is TRANSIENT.  An answer that holds tokens is GRANTED whatever stands beside them,
   damaged JSON and a body that was cut included: the old refresh token is dead by
   then, so what came is kept.  The patch can always be written down. */
struct renewal_answer oauth_judge(unsigned status,
                                  const struct headers *headers,
                                  struct str body, uint64_t now_wall_ms);

/* The same question while the answer is still coming, and whether an answer that does
   not grant all looks cut although its framing says that it is complete: for
   fetch_options. */
enum fetch_worth oauth_look(unsigned status, struct str body);
bool oauth_doubt(unsigned status, struct str body);
