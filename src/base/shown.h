// SPDX-License-Identifier: MIT
/* Values in messages: what somebody gave us is repeated only if it can hold neither
   a password nor a token, wherever it was put by mistake.  Pure. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#define SHOWN_MAX 208
#define SHOWN_HIDDEN "(not shown)"

/* A word of at most 64 letters, digits and . _ - , or a path; or a URL that holds
   nothing that could be a password.  Never '@' (in front of it stands a user's
   password), a token of Anthropic's, nor what looks like a key that was pasted where
   something else belongs; and '=', '?' and spaces only where they are usual. */
bool shown_is_harmless(struct str text);

/* The same for what should name a host: with ports and IPv6 addresses, but not
   "host:port:user:password", which is written too. */
bool shown_is_harmless_host(struct str text);

/* The text, its end cut if it is long, or SHOWN_HIDDEN.  Of a URL the query is cut,
   and a path that is more than short or plain words: a webhook's is its secret.  The first shows times, too, which have
   ':' and spaces between their digits. */
const char *shown(struct str text, char out[SHOWN_MAX]);
const char *shown_host(struct str text, char out[SHOWN_MAX]);

/* The same for a value that is where it belongs, and whose path is known to be no
   secret: of a URL only the query is cut. */
const char *shown_address(struct str text, char out[SHOWN_MAX]);

/* What somebody called a tool or a member: at most 64 letters, digits and
   . _ - :, in parts that have either letters or digits or are short, as names have them
   and keys have not. */
const char *shown_name(struct str text, char out[SHOWN_MAX]);

/* What is no secret, as lines of requests have it, too: the name of a model, of who
   asked, of a session.  A '?' stands for what prints nothing, and a long one is cut;
   hidden is what holds a relay key, or a key or token of Anthropic's. */
const char *shown_open(struct str text, char out[SHOWN_MAX]);

/* An argument of a command: like a host, but of "--name=value" only the name. */
const char *shown_argument(struct str text, char out[SHOWN_MAX]);

/* A User-Agent: "name/version (words; words)" is shown, and a name alone ("node"). */
const char *shown_agent(struct str text, char out[SHOWN_MAX]);

/* The path of a request for the log: parts that hold a token, or `secret` (empty:
   there is none), are masked; all of it if the secret goes over several parts. */
struct str shown_request_path(struct arena *arena, struct str path,
                              struct str secret);
