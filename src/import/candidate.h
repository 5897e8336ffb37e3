// SPDX-License-Identifier: MIT
/* Accounts that somebody brings from another relay, in one form whatever the format: a
   document as its file here would have it, and what is to be said of it.  What is read is
   untrusted, and no text here repeats a token, a key or a password.  Pure; any thread. */
#pragma once

#include "account/account.h"
#include "base/reason.h"

#define IMPORT_MAX 10000 /* candidates of one import */
#define IMPORT_THERE_MAX 256

struct import_candidate {
    char there[IMPORT_THERE_MAX]; /* what it is called where it comes from */
    const struct account_kind *kind;
    struct json_doc *doc;
    int64_t rank;       /* higher ones serve first there */
    bool foreign;       /* another provider's: `why_not` says whose */
    struct err why_not; /* it cannot be taken over; or without a text */
    char hints[1000];   /* what became of the rest, "; " between; or empty */
    /* The same for programs, reason_doc() of each; NULL: there is none. */
    struct json_doc *hint_docs;
};

struct import_list {
    struct import_candidate *at;
    size_t count;
    size_t cap;
};

void import_list_init(struct import_list *list);
void import_list_done(struct import_list *list);
/* One more, with an empty document; valid until the next one.  NULL: there are
   IMPORT_MAX. */
struct import_candidate *import_list_add(struct import_list *list,
                                         struct str there);

/* It cannot be taken over; the first reason stays. */
void import_refuse(struct import_candidate *candidate, const struct err *why);
/* It is another provider's. */
void import_is_foreign(struct import_candidate *candidate,
                       const struct err *whose);
/* Something beside it that whoever brings it should know. */
void import_hint(struct import_candidate *candidate, const struct err *what);

/* IMPORT_SAY(import_hint, candidate, IMPORT_TAGS_LEFT): a row of reason.def and its
   values. */
#define IMPORT_SAY(how, candidate, ...)                                        \
    do {                                                                       \
        struct err import_said;                                                \
                                                                               \
        (void)REASON_SET(&import_said, __VA_ARGS__);                           \
        how((candidate), &import_said);                                        \
    } while (0)

/* ---- filling its document: what has the wrong type refuses it ------------ */

/* Where a member is looked for, and what that place is called: "credentials.", or "". */
struct import_from {
    const struct json_doc *doc;
    const char *place;
};
/* A text that is there and not empty; null is absent. */
bool import_text(struct import_candidate *candidate, struct import_from from,
                 const char *member, struct str *text);
/* Copy a text, if there is one. */
void import_copy(struct import_candidate *candidate, struct import_from from,
                 const char *theirs, const char *ours);
/* Texts between spaces become the list of scopes. */
void import_scopes(struct import_candidate *candidate, struct import_from from,
                   const char *member);
/* When its token expires: RFC 3339, or seconds or milliseconds since 1970, as a number
   or digits. */
void import_expiry(struct import_candidate *candidate, struct import_from from,
                   const char *member);
/* The end of an OAuth account: an expiry that nobody told is now, if its token can be
   renewed, else in a year. */
void import_expiry_done(struct import_candidate *candidate, uint64_t now_ms);
/* An OAuth account whose members are called as OAuth calls them: access_token,
   refresh_token, expires_at, scope. */
void import_login(struct import_candidate *candidate, struct import_from from,
                  uint64_t now_ms);
/* A note; what is too long for one, or holds a key, is left out and said. */
void import_note(struct import_candidate *candidate, struct import_from from,
                 const char *member);
/* What says something there, and nothing here, is named in one hint; nothing does that is
   null, false, 0 or empty. */
struct import_member {
    const char *of; /* the member that it is in; NULL: the document */
    const char *name;
};
void import_leave(struct import_candidate *candidate,
                  const struct json_doc *doc,
                  const struct import_member *members, size_t count);
/* false switches it off. */
void import_switch(struct import_candidate *candidate, struct import_from from,
                   const char *member, const char *said);
/* Requests at once; 0 and absent: any number. */
void import_concurrency(struct import_candidate *candidate,
                        struct import_from from, const char *member);
/* A number, also as digits; absent: `usual`. */
int64_t import_rank(struct import_candidate *candidate, struct import_from from,
                    const char *member, int64_t usual);
