// SPDX-License-Identifier: MIT
/* How the tokens of a kind of accounts are renewed.  A kind that does it says where it
   asks, what, and what an answer means; when it is done, that nothing is lost on the way
   and that the newest tokens are kept is account/refresh.h's.  Pure; any thread.

   Documents of such kinds have access_token, refresh_token, expires_at (RFC 3339) and
   perhaps scopes[], and what the relay adds: replaced, login_required. */
#pragma once

#include "base/json.h"
#include "config/config.h"
#include "upstream/fetch.h"

enum renewal_verdict {
    RENEWAL_GRANTED,   /* new tokens */
    RENEWAL_REFUSED,   /* the grant is gone for good, or the code is wrong */
    RENEWAL_TRANSIENT, /* anything else: the same request may succeed later */
};

struct renewal_answer {
    enum renewal_verdict verdict;
    /* GRANTED: the members to change in the account's file: access_token,
       expires_at (RFC 3339), and refresh_token, scopes[] if the answer has them;
       the caller's. */
    struct json_doc *patch;
    uint64_t lifetime_ms; /* GRANTED */
    bool spoilt; /* GRANTED, without the refresh token, which cannot be one */
    uint64_t retry_after_ms; /* TRANSIENT: what the provider asked for, at most
                                an hour, or 0 */
    struct err err;          /* not GRANTED: ERR_LOGIN_REQUIRED or ERR_OAUTH;
                                the provider's reason without any token */
};

struct renewal {
    /* Where requests go; its prefix is the whole path. */
    const struct url *(*endpoint)(const struct config *config);
    /* Fields of a request, each ended by CRLF; Host and Content-Length are added. */
    struct str fields;
    /* Append the body of a request with the refresh token of an account's document, to
       a secret buffer. */
    void (*ask)(const struct config *config, const struct json_doc *doc,
                struct buf *body);
    /* What an answer means; its status is 0 if it could not be read.  What cannot be
       understood is TRANSIENT; one that holds tokens is GRANTED, whatever stands
       beside them: the old ones may be spent. */
    struct renewal_answer (*judge)(unsigned status,
                                   const struct headers *headers,
                                   struct str body, uint64_t now_wall_ms);
    /* For fetch_options, while it is still coming; may be NULL. */
    fetch_look_fn *look;
    fetch_doubt_fn *doubt;
};

/* A body is at most so long. */
#define RENEWAL_BODY_MAX (2u * 32768 + 4096)
