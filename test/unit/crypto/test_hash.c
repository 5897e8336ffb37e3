// SPDX-License-Identifier: MIT
/* SHA-256 and scrypt. */
#include "crypto/hash.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "unit.h"

static const struct {
    struct str text;
    const char *want;
} cases[] = {
    /* FIPS 180-4's examples, and a NUL inside */
    { { "", 0 },
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { { "abc", 3 },
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56 },
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { { "a\0b", 3 },
      "59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138" },
};

static void digests_are_those_of_the_standard(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char digest[HASH_SHA256_LEN];
        char text[2 * HASH_SHA256_LEN + 1];

        hash_sha256(cases[i].text, digest);
        text_hex(digest, sizeof(digest), text);
        assert_string_equal(text, cases[i].want);
    }
}

/* The first eight bytes, as this machine counts. */
static void a_number_stands_for_a_text(void **state)
{
    const unsigned char first[] = { 0xba, 0x78, 0x16, 0xbf,
                                    0x8f, 0x01, 0xcf, 0xea };
    uint64_t want;

    (void)state;
    memcpy(&want, first, sizeof(want));
    assert_true(hash_number(STR("abc")) == want);
    assert_true(hash_number(STR("abd")) != want);
}

/* RFC 7914, section 12: the first half of its fourth line. */
static void the_slow_hash_is_that_of_the_standard(void **state)
{
    unsigned char hash[HASH_SLOW_LEN];
    char text[2 * HASH_SLOW_LEN + 1];

    (void)state;
    hash_slow(STR("pleaseletmein"), STR("SodiumChloride"), hash);
    text_hex(hash, sizeof(hash), text);
    assert_string_equal(text, "7023bdcb3afd7348461c06cd81fd38eb"
                              "fda8fbba904f8e3ea9b543f6545da1f2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_the_standard),
        cmocka_unit_test(a_number_stands_for_a_text),
        cmocka_unit_test(the_slow_hash_is_that_of_the_standard),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
