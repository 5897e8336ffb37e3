// SPDX-License-Identifier: MIT
/* Undoing the compression of a text. */
#include "upstream/layers.h"

#include <string.h>

#include "base/unpack.h"

#define WINDOWS_MAX                                                            \
    (32u << 20)     /* of br, the largest: 16 MB, twice for a moment */
#define PIECE 4096u /* so much at once: little comes of it in vain */

/* ---- what it is ---------------------------------------------------------- */

/* RFC 8878 section 3.1.1 */
static bool is_zstd(struct str text)
{
    return str_starts(text, STR("\x28\xb5\x2f\xfd"));
}

/* RFC 1950, as everybody writes it: the window is 32 KB, and there are four levels. */
static bool is_zlib(struct str text)
{
    return text.len >= 2 && text.at[0] == '\x78' &&
           memchr("\x01\x5e\x9c\xda", text.at[1], 4);
}

bool layers_are_marked(struct str text)
{
    return inflate_is_gzip(text) || is_zstd(text);
}

static struct str mark_of(struct str text)
{
    if (inflate_is_gzip(text))
        return STR("gzip");
    if (is_zstd(text))
        return STR("zstd");
    return is_zlib(text) ? STR("deflate") : STR_EMPTY;
}

/* ---- what is said -------------------------------------------------------- */

static void add(struct layers *layers, struct str name)
{
    if (str_ieq(name, STR("identity")))
        return;
    if (layers->count == LAYERS_MAX) {
        layers->count--;
        memmove(layers->names, layers->names + 1,
                layers->count * sizeof(layers->names[0]));
    }
    layers->names[layers->count++] = name;
}

struct layers layers_of(const struct headers *headers)
{
    struct layers layers = { .count = 0 };
    struct str list;
    struct str name;

    for (size_t i = 0; i < headers->count; i++) {
        if (!str_ieq(headers->at[i].name, STR("content-encoding")))
            continue;
        list = headers->at[i].value;
        while (headers_list_next(&list, &name))
            add(&layers, name);
    }
    return layers;
}

static bool is_named(const struct layers *layers, struct str coding)
{
    struct str name;

    if (layers->count == 0)
        return false;
    name = layers->names[layers->count - 1];
    return str_ieq(name, coding) ||
           (str_ieq(name, STR("x-gzip")) && str_eq(coding, STR("gzip")));
}

static bool has_no_mark(struct str name)
{
    return str_ieq(name, STR("br")) || str_ieq(name, STR("deflate"));
}

struct layer layers_next(struct layers *layers, struct str text)
{
    struct str mark = mark_of(text);
    bool plain = str_starts(str_trim(text), STR("{"));

    if (mark.len > 0) {
        if (is_named(layers, mark))
            layers->count--;
        return (struct layer){ mark, layers_are_marked(text) };
    }
    while (layers->count > 0) {
        struct str name = layers->names[--layers->count];

        if (!plain && has_no_mark(name))
            return (struct layer){ name, false };
    }
    return (struct layer){ STR_EMPTY, false };
}

/* ---- undoing it ---------------------------------------------------------- */

struct sink {
    struct buf *out;
    bool full;
};

static void take(void *arg, struct str bytes)
{
    struct sink *sink = arg;
    size_t room = sink->out->max - sink->out->len;

    sink->full = sink->full || bytes.len > room;
    buf_add(sink->out, str_sub(bytes, 0, room));
}

static enum inflate_end unpack_text(struct str coding, struct str packed,
                                    struct buf *out)
{
    struct unpack_room room = { .max = WINDOWS_MAX };
    struct unpack *unpack = unpack_new(coding, &room);
    struct sink sink = { .out = out };
    bool more = true;
    bool whole;

    while (more && packed.len > 0) {
        more = unpack_feed(unpack, str_sub(packed, 0, PIECE), take, &sink) &&
               !sink.full;
        packed = str_from(packed, PIECE);
    }
    unpack_end(unpack);
    whole = !unpack_why(unpack);
    unpack_free(unpack);
    if (sink.full)
        return INFLATE_LARGE;
    return whole ? INFLATE_WHOLE : INFLATE_CUT;
}

enum inflate_end layers_undo(const struct layer *layer, struct str packed,
                             struct buf *out)
{
    if (str_ieq(layer->coding, STR("br")) ||
        str_ieq(layer->coding, STR("zstd")))
        return unpack_text(layer->coding, packed, out);
    return inflate_text(packed, out);
}
