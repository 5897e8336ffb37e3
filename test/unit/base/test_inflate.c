// SPDX-License-Identifier: MIT
/* Compressed texts. */
#include "base/inflate.h"

#include <zlib.h>

#include "unit.h"

#define TEXT "{\"access_token\":\"A\",\"refresh_token\":\"R\"}"
#define BITS_ZLIB 15
#define BITS_GZIP (15 + 16)
#define BITS_BARE (-15)

static void pack(int bits, struct str text, struct buf *out)
{
    z_stream zlib = { .next_in = (Bytef *)(uintptr_t)text.at,
                      .avail_in = (uInt)text.len };

    assert_int_equal(deflateInit2(&zlib, 9, Z_DEFLATED, bits, 8,
                                  Z_DEFAULT_STRATEGY),
                     Z_OK);
    zlib.next_out = (Bytef *)buf_room(out, 8192);
    zlib.avail_out = 8192;
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    buf_grow(out, 8192 - zlib.avail_out);
    (void)deflateEnd(&zlib);
}

static void assert_unpacks(struct str packed, enum inflate_end end,
                           const char *want)
{
    struct buf out;

    buf_init_secret(&out, 2 * sizeof(TEXT));
    assert_int_equal(inflate_text(packed, &out), end);
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
}

static void each_format_is_found_out(void **state)
{
    static const int formats[] = { BITS_ZLIB, BITS_GZIP, BITS_BARE };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        struct buf packed;

        buf_init(&packed, 65536);
        pack(formats[i], STR(TEXT), &packed);
        assert_int_equal(inflate_is_gzip(buf_str(&packed)),
                         formats[i] == BITS_GZIP);
        assert_unpacks(buf_str(&packed), INFLATE_WHOLE, TEXT);
        buf_done(&packed);
    }
    assert_false(inflate_is_gzip(STR("")));
    assert_false(inflate_is_gzip(STR(TEXT)));
}

static void members_of_gzip_follow_each_other(void **state)
{
    struct buf packed;

    (void)state;
    buf_init(&packed, 65536);
    pack(BITS_GZIP, STR("one "), &packed);
    pack(BITS_GZIP, STR("two"), &packed);
    buf_add(&packed, STR("rubbish"));
    assert_unpacks(buf_str(&packed), INFLATE_WHOLE, "one two");
    buf_done(&packed);
}

static void what_came_before_the_damage_is_kept(void **state)
{
    struct buf packed;
    struct str whole;

    (void)state;
    buf_init(&packed, 65536);
    pack(BITS_GZIP, STR(TEXT), &packed);
    whole = buf_str(&packed);
    /* without its checksum */
    assert_unpacks(str_sub(whole, 0, whole.len - 8), INFLATE_CUT, TEXT);
    assert_unpacks(str_sub(whole, 0, 3), INFLATE_CUT, "");
    packed.mem[packed.start + packed.len - 8] ^= 1;
    assert_unpacks(whole, INFLATE_CUT, TEXT);
    assert_unpacks(STR(""), INFLATE_CUT, "");
    assert_unpacks(STR("\x1f\x8b no gzip"), INFLATE_CUT, "");
    buf_done(&packed);
}

/* A few bytes may hold gigabytes. */
static void no_more_than_there_is_room_for_comes_out(void **state)
{
    char bomb[1024 * 1024] = { 0 };
    struct buf packed;
    struct buf out;

    (void)state;
    buf_init(&packed, 65536);
    pack(BITS_GZIP, (struct str){ bomb, sizeof(bomb) }, &packed);
    assert_true(packed.len < 2048);
    buf_init(&out, sizeof(bomb) - 1);
    assert_int_equal(inflate_text(buf_str(&packed), &out), INFLATE_LARGE);
    assert_int_equal(out.len, sizeof(bomb) - 1);
    buf_done(&out);
    buf_init(&out, sizeof(bomb));
    assert_int_equal(inflate_text(buf_str(&packed), &out), INFLATE_WHOLE);
    assert_int_equal(out.len, sizeof(bomb));
    buf_done(&out);
    buf_done(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_format_is_found_out),
        cmocka_unit_test(members_of_gzip_follow_each_other),
        cmocka_unit_test(what_came_before_the_damage_is_kept),
        cmocka_unit_test(no_more_than_there_is_room_for_comes_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
