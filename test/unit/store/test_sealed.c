// SPDX-License-Identifier: MIT
/* The secret members of a document. */
#include "store/sealed.h"

#include <string.h>

#include "unit.h"

#define SECRET "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

#define ALL                                                                    \
    "{\"access_token\":\"canary1\",\"refresh_token\":\"canary2\","             \
    "\"api_key\":\"canary3\",\"code_verifier\":\"canary4\","                   \
    "\"proxy_config\":{\"type\":\"http\",\"password\":\"canary5\"},"           \
    "\"password\":\"plain\",\"note\":\"plain\"}"

static struct seal *seal_of(const char *secret)
{
    struct err err;

    return secret ? seal_new(str_of(secret), &err) : NULL;
}

static struct json_doc *doc_of(const char *text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(str_of(text), &err);

    assert_non_null(doc);
    return doc;
}

static void assert_doc(const struct json_doc *doc, const char *want)
{
    struct buf out;

    buf_init(&out, 10000);
    assert_true(json_doc_write(doc, false, &out));
    unit_assert_str(buf_str(&out), want);
    buf_done(&out);
}

/* `text`, sealed. */
static struct json_doc *sealed_doc(const char *secret, const char *key,
                                   const char *text)
{
    struct json_doc *doc = doc_of(text);
    struct seal *seal = seal_of(secret);
    struct err err;

    assert_true(sealed_close(seal, key, doc, &err));
    seal_free(seal);
    return doc;
}

static bool open_doc(const char *secret, const char *key, struct json_doc *doc,
                     struct err *err)
{
    struct seal *seal = seal_of(secret);
    bool ok = sealed_open(seal, key, doc, err);

    seal_free(seal);
    return ok;
}

static void every_secret_is_sealed_and_nothing_else(void **state)
{
    struct json_doc *doc = sealed_doc(SECRET, "oauth_a", ALL);
    struct buf out;
    struct err err;

    (void)state;
    buf_init(&out, 10000);
    assert_true(json_doc_write(doc, false, &out));
    assert_false(str_contains(buf_str(&out), STR("canary")));
    assert_true(str_contains(buf_str(&out),
                             STR("\"password\":\"plain\",\"note\":\"plain\"")));
    buf_done(&out);
    assert_true(open_doc(SECRET, "oauth_a", doc, &err));
    assert_doc(doc, ALL);
    json_doc_free(doc);
}

/* Not ours to judge: whoever reads them says what is wrong. */
static void members_of_other_types_are_left_alone(void **state)
{
    static const char *const texts[] = {
        "{}",
        "{\"access_token\":7,\"refresh_token\":null,\"api_key\":[\"x\"]}",
        "{\"proxy_config\":\"x\"}",
        "{\"proxy_config\":{\"password\":null}}",
    };
    struct err err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct json_doc *doc = sealed_doc(SECRET, "a", texts[i]);

        assert_doc(doc, texts[i]);
        assert_true(open_doc(NULL, "a", doc, &err));
        json_doc_free(doc);
    }
}

static void without_a_seal_secrets_stay_plain(void **state)
{
    struct json_doc *doc = sealed_doc(NULL, "oauth_a", ALL);
    struct err err;

    (void)state;
    assert_doc(doc, ALL);
    assert_true(open_doc(NULL, "oauth_a", doc, &err));
    assert_true(open_doc(SECRET, "oauth_a", doc, &err));
    assert_doc(doc, ALL);
    json_doc_free(doc);
}

/* Somebody's password may be anything, and must come back. */
static void a_secret_that_looks_sealed_is_sealed_or_refused(void **state)
{
    static const char text[] =
        "{\"proxy_config\":{\"password\":\"sealed:v1:630dcd29:AAAA\"}}";
    struct json_doc *doc = sealed_doc(SECRET, "oauth_a", text);
    struct err err;

    (void)state;
    assert_true(open_doc(SECRET, "oauth_a", doc, &err));
    assert_doc(doc, text);
    assert_false(sealed_close(NULL, "oauth_a", doc, &err));
    assert_int_equal(err.code, ERR_BAD_REQUEST);
    unit_assert_part(err.text, "password begins like a sealed text");
    json_doc_free(doc);
}

static const struct {
    const char *secret;
    const char *key;
    const char *why;
} refusals[] = {
    { NULL, "oauth_a", "RELAY_SECRET is not set" },
    { OTHER, "oauth_a", "another RELAY_SECRET (key 630dcd29)" },
    { SECRET, "oauth_b", "sealed for another place" },
};

static void what_does_not_open_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        struct json_doc *doc = sealed_doc(SECRET, "oauth_a", ALL);
        struct err err;

        assert_false(open_doc(refusals[i].secret, refusals[i].key, doc, &err));
        unit_assert_part(err.text, refusals[i].key);
        unit_assert_part(err.text, ".json, access_token: ");
        unit_assert_part(err.text, refusals[i].why);
        json_doc_free(doc);
    }
}

/* Sealed members exchanged inside one document. */
static void a_seal_belongs_to_its_member(void **state)
{
    struct json_doc *doc = sealed_doc(SECRET, "a", ALL);
    struct str text;
    struct err err;

    (void)state;
    assert_true(json_doc_get_str(doc, "access_token", &text));
    json_doc_set_str(doc, "refresh_token", text);
    assert_false(open_doc(SECRET, "a", doc, &err));
    unit_assert_part(err.text, "refresh_token: it is damaged");
    json_doc_free(doc);
}

static void assert_stale(const char *secret, const struct json_doc *doc,
                         bool want)
{
    struct seal *seal = seal_of(secret);

    assert_int_equal(sealed_is_stale(seal, doc), want);
    seal_free(seal);
}

static void a_document_is_stale_until_it_is_as_the_seal_leaves_it(void **state)
{
    struct json_doc *plain = doc_of("{\"proxy_config\":{\"password\":\"x\"}}");
    struct json_doc *sealed = sealed_doc(SECRET, "a", ALL);
    struct json_doc *none = doc_of("{\"note\":\"x\"}");

    (void)state;
    assert_stale(SECRET, plain, true);
    assert_stale(NULL, plain, false);
    assert_stale(SECRET, sealed, false);
    assert_stale(OTHER, sealed, true);
    assert_stale(NULL, sealed, true);
    assert_stale(SECRET, none, false);
    assert_stale(NULL, none, false);
    json_doc_set_str(sealed, "refresh_token", STR("plain again"));
    assert_stale(SECRET, sealed, true);
    json_doc_free(plain);
    json_doc_free(sealed);
    json_doc_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_secret_is_sealed_and_nothing_else),
        cmocka_unit_test(members_of_other_types_are_left_alone),
        cmocka_unit_test(without_a_seal_secrets_stay_plain),
        cmocka_unit_test(a_secret_that_looks_sealed_is_sealed_or_refused),
        cmocka_unit_test(what_does_not_open_is_named),
        cmocka_unit_test(a_seal_belongs_to_its_member),
        cmocka_unit_test(a_document_is_stale_until_it_is_as_the_seal_leaves_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
