// SPDX-License-Identifier: MIT
/* What SQLite's errors mean here. */
#include "store/sqlite_internal.h"

#include <errno.h>

struct meaning {
    int code; /* SQLite's, without its extension */
    enum err_code means;
    const char *advice; /* or NULL: SQLite's own words */
};

#define NO_ROOM "the disk is full: make room on it"

static const struct meaning meanings[] = {
    { SQLITE_BUSY, ERR_BUSY, "another process holds it" },
    { SQLITE_LOCKED, ERR_BUSY, "another process holds it" },
    { SQLITE_PROTOCOL, ERR_BUSY, "another process is opening it" },
    { SQLITE_FULL, ERR_IO, NO_ROOM },
    { SQLITE_IOERR, ERR_IO, NULL },
    { SQLITE_CANTOPEN, ERR_IO, NULL },
    { SQLITE_READONLY, ERR_IO, NULL },
    { SQLITE_PERM, ERR_IO, NULL },
    { SQLITE_NOMEM, ERR_IO, NULL },
    { SQLITE_NOLFS, ERR_IO, NULL },
    { SQLITE_INTERRUPT, ERR_TIMEOUT, "it took too long" },
    { SQLITE_CONSTRAINT, ERR_CONFLICT, NULL },
    { SQLITE_CORRUPT, ERR_BROKEN,
      "the file is damaged: stop the relay and bring back a backup (`claude-relay "
      "restore FILE`)" },
    { SQLITE_NOTADB, ERR_BROKEN,
      "the file is no database, or damaged: stop the relay and bring back a backup "
      "(`claude-relay restore FILE`)" },
};

static const struct meaning *meaning_of(int code)
{
    static const struct meaning wrong = { 0, ERR_INTERNAL, NULL };

    for (size_t i = 0; i < COUNT_OF(meanings); i++) {
        if (meanings[i].code == (code & 0xff))
            return &meanings[i];
    }
    return &wrong;
}

/* A file beside the database could not grow. */
static bool is_for_room(const struct meaning *meaning, int number)
{
    return meaning->means == ERR_IO && (number == ENOSPC || number == EDQUOT);
}

static bool is_taken(int code)
{
    return code == SQLITE_CONSTRAINT_UNIQUE ||
           code == SQLITE_CONSTRAINT_PRIMARYKEY ||
           code == SQLITE_CONSTRAINT_ROWID;
}

bool sqlite_fail(struct sqlite *self, int code, struct err *err)
{
    const struct meaning *meaning = meaning_of(code);
    const char *words = self->db ? sqlite3_errmsg(self->db) : "";
    int number = self->db ? sqlite3_system_errno(self->db) : 0;
    const char *advice =
        is_for_room(meaning, number) ? NO_ROOM : meaning->advice;
    char text[ERR_NUMBER_MAX] = "";

    if (meaning->means == ERR_IO && number != 0 && !advice)
        (void)err_number_text(number, text);
    (void)err_set(err, is_taken(code) ? ERR_EXISTS : meaning->means,
                  "the database %s: %s%s%s", self->path,
                  advice ? advice : words, text[0] ? ": " : "", text);
    return false;
}
