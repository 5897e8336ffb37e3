// SPDX-License-Identifier: MIT
/* Where a backup goes: by what its name leads to now.

       nothing                            a new file, there when it is complete
       a file                             replaced then, if that was asked for
       standard output, under any name    into it
       a pipe, a character device         into it
       all else (other links, terminals)  refused, and left as it is

   Blocking. */
#pragma once

#include "base/err.h"

#define BACKUP_OUT_NAME_SIZE 256

struct backup_out {
    const char *file;
    bool force;
    /* What came of it. */
    int fd;
    bool on_output; /* `fd` is standard output */
    int folder;     /* in which a new file is made; -1: none is */
    char name[BACKUP_OUT_NAME_SIZE];
    char part[BACKUP_OUT_NAME_SIZE + 32]; /* as it is called until then */
    bool made;                            /* that is there */
};
/* ERR_EXISTS: a file is there, and `force` is not set.  If it returns true,
   backup_out_done() ends it. */
bool backup_out_open(struct backup_out *out, struct err *err) MUST_CHECK;
/* It is complete: durable, and in its place.  `*bytes`: of a file, else 0. */
bool backup_out_settle(struct backup_out *out, uint64_t *bytes,
                       struct err *err) MUST_CHECK;
/* What was not settled is removed. */
void backup_out_done(struct backup_out *out);
