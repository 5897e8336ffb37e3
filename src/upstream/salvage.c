// SPDX-License-Identifier: MIT
/* What a damaged answer holds. */
#include "upstream/salvage.h"

#include "base/chars.h"
#include "upstream/layers.h"

#define SIZE_DIGITS_MAX 8

/* Behind the first empty line, whatever ends its lines; all of it if there is
   none. */
static struct str behind_head(struct str text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.at[i] != '\n')
            continue;
        if (text.at[i + 1] == '\n')
            return str_from(text, i + 2);
        if (str_starts(str_from(text, i + 1), STR("\r\n")))
            return str_from(text, i + 3);
    }
    return text;
}

/* Interim answers have heads of their own. */
static struct str find_rest(struct str raw)
{
    struct str rest = behind_head(raw);

    while (str_starts(rest, STR("HTTP/"))) {
        struct str next = behind_head(rest);

        if (next.len == rest.len)
            break;
        rest = next;
    }
    return rest;
}

/* Take the line with a size in front of a chunk; false if there is none. */
static bool take_size(struct str *rest, size_t *size)
{
    size_t end = str_index(*rest, '\n');
    size_t at = 0;

    *size = 0;
    while (at < rest->len && at < SIZE_DIGITS_MAX &&
           chars_hex_value(rest->at[at]) >= 0)
        *size = *size * 16 + (size_t)chars_hex_value(rest->at[at++]);
    if (at == 0 || end == rest->len ||
        (rest->at[at] != '\r' && rest->at[at] != '\n' && rest->at[at] != ';' &&
         rest->at[at] != ' '))
        return false;
    *rest = str_from(*rest, end + 1);
    return true;
}

static struct str skip_line_end(struct str rest)
{
    if (str_starts(rest, STR("\r\n")))
        return str_from(rest, 2);
    return str_starts(rest, STR("\n")) ? str_from(rest, 1) : rest;
}

/* From where no size comes any more the rest stays as it is. */
static bool add_chunks(struct str rest, struct buf *out)
{
    size_t size;

    if (!take_size(&rest, &size))
        return false;
    do {
        buf_add(out, str_sub(rest, 0, size));
        rest = skip_line_end(str_from(rest, size));
    } while (take_size(&rest, &size));
    buf_add(out, rest);
    return true;
}

static bool add_packed(struct str rest, struct buf *out)
{
    for (size_t i = 0; i < rest.len; i++) {
        if (!layers_are_marked(str_from(rest, i)))
            continue;
        buf_add(out, str_from(rest, i));
        return true;
    }
    return false;
}

bool salvage_body(struct str raw, enum salvage_way way, struct buf *out)
{
    struct str rest = find_rest(raw);

    switch (way) {
    case SALVAGE_CHUNKS:
        return add_chunks(rest, out);
    case SALVAGE_REST:
        buf_add(out, rest);
        return true;
    case SALVAGE_PACKED:
        return add_packed(rest, out);
    case SALVAGE_WAYS:
        break;
    }
    return false;
}
