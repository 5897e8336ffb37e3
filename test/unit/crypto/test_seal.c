// SPDX-License-Identifier: MIT
/* Sealing secrets at rest. */
#include "crypto/seal.h"

#include <string.h>

#include "base/mem.h"
#include "unit.h"

/* 32 bytes: 0 to 31, and 32 zeros. */
#define SECRET "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
/* From sha256sum. */
#define SECRET_ID "630dcd29"
#define OTHER_ID "66687aad"

static struct seal *make(const char *secret)
{
    struct err err;
    struct seal *seal = seal_new(str_of(secret), &err);

    assert_non_null(seal);
    return seal;
}

/* Freed with mem_free(). */
static char *close_text(const char *secret, struct str label, struct str clear)
{
    struct seal *seal = make(secret);
    struct buf out;
    char *text;

    buf_init(&out, clear.len * 4 / 3 + SEAL_OVERHEAD);
    seal_close(seal, label, clear, &out);
    text = mem_strndup(buf_str(&out).at, out.len);
    buf_done(&out);
    seal_free(seal);
    return text;
}

static bool open_text(const char *secret, struct str label, struct str text,
                      struct buf *clear, struct err *err)
{
    struct seal *seal = make(secret);
    bool ok = seal_open(seal, label, text, clear, err);

    seal_free(seal);
    return ok;
}

static void assert_refused(const char *secret, struct str label,
                           struct str text, const char *why)
{
    struct buf clear;
    struct err err;

    buf_init_secret(&clear, 1000);
    buf_add(&clear, STR("before"));
    assert_false(open_text(secret, label, text, &clear, &err));
    unit_assert_part(err.text, why);
    unit_assert_str(buf_str(&clear), "before");
    buf_done(&clear);
}

/* ---- the secret --------------------------------------------------------- */

static void a_secret_is_32_bytes_in_base64(void **state)
{
    static const char *const wrong[] = {
        "",
        "secret",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",  /* 31 bytes */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",  /* 33 bytes */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ", /* a space */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_=",
        "0001020304050607080910111213141516171819202122232425262728293031",
    };
    struct err err;

    (void)state;
    seal_free(make(OTHER));
    seal_free(make("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        assert_null(seal_new(str_of(wrong[i]), &err));
        assert_int_equal(err.code, ERR_CONFIG);
        unit_assert_part(err.text, "claude-relay secret new");
        assert_true(!*wrong[i] || !strstr(err.text, wrong[i]) || i == 1);
    }
    seal_free(NULL);
}

/* ---- closing and opening ------------------------------------------------ */

static void what_was_sealed_opens(void **state)
{
    static const struct str texts[] = { { "", 0 },
                                        { "x", 1 },
                                        { "ab", 2 },
                                        { "p@ss/w#rd:%20\0\xff", 15 },
                                        { "sealed:v1:", 10 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        char *text = close_text(SECRET, STR("a/b"), texts[i]);
        struct buf clear;
        struct err err;

        buf_init_secret(&clear, 100);
        buf_add(&clear, STR("in front "));
        assert_true(open_text(SECRET, STR("a/b"), str_of(text), &clear, &err));
        buf_consume(&clear, 9);
        assert_true(str_eq(buf_str(&clear), texts[i]));
        buf_done(&clear);
        mem_free(text);
    }
}

static void a_random_one_opens_only_its_own(void **state)
{
    struct seal *seal = seal_new_random();
    struct seal *other = seal_new_random();
    struct buf sealed;
    struct buf clear;
    struct err err;

    (void)state;
    buf_init(&sealed, 200);
    buf_init_secret(&clear, 100);
    seal_close(seal, STR("a"), STR("x"), &sealed);
    assert_true(seal_open(seal, STR("a"), buf_str(&sealed), &clear, &err));
    unit_assert_str(buf_str(&clear), "x");
    assert_false(seal_open(other, STR("a"), buf_str(&sealed), &clear, &err));
    buf_done(&clear);
    buf_done(&sealed);
    seal_free(other);
    seal_free(seal);
}

static void the_form_is_the_documented_one(void **state)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
                                 "stuvwxyz0123456789-_";
    char *text = close_text(SECRET, STR("l"), STR("canary"));
    struct str sealed = str_of(text);
    struct str body = str_from(sealed, 19);

    (void)state;
    unit_assert_str(str_sub(sealed, 0, 19), "sealed:v1:" SECRET_ID ":");
    /* 12 + 6 + 16 bytes */
    assert_int_equal(body.len, 46);
    assert_int_equal(strspn(body.at, digits), 46);
    assert_false(str_contains(sealed, STR("canary")));
    mem_free(text);
}

/* Made with another program: Node's crypto, nonce 0 to 11. */
static void a_text_of_another_program_opens(void **state)
{
    struct buf clear;
    struct err err;

    (void)state;
    buf_init_secret(&clear, 100);
    assert_true(open_text(
        SECRET, STR("oauth_max/access_token"),
        STR("sealed:v1:630dcd29:AAECAwQFBgcICQoLJiKidK6ArAWAGTYc6jB5RrF3e-zKPAU"),
        &clear, &err));
    unit_assert_str(buf_str(&clear), "a token");
    buf_done(&clear);
}

static void the_same_text_is_sealed_differently_each_time(void **state)
{
    char *one = close_text(SECRET, STR("l"), STR("x"));
    char *two = close_text(SECRET, STR("l"), STR("x"));

    (void)state;
    assert_string_not_equal(one, two);
    mem_free(one);
    mem_free(two);
}

/* ---- what does not open ------------------------------------------------- */

static void another_secret_is_told_from_damage(void **state)
{
    char *text = close_text(SECRET, STR("l"), STR("x"));

    (void)state;
    assert_refused(OTHER, STR("l"), str_of(text),
                   "sealed with another RELAY_SECRET (key " SECRET_ID
                   ") than the one that is set (key " OTHER_ID ")");
    mem_free(text);
}

static void every_changed_character_is_noticed(void **state)
{
    char *text = close_text(SECRET, STR("l"), STR("xy"));
    size_t len = strlen(text);

    (void)state;
    for (size_t i = 0; i < len; i++) {
        char was = text[i];
        bool id = i >= 10 && i < 18;

        text[i] = was == 'A' ? 'B' : 'A';
        assert_refused(SECRET, STR("l"), str_of(text),
                       id ? "another RELAY_SECRET" : "damaged");
        text[i] = was;
    }
    for (size_t i = 0; i < len; i++)
        assert_refused(SECRET, STR("l"), (struct str){ text, i }, "damaged");
    mem_free(text);
}

static void a_text_put_elsewhere_does_not_open(void **state)
{
    char *text = close_text(SECRET, STR("oauth_a/access_token"), STR("x"));

    (void)state;
    assert_refused(SECRET, STR("oauth_b/access_token"), str_of(text),
                   "sealed for another place");
    assert_refused(SECRET, STR("oauth_a/refresh_token"), str_of(text),
                   "sealed for another place");
    mem_free(text);
}

static void without_a_secret_nothing_opens(void **state)
{
    struct buf clear;
    struct err err;

    (void)state;
    buf_init_secret(&clear, 100);
    assert_false(seal_open(NULL, STR("l"), STR("sealed:v1:0badc0de:AAAA"),
                           &clear, &err));
    unit_assert_part(err.text, "RELAY_SECRET is not set");
    buf_done(&clear);
}

static void sealed_texts_are_told_from_others(void **state)
{
    struct seal *seal = make(SECRET);
    char *text = close_text(SECRET, STR("l"), STR("x"));
    char *other = close_text(OTHER, STR("l"), STR("x"));

    (void)state;
    assert_true(seal_is_sealed(str_of(text)));
    assert_true(seal_is_sealed(str_of(other)));
    assert_false(seal_is_sealed(STR("sk-ant-oat01-x")));
    assert_false(seal_is_sealed(STR("sealed")));
    assert_false(seal_is_sealed(STR_EMPTY));
    assert_true(seal_is_ours(seal, str_of(text)));
    assert_false(seal_is_ours(seal, str_of(other)));
    assert_false(seal_is_ours(NULL, str_of(text)));
    assert_false(seal_is_ours(seal, STR("sealed:v1:" SECRET_ID ":")));
    assert_false(seal_is_ours(seal, STR("sealed:v1:" SECRET_ID "0AAAA")));
    assert_false(seal_is_ours(seal, STR("sk-ant-oat01-x")));
    mem_free(text);
    mem_free(other);
    seal_free(seal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_32_bytes_in_base64),
        cmocka_unit_test(what_was_sealed_opens),
        cmocka_unit_test(a_random_one_opens_only_its_own),
        cmocka_unit_test(the_form_is_the_documented_one),
        cmocka_unit_test(a_text_of_another_program_opens),
        cmocka_unit_test(the_same_text_is_sealed_differently_each_time),
        cmocka_unit_test(another_secret_is_told_from_damage),
        cmocka_unit_test(every_changed_character_is_noticed),
        cmocka_unit_test(a_text_put_elsewhere_does_not_open),
        cmocka_unit_test(without_a_secret_nothing_opens),
        cmocka_unit_test(sealed_texts_are_told_from_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
