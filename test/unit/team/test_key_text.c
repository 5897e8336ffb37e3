// SPDX-License-Identifier: MIT
/* The texts of keys. */
#include "team/key_text.h"

#include <string.h>

#include "unit.h"

static void a_text_has_the_documented_form(void **state)
{
    struct key_text kept;
    struct secret *secret = key_text_new(5000, &kept);
    struct str text = secret_reveal(secret);
    unsigned char hash[HASH_SHA256_LEN];

    (void)state;
    assert_int_equal(text.len, KEY_TEXT_LEN);
    assert_true(key_text_is_valid(text));
    assert_true(str_starts(text, str_of(kept.prefix)));
    assert_int_equal(strlen(kept.prefix), KEY_PREFIX_LEN);
    assert_true(str_eq(str_from(text, KEY_TEXT_LEN - 4), str_of(kept.last)));
    hash_sha256(text, hash);
    assert_memory_equal(hash, kept.hash, sizeof(hash));
    assert_int_equal(kept.created_ms, 5000);
    assert_true(kept.expires_ms == KEY_NEVER);
    secret_unref(secret);
}

static void no_two_are_alike(void **state)
{
    struct key_text a;
    struct key_text b;
    struct secret *first = key_text_new(1, &a);
    struct secret *second = key_text_new(1, &b);

    (void)state;
    assert_memory_not_equal(a.hash, b.hash, sizeof(a.hash));
    secret_unref(first);
    secret_unref(second);
}

static const struct {
    const char *text;
    bool valid;
} cases[] = {
    { "cr_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true },
    { "cr_-_AZ09aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true },
    { "cr_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
    { "cr_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
    { "CR_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
    { "cr_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=", false },
    { "cr_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ", false },
    { " cr_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
    { "sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
    { "cr_", false },
    { "", false },
};

static void other_forms_are_no_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (key_text_is_valid(str_of(cases[i].text)) != cases[i].valid)
            fail_msg("%s", cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_has_the_documented_form),
        cmocka_unit_test(no_two_are_alike),
        cmocka_unit_test(other_forms_are_no_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
