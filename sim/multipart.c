// SPDX-License-Identifier: MIT
/* multipart/form-data.  Pure. */
#include "sim/multipart.h"

#include <string.h>

#define HEAD_MAX 8192
#define BOUNDARY_MAX 70 /* RFC 2046 */

/* The value of a parameter like name="value" or name=value; empty if absent. */
static struct str parameter(struct str text, struct str name)
{
    const char *at = memmem(text.at, text.len, name.at, name.len);
    struct str value;

    if (!at)
        return STR_EMPTY;
    value = str_from(text, (size_t)(at - text.at) + name.len);
    if (value.len > 0 && value.at[0] == '"') {
        value = str_from(value, 1);
        return str_sub(value, 0, str_index(value, '"'));
    }
    value = str_sub(value, 0, str_index(value, '\r'));
    return str_trim(str_sub(value, 0, str_index(value, ';')));
}

bool multipart_init(struct multipart *multipart, struct arena *arena,
                    struct str content_type)
{
    struct str boundary = parameter(content_type, STR("boundary="));

    *multipart = (struct multipart){ .arena = arena };
    buf_init(&multipart->pending, SIZE_MAX / 2);
    if (!str_istarts(content_type, STR("multipart/form-data")) ||
        boundary.len == 0 || boundary.len > BOUNDARY_MAX)
        return false;
    multipart->delimiter =
        arena_printf(arena, "\r\n--" STR_FMT, STR_ARG(boundary));
    /* The first delimiter need not follow a line. */
    buf_add(&multipart->pending, STR("\r\n"));
    return true;
}

void multipart_done(struct multipart *multipart)
{
    buf_done(&multipart->pending);
}

static void give(struct multipart *multipart, size_t len)
{
    if (multipart->in_file && len > 0)
        multipart->content(multipart->arg,
                           str_sub(buf_str(&multipart->pending), 0, len));
    buf_consume(&multipart->pending, len);
}

/* All three return false when they need more bytes. */
static bool seek(struct multipart *multipart)
{
    struct str pending = buf_str(&multipart->pending);
    struct str delimiter = multipart->delimiter;
    const char *at =
        memmem(pending.at, pending.len, delimiter.at, delimiter.len);

    if (!at) {
        if (pending.len >= delimiter.len)
            give(multipart, pending.len - delimiter.len + 1);
        return false;
    }
    give(multipart, (size_t)(at - pending.at));
    buf_consume(&multipart->pending, delimiter.len);
    multipart->in_file = false;
    multipart->state = MULTIPART_AFTER_DELIMITER;
    return true;
}

static bool after_delimiter(struct multipart *multipart)
{
    struct str pending = buf_str(&multipart->pending);

    if (pending.len < 2)
        return false;
    if (str_starts(pending, STR("--")))
        multipart->state = MULTIPART_DONE;
    else if (str_starts(pending, STR("\r\n")))
        multipart->state = MULTIPART_HEAD;
    else
        multipart->state = MULTIPART_BAD;
    /* The line's end stays: it is where an empty head ends, too. */
    return true;
}

static void read_head(struct multipart *multipart, struct str head)
{
    struct str name = parameter(head, STR("filename="));
    struct str line;

    if (multipart->has_file || !str_contains(head, STR("filename=")))
        return;
    multipart->has_file = true;
    multipart->in_file = true;
    multipart->filename = arena_str(multipart->arena, name);
    multipart->mime_type = STR("application/octet-stream");
    while (str_next(&head, '\n', &line)) {
        if (str_istarts(line, STR("content-type:")))
            multipart->mime_type =
                arena_str(multipart->arena,
                          str_trim(
                              str_sub(line, 13, str_index(line, '\r') - 13)));
    }
}

static bool head(struct multipart *multipart)
{
    struct str pending = buf_str(&multipart->pending);
    const char *end = memmem(pending.at, pending.len, "\r\n\r\n", 4);

    if (!end) {
        if (pending.len > HEAD_MAX)
            multipart->state = MULTIPART_BAD;
        return false;
    }
    read_head(multipart, str_sub(pending, 0, (size_t)(end - pending.at)));
    buf_consume(&multipart->pending, (size_t)(end - pending.at) + 4);
    multipart->state = MULTIPART_SEEKING;
    return true;
}

void multipart_feed(struct multipart *multipart, struct str bytes)
{
    bool go_on = true;

    if (multipart->state == MULTIPART_DONE || multipart->state == MULTIPART_BAD)
        return;
    buf_add(&multipart->pending, bytes);
    while (go_on) {
        switch (multipart->state) {
        case MULTIPART_SEEKING:
            go_on = seek(multipart);
            break;
        case MULTIPART_AFTER_DELIMITER:
            go_on = after_delimiter(multipart);
            break;
        case MULTIPART_HEAD:
            go_on = head(multipart);
            break;
        case MULTIPART_DONE:
        case MULTIPART_BAD:
            go_on = false;
            break;
        }
    }
}
