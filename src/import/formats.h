// SPDX-License-Identifier: MIT
/* The formats in which accounts come; each lies in a file of its own, and is a row of
   formats.c.  Pure; any thread. */
#pragma once

#include "import/candidate.h"

struct import_source {
    struct str file; /* its name, without folders; empty: standard input */
    const struct json_doc *doc;
    uint64_t now_ms; /* wall clock */
    struct import_list *list;
};

struct import_format {
    const char *name;  /* as --from has it */
    const char *from;  /* what it comes from, to people */
    const char *files; /* how those in a folder are called */
    /* Of the files in a folder: is this one of them? */
    bool (*takes)(struct str file);
    /* Does the document look like one of these, and of no row above? */
    bool (*is)(const struct json_doc *doc);
    /* Append what the document holds.  False, and err names the member, if as a whole it
       is something else. */
    bool (*read)(const struct import_source *source, struct err *err);
};

/* The NULL-terminated table of formats. */
extern const struct import_format *const import_formats[];
/* NULL: there is none of that name. */
const struct import_format *import_format_named(struct str name);

/* By what it holds; NULL and err: it looks like none of them. */
const struct import_format *import_format_of(const struct json_doc *doc,
                                             struct err *err);

extern const struct import_format import_claude_code;
extern const struct import_format import_cliproxyapi;
extern const struct import_format import_crs;
extern const struct import_format import_seed;
extern const struct import_format import_sub2api;

/* Shared by formats: *.json; and the end of a source that has too many. */
bool import_is_json(struct str file);
bool import_too_many(struct err *err);
/* What stands there, to people: "accounts[3]" for one that is no object. */
struct import_candidate *import_add_item(const struct import_source *source,
                                         const struct json_doc *item,
                                         const char *list, size_t index);
