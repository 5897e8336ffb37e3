// SPDX-License-Identifier: MIT
/* What a crash left of a file that was about to be replaced (store/temporary.h): a
   whole one that is newer than the file gets its place, for what it holds may exist
   nowhere else; one that was overtaken, or is not whole, goes.

   Newer: the file is still the one it was to replace, whatever the clock said; or,
   if that is not so or not known, its time is not before the file's.
   Blocking; under the lock on the folder, so that nobody is writing one. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum rescue_verdict {
    RESCUE_WHOLE,
    RESCUE_PART,
    RESCUE_LOCKED, /* it cannot be read or opened now: it stays */
};

struct rescue {
    const char *folder;
    const char *name; /* of the file */
    bool removed;     /* on purpose: nothing takes its place */
    enum rescue_verdict (*judge)(void *arg, const char *path, struct err *err);
    void *arg;
};

/* Is there anything?  At any time, without the lock. */
bool rescue_is_needed(const char *folder, const char *name);

/* False and err if what should get its place could not; then everything stays. */
bool rescue_file(const struct rescue *rescue, struct err *err) MUST_CHECK;

/* Visit the names of files that something was left of, some of them twice. */
void rescue_each(const char *folder, void (*visit)(void *arg, struct str name),
                 void *arg);
