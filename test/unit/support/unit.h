// SPDX-License-Identifier: MIT
/* What unit tests share: cmocka and what it needs, texts, and a folder of their
   own to write in. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

/* Fails, printing both, unless they are the same bytes. */
void unit_assert_str(struct str got, const char *want);
/* Fails unless `text` contains `part`. */
void unit_assert_part(const char *text, const char *part);
/* The same of a text without a NUL at its end. */
void unit_assert_has(struct str text, const char *part);
struct json_doc;
/* As compact JSON; `doc` is freed. */
void unit_assert_doc(struct json_doc *doc, const char *want);

/* A fresh folder; unit_folder_free() removes it with all that is in it. */
char *unit_folder_new(void);
void unit_folder_free(char *folder);

/* The path of a file in a folder; valid until the next call of this thread. */
const char *unit_path(const char *folder, const char *name);
void unit_write(const char *folder, const char *name, const char *text);
/* The content, freed with mem_free(); fails if there is no such file. */
char *unit_read(const char *folder, const char *name);
/* Names in the folder, `.` and `..` not counted. */
size_t unit_file_count(const char *folder);

/* What a descriptor (1 or 2) is given between begin and end. */
struct unit_capture {
    int fd;
    int saved;
    int file;
};
struct unit_capture unit_capture_begin(int fd);
/* The text, freed with mem_free(). */
char *unit_capture_end(struct unit_capture *capture);
