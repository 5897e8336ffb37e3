// SPDX-License-Identifier: MIT
/* Members that say where an account's requests go: what is refused when it is given. */
#include "admin/gateway_members.h"

#include "unit.h"

static const struct {
    const char *body;
    const char *why; /* NULL: fine */
} cases[] = {
    { "{}", NULL },
    { "{\"base_url\":null}", NULL },
    { "{\"base_url\":\"https://gateway.example/base\"}", NULL },
    { "{\"base_url\":\"http://127.0.0.1:3001\"}", NULL },
    { "{\"base_url\":\"http://localhost:3000\"}",
      "host localhost port 3000, which is this relay itself" },
    { "{\"base_url\":\"http://127.9.9.9:3000/x/v1/messages\"}",
      "which is this relay itself" },
    { "{\"base_url\":\"https://[::1]:3000\"}", "which is this relay itself" },
    { "{\"base_url\":\"http://gateway.example\"}", "must be https://" },
    { "{\"base_url\":\"https://a:b@gateway.example\"}", "without user" },
    { "{\"bearer\":\"x\"}", "bearer must be true or false" },
    { "{\"model_map\":{\"a\":\"\"}}", "model_map \"a\"" },
    { "{\"tls_ca\":\"x\"}", "tls_ca must be the absolute path" },
};

static const struct config config = { .host = { "0.0.0.0", 7 }, .port = 3000 };

static void check_all(const struct admin_options *options)
{
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err err = { .text = "" };
        struct json_doc *body = json_doc_parse(str_of(cases[i].body), &err);

        if (gateway_members_check(options, body, &err) != !cases[i].why)
            fail_msg("%s: %s", cases[i].body, err.text);
        if (cases[i].why) {
            assert_int_equal(err.code, ERR_BAD_REQUEST);
            unit_assert_part(err.text, cases[i].why);
        }
        json_doc_free(body);
    }
}

/* Of a command on the folder. */
static void its_settings_are_what_it_knows(void **state)
{
    (void)state;
    check_all(&(struct admin_options){ .config = &config });
}

/* Of a relay; the port may be another one than its settings say. */
static void a_relay_knows_its_addresses(void **state)
{
    const struct config other = { .host = STR("0.0.0.0"), .port = 0 };
    struct admin_facts facts = { .address_count = 0 };

    (void)state;
    admin_facts_add_address(&facts, "10.255.255.1", 3000);
    admin_facts_add_address(&facts, "0.0.0.0", 3000);
    check_all(&(struct admin_options){ .config = &other, .facts = &facts });
}

static void only_what_says_something_is_copied(void **state)
{
    struct err err;
    struct json_doc *body = json_doc_parse(
        STR("{\"name\":\"x\",\"base_url\":\"https://g\",\"bearer\":false,"
            "\"model_map\":null}"),
        &err);
    struct json_doc *doc = json_doc_new_object();

    (void)state;
    gateway_members_copy(doc, body);
    assert_int_equal(json_doc_count(doc), 2);
    assert_non_null(json_doc_get(doc, "base_url"));
    assert_non_null(json_doc_get(doc, "bearer"));
    json_doc_free(doc);
    json_doc_free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_settings_are_what_it_knows),
        cmocka_unit_test(a_relay_knows_its_addresses),
        cmocka_unit_test(only_what_says_something_is_copied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
