// SPDX-License-Identifier: MIT
/* What a format makes of a text: for the tables of its test. */
#pragma once

#include "import/formats.h"

#define BROUGHT_NOW_MS 1767225600000u /* 2026-01-01 */
#define BROUGHT_ROWS 4

/* Secrets of the tables; no text that is made may hold one. */
#define BROUGHT_ACCESS "sk-ant-oat01-CANARY-access"
#define BROUGHT_REFRESH "sk-ant-ort01-CANARY-refresh"
#define BROUGHT_KEY "sk-ant-api03-CANARY-key"

struct brought_row {
    const char *there;
    const char *kind;    /* NULL: none */
    const char *doc;     /* JSON; NULL: of no interest, because it is refused */
    const char *why_not; /* a part of it; NULL: it can be taken over */
    const char *hint;    /* a part; NULL: there is none */
    int rank;
    bool foreign;
};

struct brought {
    const char *name;
    const char *file;
    const char *json;
    const char *err; /* a part; NULL: it is read */
    struct brought_row rows[BROUGHT_ROWS];
};

/* Fails, naming the case, unless the format reads it so. */
void brought_check(const struct import_format *format,
                   const struct brought *cases, size_t count);
/* No text cut short, and no other value in the place of any member, makes it crash, or
   brings a secret into a text. */
void brought_bend(const struct import_format *format, const char *file,
                  const char *json);
