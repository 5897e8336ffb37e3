// SPDX-License-Identifier: MIT
/* The accounts that may serve a request, as they are now: which one does, why not the
   others (account/choice.h), and what is said if none does.  For requests, and for
   whoever wants to know.

   With a key those that it may use.  Without one (the person on this machine) those that
   were put into the pool by hand, for a key that is there by its kind costs money; the
   one that made what the request names; the only one there is, however it is; for
   models, which all can list, all of them. */
#pragma once

#include "account/accounts.h"
#include "account/choice.h"
#include "base/arena.h"
#include "team/key.h"

struct candidates_ask {
    struct accounts *accounts;
    const struct key *key; /* or NULL */
    struct str name;  /* of the account that is named: it or none; or empty */
    bool models;      /* they are what is asked for */
    struct str model; /* that is asked for; or empty */
    bool takes_place; /* at its account: the others' do not matter to it */
    uint64_t session; /* candidates_session(); 0: none */
    /* Of what it names, which serves it or none does, unless it is not the key's to
       use; 0: none is known (relay/owner.h). */
    uint64_t owner;
    uint64_t now_ms;     /* wall clock */
    struct arena *arena; /* for the rows */
    /* Was that account asked already?  NULL: none was. */
    bool (*tried)(void *arg, struct str account);
    void *arg;
};

/* A session of one key: two keys may call theirs the same.  0 of an empty name. */
uint64_t candidates_session(struct arena *arena, uint64_t key_id,
                            struct str name);

struct candidates {
    struct candidates_ask ask;
    struct account_list *list; /* a reference */
    struct account *const *at; /* those of it that are looked at */
    size_t count;
    struct choice_row *rows; /* one for each of these */
    enum choice_why *whys;   /* after candidates_choose() */
    bool sole; /* no key, and the only one there is, or that is named: only the
                  operator's pause is heeded, for all else it is asked */
    size_t allowed; /* that may serve it, know what it names, have its model */
    size_t without; /* that would be, but for the model */
    struct err first; /* why the first of them is not usable */
};
void candidates_look(struct candidates *candidates,
                     const struct candidates_ask *ask);
/* At the one alone that the session is bound to: it serves, whatever the others are.
   False, and there is nothing to be done away with, if there is none, or it does
   not. */
bool candidates_look_at_bound(struct candidates *candidates,
                              const struct candidates_ask *ask);
void candidates_done(struct candidates *candidates);

/* The row, or CHOICE_NONE; rows[].full may have been set since the last time. */
size_t candidates_choose(struct candidates *candidates);
/* After candidates_choose(): is the session bound to one that only this request cannot have
   now, for it is full, or for what it asks for?  Then the session stays there. */
bool candidates_is_guest(const struct candidates *candidates);
/* Likewise: in how long the first can be asked again, be it that all rest for a guess; 0:
   one is ready.  False: that is not known. */
bool candidates_opens_in_ms(struct candidates *candidates, uint64_t *in_ms);
/* Why none is chosen, for the client: 429 with the wait if one is paused or full.  Always
   false. */
bool candidates_refuse(const struct candidates *candidates, struct err *err);
