// SPDX-License-Identifier: MIT
/* Base64. */
#include "base/base64.h"

#include <string.h>

#include "unit.h"

static const struct {
    struct str bytes;
    const char *standard;
    const char *for_urls;
} pairs[] = {
    /* RFC 4648, section 10 */
    { { "", 0 }, "", "" },
    { { "f", 1 }, "Zg==", "Zg" },
    { { "fo", 2 }, "Zm8=", "Zm8" },
    { { "foo", 3 }, "Zm9v", "Zm9v" },
    { { "foob", 4 }, "Zm9vYg==", "Zm9vYg" },
    { { "fooba", 5 }, "Zm9vYmE=", "Zm9vYmE" },
    { { "foobar", 6 }, "Zm9vYmFy", "Zm9vYmFy" },
    { { "\xff\xef\xbe\0", 4 }, "/+++AA==", "_---AA" },
    { { "\xff\xff\xff", 3 }, "////", "____" },
};

static void texts_are_those_of_the_standard(void **state)
{
    struct buf out;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        buf_init(&out, 100);
        base64_encode(&out, pairs[i].bytes.at, pairs[i].bytes.len);
        unit_assert_str(buf_str(&out), pairs[i].standard);
        buf_clear(&out);
        base64url_encode(&out, pairs[i].bytes.at, pairs[i].bytes.len);
        unit_assert_str(buf_str(&out), pairs[i].for_urls);
        buf_done(&out);
    }
}

static void assert_decodes(bool (*decode)(struct buf *, struct str),
                           const char *text, struct str want)
{
    struct buf out;

    buf_init(&out, 100);
    buf_add(&out, STR("before "));
    assert_true(decode(&out, str_of(text)));
    buf_consume(&out, 7);
    assert_true(str_eq(buf_str(&out), want));
    buf_done(&out);
}

static void what_was_encoded_is_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        char bare[16] = "";

        memcpy(bare, pairs[i].standard, strcspn(pairs[i].standard, "="));
        assert_decodes(base64_decode, pairs[i].standard, pairs[i].bytes);
        assert_decodes(base64_decode, bare, pairs[i].bytes);
        assert_decodes(base64url_decode, pairs[i].for_urls, pairs[i].bytes);
    }
}

static void every_byte_survives(void **state)
{
    unsigned char bytes[256];
    struct buf text;
    struct buf back;

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)i;
    for (size_t len = 0; len <= sizeof(bytes); len++) {
        buf_init(&text, 400);
        buf_init(&back, 256);
        base64url_encode(&text, bytes, len);
        assert_true(base64url_decode(&back, buf_str(&text)));
        assert_int_equal(back.len, len);
        assert_memory_equal(buf_str(&back).at, bytes, len);
        buf_done(&text);
        buf_done(&back);
    }
}

static const struct {
    const char *text;
    bool standard;
    bool for_urls;
} foreign[] = {
    { "+/+/", true, false },      { "-_-_", false, true },
    { "Zg==", true, false },      { "Zm8=", true, false },
    { "A", false, false },        { "AAAAA", false, false },
    { "Zh", false, false }, /* bits left over */
    { "Zm9", false, false },      { "Zh==", false, false },
    { "Z===", false, false },     { "====", false, false },
    { "=", false, false },        { "Zg=", false, false },
    { "Zg===", false, false },    { "Zm8==", false, false },
    { "Zg==Zg==", false, false }, { "Z=g=", false, false },
    { "Zm 9", false, false },     { "Zm9v\n", false, false },
    { " Zm9", false, false },     { "Zm9\xc3", false, false },
};

static void what_is_malformed_is_refused(void **state)
{
    struct buf out;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(foreign); i++) {
        struct str text = str_of(foreign[i].text);
        bool standard;
        bool for_urls;

        buf_init(&out, 100);
        standard = base64_decode(&out, text);
        buf_clear(&out);
        for_urls = base64url_decode(&out, text);
        if (standard != foreign[i].standard || for_urls != foreign[i].for_urls)
            fail_msg("\"%s\"", foreign[i].text);
        buf_done(&out);
    }
    buf_init(&out, 100);
    assert_false(base64_decode(&out, STR("Zm\0v")));
    buf_done(&out);
}

static void nothing_is_the_empty_text(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 2);
    assert_true(base64_decode(&out, STR_EMPTY));
    assert_true(base64url_decode(&out, STR_EMPTY));
    assert_int_equal(out.len, 0);
    buf_done(&out);
}

static void the_ceiling_is_kept(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 2);
    assert_true(base64_decode(&out, STR("Zm8=")));
    assert_false(base64_decode(&out, STR("Zg")));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_those_of_the_standard),
        cmocka_unit_test(what_was_encoded_is_decoded),
        cmocka_unit_test(every_byte_survives),
        cmocka_unit_test(what_is_malformed_is_refused),
        cmocka_unit_test(nothing_is_the_empty_text),
        cmocka_unit_test(the_ceiling_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
