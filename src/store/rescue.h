// SPDX-License-Identifier: MIT
/* What a crash left of a file that was about to be replaced (store/temporary.h): a
   whole one that is newer than the file gets its place, for what it holds may exist
   nowhere else; one that was overtaken, or is not whole, goes.

   Newer: the file is still the one it was to replace, whatever the clock said; or it
   holds later tokens, which are put into the file then; or, if neither is so or
   known, its time is not before the file's.  One whose tokens differ from the
   file's goes only if those are known to have replaced them: else it is kept under
   another name (.lost at its end).  That it is older, and its tokens expire
   earlier, says little: somebody may have edited the file since, and tokens live
   for as long as the server likes.

   Of a document that was removed on purpose nothing comes back, but it may be made
   again:

       removed: the sign is put, the file goes, rescue_drop()   all under the lock
          -> made again: .tmp is begun (its base: no file) and filled -> renamed
             -> the sign goes
          -> killed before the rename: the sign, and a .tmp

   So one that was begun when there was no file was begun after the removal: what lay
   there before was put right before it, or went with it.  Its base says so, and no
   clock.  (It may have been begun before, while the file was away, and held by its
   owner during the removal.  Had that one not been killed it had made the document
   again, too.)  All others were begun from a file that was removed, and go.
   Blocking; under the lock on the folder, so that nobody is writing one. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum rescue_verdict {
    RESCUE_WHOLE,
    RESCUE_PART,
    RESCUE_LOCKED, /* it cannot be read or opened now: it stays */
};

/* The tokens in it, seen from those in the file. */
enum rescue_order {
    RESCUE_SAME,
    RESCUE_LATER,
    RESCUE_EARLIER, /* perhaps */
    RESCUE_SPENT,   /* earlier for certain: those in the file replaced them */
    RESCUE_UNLIKE,
};

struct rescue {
    const char *folder;
    const char *name; /* of the file */
    bool removed;     /* on purpose: only what was made since takes its place */
    bool quiet;       /* what does not open was told of already */
    enum rescue_verdict (*judge)(void *arg, const char *path, struct err *err);
    /* Of two that are whole. */
    enum rescue_order (*compare)(void *arg, const char *file,
                                 const char *leftover);
    /* Write the file anew with the tokens of the other one, durably. */
    bool (*take)(void *arg, const char *file, const char *leftover,
                 struct err *err);
    void *arg;
};

/* Is there anything?  At any time, without the lock. */
bool rescue_is_needed(const char *folder, const char *name);

/* Is one of them held by whoever is about to fill it?  Likewise. */
bool rescue_has_owner(const char *folder, const char *name);

/* False and err if what should get its place could not; then everything stays. */
bool rescue_file(const struct rescue *rescue, struct err *err) MUST_CHECK;

/* False if there is one that cannot be opened now, and that `counts` says yes to (NULL:
   each does); err says which, why, and what to do. */
bool rescue_opens(const struct rescue *rescue,
                  bool (*counts)(void *arg, const char *file,
                                 const char *leftover),
                  struct err *err) MUST_CHECK;

/* The file was removed on purpose, just now: all that is left of it goes, also what
   cannot be opened, for it was begun before that. */
void rescue_drop(const char *folder, const char *name);

/* Visit the names of files that something was left of, some of them twice. */
void rescue_each(const char *folder, void (*visit)(void *arg, struct str name),
                 void *arg);
