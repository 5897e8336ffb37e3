// SPDX-License-Identifier: MIT
/* Content codings: who gets one, and what a flush is good for. */
#include "sim/compress.h"

#include <zlib.h>

#include "unit.h"

static void a_coding_is_used_only_if_it_is_offered(void **state)
{
    static const struct {
        const char *offer; /* NULL: no header */
        enum directive_encoding asked;
        bool used;
    } cases[] = {
        { "gzip", ENCODING_GZIP, true },
        { "gzip, deflate, br, zstd", ENCODING_ZSTD, true },
        { "gzip;q=1.0 , BR ; q=0.5", ENCODING_BR, true },
        { "deflate;q=0", ENCODING_DEFLATE, false },
        { "gzip", ENCODING_BR, false },
        { "x-gzip", ENCODING_GZIP, false },
        { "", ENCODING_GZIP, false },
        { NULL, ENCODING_GZIP, false },
        { "gzip", ENCODING_NONE, false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct header header = { STR("Accept-Encoding"),
                                 str_of(cases[i].offer) };
        struct headers headers = headers_of(&header, cases[i].offer ? 1 : 0);
        enum directive_encoding want =
            cases[i].used ? cases[i].asked : ENCODING_NONE;

        if (compress_offered(cases[i].asked, &headers) != want)
            fail_msg("case %zu", i);
    }
}

/* What a client that has received so much can read already. */
static size_t inflate_all(struct str coded, char *out, size_t size)
{
    z_stream zlib = { 0 };

    assert_int_equal(inflateInit2(&zlib, 15 + 32), Z_OK);
    zlib.next_in = (Bytef *)(uintptr_t)coded.at;
    zlib.avail_in = (uInt)coded.len;
    zlib.next_out = (Bytef *)out;
    zlib.avail_out = (uInt)size;
    (void)inflate(&zlib, Z_SYNC_FLUSH);
    assert_int_equal(inflateEnd(&zlib), Z_OK);
    return size - zlib.avail_out;
}

static void check_zlib(enum directive_encoding encoding)
{
    struct compress *compress = compress_new(encoding);
    struct buf coded;
    char text[100];

    buf_init(&coded, 1u << 20);
    compress_add(compress, STR("first event"), false, &coded);
    assert_int_equal(inflate_all(buf_str(&coded), text, sizeof(text)), 11);
    compress_add(compress, STR(", second"), true, &coded);
    unit_assert_str((struct str){ text, inflate_all(buf_str(&coded), text,
                                                    sizeof(text)) },
                    "first event, second");
    buf_done(&coded);
    compress_free(compress);
}

static void every_event_can_be_read_when_it_arrives(void **state)
{
    (void)state;
    check_zlib(ENCODING_GZIP);
    check_zlib(ENCODING_DEFLATE);
}

static void every_coding_flushes_and_ends(void **state)
{
    struct buf coded;

    (void)state;
    buf_init(&coded, 1u << 24);
    for (enum directive_encoding i = ENCODING_GZIP; i <= ENCODING_DEFLATE;
         i++) {
        struct compress *compress = compress_new(i);
        size_t flushed;

        compress_add(compress, STR("text"), false, &coded);
        flushed = coded.len;
        assert_true(flushed > 0);
        compress_add(compress, STR_EMPTY, true, &coded);
        assert_true(coded.len > flushed);
        assert_true(compress_name(i).len > 0);
        compress_free(compress);
        buf_clear(&coded);
    }
    compress_free(NULL);
    buf_done(&coded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_coding_is_used_only_if_it_is_offered),
        cmocka_unit_test(every_event_can_be_read_when_it_arrives),
        cmocka_unit_test(every_coding_flushes_and_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
