// SPDX-License-Identifier: MIT
/* Why a request was refused, for programs: each row of reason.def is a code that stays,
   with the text for people and the names of the values in it.

       REASON_SET(err, MEMBER_MISSING, "name");

   makes the text "name is missing", the code member_missing, and member = "name".  A
   failure without a row has the code of its kind (err.def) and no values. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum reason {
    REASON_NONE,
#define REASON(name, kind, text, values) REASON_##name,
#include "base/reason.def"
#undef REASON
    REASON_COUNT
};

/* The texts are here so that the compiler compares them with their values; so is the
   kind. */
#define REASON(name, kind, text, values)                                       \
    static const char reason_text_##name[] = text;
#include "base/reason.def"
#undef REASON

/* As err_set() does; false. */
#define REASON_SET(err, name, ...)                                             \
    reason_set((err), REASON_##name,                                           \
               reason_text_##name __VA_OPT__(, ) __VA_ARGS__)

bool reason_set(struct err *err, enum reason reason, const char *format, ...)
    PRINTF_LIKE(3, 4);

#define REASON_CODE_MAX 48

/* "member_missing". */
const char *reason_code(const struct err *err, char out[REASON_CODE_MAX]);

struct reason_value {
    struct str name;
    struct str text;
};

/* The value of that number, from 0; false after the last.  The last is what err_wrap()
   has put in front, if anything, by the name "at".  Borrowed from `err` and the table. */
bool reason_value(const struct err *err, size_t number,
                  struct reason_value *value);
