// SPDX-License-Identifier: MIT
/* Files of time zones that a test writes itself: what it asserts then depends neither
   on the machine having any, nor on which. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "unit.h"

#define ZONE_FILE_CHANGES_MAX 4

struct zone_file {
    const char *name;
    const char *rule; /* behind the last change, as in POSIX's TZ */
    int32_t first_s;  /* ahead of UTC before the first change */
    struct {
        int64_t at_s; /* 0: no more */
        int32_t ahead_s;
    } changes[ZONE_FILE_CHANGES_MAX];
};

static inline void zone_file_number(struct buf *out, int64_t value, size_t len)
{
    for (size_t i = len; i-- > 0;) {
        char byte = (char)(unsigned char)((uint64_t)value >> (8 * i) & 0xff);

        buf_add(out, (struct str){ &byte, 1 });
    }
}

/* Version 2: six counts, of which ours are changes, types and letters. */
static inline void zone_file_head(struct buf *out, size_t changes)
{
    buf_add(out, STR("TZif2"));
    for (size_t i = 0; i < 15; i++)
        zone_file_number(out, 0, 1);
    for (size_t i = 0; i < 3; i++)
        zone_file_number(out, 0, 4);
    zone_file_number(out, (int64_t)changes, 4);
    zone_file_number(out, (int64_t)changes + 1, 4);
    zone_file_number(out, 1, 4);
}

/* A type for each change, and the one before. */
static inline void zone_file_types(struct buf *out,
                                   const struct zone_file *zone, size_t changes)
{
    for (size_t i = 0; i <= changes; i++) {
        zone_file_number(out,
                         i == 0 ? zone->first_s : zone->changes[i - 1].ahead_s,
                         4);
        zone_file_number(out, 0, 2);
    }
    zone_file_number(out, 0, 1); /* the letters */
}

static inline void zone_file_add(struct buf *out, const struct zone_file *zone)
{
    size_t changes = 0;

    while (changes < ZONE_FILE_CHANGES_MAX && zone->changes[changes].at_s != 0)
        changes++;
    zone_file_head(out, 0);
    zone_file_types(out, zone, 0);
    zone_file_head(out, changes);
    for (size_t i = 0; i < changes; i++)
        zone_file_number(out, zone->changes[i].at_s, 8);
    for (size_t i = 0; i < changes; i++)
        zone_file_number(out, (int64_t)i + 1, 1);
    zone_file_types(out, zone, changes);
    buf_printf(out, "\n%s\n", zone->rule);
}

/* Below `folder`; a name has one folder in front. */
static inline void zone_file_write(const char *folder,
                                   const struct zone_file *zone)
{
    struct str name = str_of(zone->name);
    char *above = mem_strndup(name.at, str_index(name, '/'));
    struct buf out;
    FILE *file;

    buf_init(&out, 4096);
    zone_file_add(&out, zone);
    (void)mkdir(unit_path(folder, above), 0700);
    file = fopen(unit_path(folder, zone->name), "we");
    assert_non_null(file);
    assert_int_equal(fwrite(buf_str(&out).at, 1, out.len, file), out.len);
    assert_int_equal(fclose(file), 0);
    buf_done(&out);
    mem_free(above);
}
