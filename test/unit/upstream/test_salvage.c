// SPDX-License-Identifier: MIT
/* Bodies of answers whose head or framing is wrong. */
#include "upstream/salvage.h"

#include "unit.h"

#define ROOM 4096
#define H "HTTP/1.1 200 OK\r\n"

static const struct {
    enum salvage_way way;
    const char *raw;
    const char *body; /* NULL: not that way */
} rows[] = {
    /* heads end with an empty line, however lines end */
    { SALVAGE_REST, H "a: b\r\n\r\n{}", "{}" },
    { SALVAGE_REST, "HTTP/1.1 200 OK\na: b\n\n{}", "{}" },
    { SALVAGE_REST, "HTTP/1.1 200 OK\n\r\n{}", "{}" },
    { SALVAGE_REST, "HTTP/2 200\r\n\r\n{}\r\n\r\n!", "{}\r\n\r\n!" },
    /* without one all of it may be the body */
    { SALVAGE_REST, H "{}", H "{}" },
    { SALVAGE_REST, "{}", "{}" },
    { SALVAGE_REST, "", "" },
    { SALVAGE_REST, "\n", "\n" },
    { SALVAGE_REST, H "\r\n", "" },
    /* interim answers */
    { SALVAGE_REST, "HTTP/1.1 101 Up\r\nx\r\n\r\n" H "\r\n{}", "{}" },
    { SALVAGE_REST, H "\r\n" H "no end", H "no end" },
    /* chunks */
    { SALVAGE_CHUNKS, H "\r\n2\r\n{}\r\n0\r\n\r\n", "{}" },
    { SALVAGE_CHUNKS, H "\r\n1\r\n{\r\nA;x=y\r\n\"a\":12345}\r\n0\r\n\r\n",
      "{\"a\":12345}" },
    { SALVAGE_CHUNKS, H "\r\n1\n{\n1 \n}\n0\n\n", "{}" },
    { SALVAGE_CHUNKS, H "\r\n2\r\n{}\r\nzz\r\n", "{}zz\r\n" },
    { SALVAGE_CHUNKS, H "\r\n9\r\n{}", "{}" },
    { SALVAGE_CHUNKS, H "\r\nffffffff\r\n{}", "{}" },
    { SALVAGE_CHUNKS, H "\r\n{}", NULL },
    { SALVAGE_CHUNKS, H "\r\nQQ\r\n{}", NULL },
    { SALVAGE_CHUNKS, H "\r\n2", NULL },
    { SALVAGE_CHUNKS, H "\r\n123456789\r\n{}", NULL },
    { SALVAGE_CHUNKS, H "\r\nab {}", NULL },
    { SALVAGE_CHUNKS, "", NULL },
    /* gzip, zstd */
    { SALVAGE_PACKED, H "\r\nQQ\r\n\x28\xb5\x2f\xfd z", "\x28\xb5\x2f\xfd z" },
    { SALVAGE_PACKED, H "\r\nQQ\r\n\x1f\x8b zipped", "\x1f\x8b zipped" },
    { SALVAGE_PACKED, H "\r\n\x1f{}", NULL },
    { SALVAGE_PACKED, "", NULL },
};

static void what_lies_behind_a_bad_head_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buf out;
        bool found;

        buf_init(&out, ROOM);
        found = salvage_body(str_of(rows[i].raw), rows[i].way, &out);
        if (found != (rows[i].body != NULL))
            fail_msg("row %zu: %s", i, rows[i].raw);
        if (found)
            unit_assert_str(buf_str(&out), rows[i].body);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_behind_a_bad_head_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
