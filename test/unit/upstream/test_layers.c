// SPDX-License-Identifier: MIT
/* Compression that nobody asked for: what it is, and what it holds. */
#include "upstream/layers.h"

#include "base/mem.h"
#include "sim/compress.h"
#include "unit.h"

#define TEXT "{\"access_token\":\"a\",\"refresh_token\":\"r\"}"
#define ROOM 4096u
#define PACKED_MAX 65536u /* and what it packs */

/* ---- what it is ---------------------------------------------------------- */

static const struct {
    const char *said[2]; /* fields */
    const char *text;
    const char *coding; /* empty: none */
    bool sure;
    size_t left; /* of what is said */
} rows[] = {
    { { "" }, "{}", "", false, 0 },
    { { "" }, "\x1f\x8b\x08", "gzip", true, 0 },
    { { "identity" }, "\x1f\x8b\x08", "gzip", true, 0 },
    { { "gzip" }, "\x1f\x8b\x08", "gzip", true, 0 },
    { { "X-Gzip" }, "\x1f\x8b\x08", "gzip", true, 0 },
    { { "gzip" }, "{}", "", false, 0 },
    { { "" }, "\x28\xb5\x2f\xfd", "zstd", true, 0 },
    { { "zstd" }, "\x28\xb5\x2f\xfd", "zstd", true, 0 },
    { { "zstd" }, "\x28\xb5\x2f", "", false, 0 },
    { { "" }, "\x78\x9c", "deflate", false, 0 },
    { { "" }, "\x78\x01", "deflate", false, 0 },
    { { "" }, "\x78\x02", "", false, 0 },
    { { "" }, "\x78", "", false, 0 },
    { { "deflate" }, "\x78\x9c", "deflate", false, 0 },
    { { "Deflate" }, "\xab\x56", "Deflate", false, 0 },
    { { "deflate" }, " {}", "", false, 0 },
    { { "br" }, "\x8b\x02", "br", false, 0 },
    { { "br" }, "{}", "", false, 0 },
    { { "br" }, "", "br", false, 0 },
    { { "lzma" }, "\x8b\x02", "", false, 0 },
    /* several */
    { { "gzip, br" }, "\x8b\x02", "br", false, 1 },
    { { "br, gzip" }, "\x1f\x8b\x08", "gzip", true, 1 },
    { { "br", "gzip" }, "\x1f\x8b\x08", "gzip", true, 1 },
    { { "br, identity,," }, "\x8b\x02", "br", false, 0 },
    { { "a, b, br, gzip" }, "\x1f\x8b\x08", "gzip", true, 2 },
    /* what is not said is undone first, and what is not so is passed over */
    { { "br" }, "\x1f\x8b\x08", "gzip", true, 1 },
    { { "br, gzip" }, "\x8b\x02", "br", false, 0 },
};

static void what_a_text_is_packed_with_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct header fields[2] = {
            { .name = STR("Content-Encoding"),
              .value = str_of(rows[i].said[0]) },
            { .name = STR("content-encoding"),
              .value = str_of(rows[i].said[1] ? rows[i].said[1] : "") },
        };
        struct headers headers = headers_of(fields, 2);
        struct layers layers = layers_of(&headers);
        struct layer layer = layers_next(&layers, str_of(rows[i].text));

        if (!str_eq(layer.coding, str_of(rows[i].coding)) ||
            layer.sure != rows[i].sure || layers.count != rows[i].left)
            fail_msg("row %zu: " STR_FMT ", %zu left", i, STR_ARG(layer.coding),
                     layers.count);
    }
}

/* ---- what it holds ------------------------------------------------------- */

static void pack(enum directive_encoding encoding, struct str text,
                 struct buf *out)
{
    struct compress *compress = compress_new(encoding);

    buf_init(out, text.len + PACKED_MAX);
    compress_add(compress, text, true, out);
    compress_free(compress);
}

static const enum directive_encoding encodings[] = {
    ENCODING_GZIP, ENCODING_DEFLATE, ENCODING_BR, ENCODING_ZSTD
};

static enum inflate_end undo(enum directive_encoding encoding,
                             struct str packed, struct buf *out)
{
    struct layer layer = { .coding = compress_name(encoding) };

    return layers_undo(&layer, packed, out);
}

static void each_is_undone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(encodings); i++) {
        struct buf packed;
        struct buf out;

        pack(encodings[i], STR(TEXT), &packed);
        buf_init(&out, ROOM);
        if (undo(encodings[i], buf_str(&packed), &out) != INFLATE_WHOLE)
            fail_msg("coding %zu", i);
        unit_assert_str(buf_str(&out), TEXT);
        buf_done(&packed);
        buf_done(&out);
    }
}

static void of_one_that_is_cut_there_is_the_beginning(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(encodings); i++) {
        struct buf packed;
        struct buf out;
        enum inflate_end end;

        pack(encodings[i], STR(TEXT), &packed);
        buf_init(&out, ROOM);
        end = undo(encodings[i], str_sub(buf_str(&packed), 0, packed.len - 1),
                   &out);
        assert_int_equal(end, INFLATE_CUT);
        assert_true(str_starts(STR(TEXT), buf_str(&out)));
        buf_done(&packed);
        buf_done(&out);
    }
}

/* Of many it is known before all of it was unpacked. */
static void a_bomb_is_given_up_at_the_ceiling(void **state)
{
    static char zero[1u << 24];
    struct str zeros = { zero, sizeof(zero) };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(encodings); i++) {
        struct buf packed;
        struct buf out;

        pack(encodings[i], zeros, &packed);
        buf_init(&out, ROOM);
        assert_int_equal(undo(encodings[i], buf_str(&packed), &out),
                         INFLATE_LARGE);
        assert_int_equal(out.len, ROOM);
        buf_done(&packed);
        buf_done(&out);
    }
}

static void what_is_none_gives_little(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, ROOM);
    assert_int_equal(undo(ENCODING_BR, STR("<html>"), &out), INFLATE_CUT);
    assert_int_equal(undo(ENCODING_ZSTD, STR("<html>"), &out), INFLATE_CUT);
    assert_int_equal(undo(ENCODING_BR, STR_EMPTY, &out), INFLATE_CUT);
    assert_true(out.len < 16);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_text_is_packed_with_is_known),
        cmocka_unit_test(each_is_undone),
        cmocka_unit_test(of_one_that_is_cut_there_is_the_beginning),
        cmocka_unit_test(a_bomb_is_given_up_at_the_ceiling),
        cmocka_unit_test(what_is_none_gives_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
