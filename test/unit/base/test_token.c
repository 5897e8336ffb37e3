// SPDX-License-Identifier: MIT
/* Keys and tokens in a text. */
#include "base/macros.h"
#include "base/mem.h"
#include "base/token.h"
#include "unit.h"

#define REST "0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcde"
/* without the last one */
#define LESS "0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcd"

static const struct {
    const char *text;
    bool holds;
} holders[] = {
    { "cr_" REST, true },
    { "Bearer cr_" REST, true },
    { "cr_" REST "more", true },
    { "cr_cr_" REST, true },
    { "x=cr_0123456789&y=cr_" REST ".", true },
    { "/v1/files/cr_" REST "/content", true },
    { "%63r_" REST, true },
    { "c%72%5f" REST, true },
    { "cr_" LESS "%65", true },
    { "%%63r_" REST, true },
    { "%zz%63r_" REST, true },
    { "%2563r_" REST, true },
    { "%252563r%255F" REST, true },
    { "%25cr_" REST "%", true },
    { "%", false },
    { "%6", false },
    { "cr_", false },
    { "", false },
    { REST REST, false },
    { "CR_" REST, false },
    { "cr-" REST, false },
    { "cr_" LESS, false },
    { "cr_" LESS ".", false },
    { "cr_" LESS "%", false },
    { "cr_" LESS "%2e", false },
    { "cr_0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcde", false },
};

static void a_whole_relay_key_is_found_anywhere(void **state)
{
    (void)state;
    assert_int_equal(sizeof(REST) - 1, 43);
    for (size_t i = 0; i < COUNT_OF(holders); i++) {
        if (token_holds_relay_key(str_of(holders[i].text)) !=
                holders[i].holds ||
            token_is_in(str_of(holders[i].text)) != holders[i].holds)
            fail_msg("%s", holders[i].text);
    }
}

static void so_is_the_beginning_of_anthropics(void **state)
{
    (void)state;
    assert_true(token_is_in(STR("x/sk-ant-")));
    assert_true(token_is_in(STR("sk%2Dant-oat")));
    assert_true(token_is_in(STR("%73k-ant%252d")));
    assert_false(token_is_in(STR("sk-an%")));
    assert_false(token_is_in(STR("sk-ant")));
    assert_false(token_holds_relay_key(STR("sk-ant-api03-" REST)));
}

static const struct {
    const char *secret;
    const char *text;
    bool holds;
} secrets[] = {
    { "a-token/of+16=", "a-token/of+16=", true },
    { "a-token/of+16=", "/x/a-token/of+16=/y", true },
    { "a-token/of+16=", "/x/a-token%2fof%2B16%3d", true },
    { "a-token/of+16=", "%2561-token/of+16=", true },
    { "a-token/of+16=", "a-token/of+16", false },
    { "a-token/of+16=", "A-token/of+16=", false },
    { "a-token/of+16=", "%", false },
    { "a-token/of+16=", "", false },
    { "50%41-is-16-long", "x50%41-is-16-long", true },
    { "50%41-is-16-long", "50%2541-is-16-long", true },
    { "ends-with-50%", "/ends-with-50%41", true },
    { "", "x", false },
    { "", "", false },
};

static void a_given_secret_is_found_whatever_its_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(secrets); i++) {
        if (token_holds(str_of(secrets[i].text), str_of(secrets[i].secret)) !=
            secrets[i].holds)
            fail_msg("%s in %s", secrets[i].secret, secrets[i].text);
    }
}

#define MB (1024 * 1024)

/* With the rest looked through at each byte this would take hours. */
static void a_large_text_is_looked_through_once(void **state)
{
    char *text = mem_alloc(8 * MB);
    struct str all = { text, 8 * MB };

    (void)state;
    memset(text, 'c', all.len);
    memcpy(text + all.len - 3, "%20", 3);
    assert_false(token_holds(all, STR("cccccccc-16-long")));
    assert_false(token_holds_relay_key(all));
    assert_false(token_is_in(all));
    memcpy(text + all.len - 18, "cccccccc%2d16-long", 18);
    assert_true(token_holds(all, STR("cccccccc-16-long")));
    memset(text, '%', all.len);
    assert_false(token_holds(all, STR("cccccccc-16-long")));
    assert_false(token_holds_relay_key(all));
    for (size_t i = 1; i < all.len; i++)
        text[i] = i % 2 == 1 ? '2' : '5';
    assert_false(token_holds(all, STR("cccccccc-16-long")));
    assert_false(token_holds_relay_key(all));
    mem_free(text);
}

static void escapes_are_seen_through(void **state)
{
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    token_unescape(&out, STR("a%2Bb%252bc%zz%4"));
    unit_assert_str(buf_str(&out), "a+b+c%zz%4");
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_relay_key_is_found_anywhere),
        cmocka_unit_test(so_is_the_beginning_of_anthropics),
        cmocka_unit_test(escapes_are_seen_through),
        cmocka_unit_test(a_large_text_is_looked_through_once),
        cmocka_unit_test(a_given_secret_is_found_whatever_its_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
