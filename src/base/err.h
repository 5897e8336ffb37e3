// SPDX-License-Identifier: MIT
/* A failure with a cause: what kind it is and a text for a person.  Texts are
   lower case, say what was attempted and what to do, and never hold a secret;
   control characters, and others that are not seen, become '?'. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"

enum err_code {
#define ERR(name, status, type, retry) ERR_##name,
#include "base/err.def"
#undef ERR
};

#define ERR_VALUES_MAX 4

/* Where a value stands in the text. */
struct err_value {
    uint16_t at;
    uint16_t len;
};

struct err {
    enum err_code code;
    uint32_t retry_after_ms; /* until it may help to try again; 0: unknown */
    uint64_t opens_ms; /* wall clock: when a limit is open again; 0: unknown */
    uint16_t reason;   /* the row of reason.def, for programs; 0: none */
    uint16_t prefix;   /* how much of the text err_wrap() put in front */
    struct err_value
        values[ERR_VALUES_MAX]; /* those of the row, in its order */
    char text[480];
};

#define ERR_NUMBER_MAX 128

/* What an error number means and, where files have run out, what to do. */
const char *err_number_text(int number, char out[ERR_NUMBER_MAX]);

/* All three return false, so that a caller can `return err_set(...)`. */
bool err_set(struct err *err, enum err_code code, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* The text of errno behind the formatted one; the code becomes ERR_IO. */
bool err_errno(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);
/* Put what was attempted in front: "making tea: kettle is cold".  The reason stays. */
bool err_wrap(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* It is known when it may help to try again: the answer will say so in a
   retry-after field.  Setting a new text forgets it, wrapping keeps it. */
bool err_retry_after(struct err *err, uint64_t wait_ms);

/* It is known when its limit is open again, be it too late to wait for that: the log
   will say so.  Forgotten and kept likewise. */
bool err_opens_at(struct err *err, uint64_t wall_ms);

/* Errors that objects keep for the rare case that there is one: made when it is
   needed, freed with mem_free(). */
struct err *err_kept(struct err **slot);
/* What is kept, or an empty one. */
const struct err *err_of(const struct err *kept);

/* The same failure as one of another kind; false. */
bool err_as(struct err *err, enum err_code code);

/* The HTTP status, Anthropic's error type, and whether trying again may help. */
unsigned err_status(enum err_code code);
const char *err_type(enum err_code code);
bool err_may_retry(enum err_code code);

/* The value of a retry-after field: whole seconds, rounded up so that nobody comes
   too early.  0: no such field, because the wait is unknown or waiting will not
   help. */
unsigned err_retry_after_s(const struct err *err);
