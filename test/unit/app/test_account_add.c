// SPDX-License-Identifier: MIT
/* `account add` of keys that are not Anthropic's; test_account_commands.c has those that
   are. */
#include "app/account_add.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "typing.h"

#define URL "--url https://gateway.example/base"

static void assert_file(struct run *run, const char *part)
{
    char *file = unit_read(run->folder, "data/apikey_other.json");

    unit_assert_part(file, part);
    mem_free(file);
}

static void a_key_of_another_gateway_has_any_form(void **state)
{
    struct run *run = *state;

    run->input = "canary.of/theirs==\n";
    run_command(run, "account add other " URL " --bearer --api-key - "
                     "--map claude-sonnet-5=glm-5 --map a=b");
    assert_int_equal(run->status, 0);
    unit_assert_part(run->out, "Account \"other\" added");
    assert_file(run, "\"api_key\": \"canary.of/theirs==\"");
    assert_file(run, "\"base_url\": \"https://gateway.example/base\"");
    assert_file(run, "\"bearer\": true");
    assert_file(run, "\"claude-sonnet-5\": \"glm-5\"");
    run_command(run, "account show other");
    unit_assert_part(run->out,
                     "\"base_url\": \"https://gateway.example/base\"");
    assert_null(strstr(run->out, "canary"));
    run_command(run, "account set other --map none --bearer off");
    assert_int_equal(run->status, 0);
    assert_file(run, "\"bearer\": false");
    run_command(run, "account set other --url none");
    assert_int_equal(run->status, 1);
    unit_assert_part(run->err, "keys of other providers go with a base_url");
    assert_file(run, "\"base_url\": \"https://gateway.example/base\"");
}

/* Of which one line of standard input each is read, whatever their order. */
static void a_key_comes_with_its_proxy(void **state)
{
    struct run *run = *state;

    run->input = "sk-ant-api03-canary\nsocks5h://u:canary%40@127.0.0.1:1080\n";
    run_command(run, "account add other --proxy - --api-key -");
    assert_int_equal(run->status, 0);
    assert_null(strstr(run->err, "canary"));
    assert_file(run, "\"api_key\": \"sk-ant-api03-canary\"");
    assert_file(run, "\"type\": \"socks5\"");
    assert_file(run, "\"username\": \"u\"");
    assert_file(run, "\"password\": \"canary@\"");
    run_command(run, "account set other --proxy http://127.0.0.1:8080");
    assert_int_equal(run->status, 0);
    assert_file(run, "\"port\": 8080");
    run_command(run, "account set other --proxy none");
    run_command(run, "account show other");
    unit_assert_part(run->out, "\"proxy_config\": null");
}

static const struct {
    const char *line;
    const char *input;
    int status;
    const char *err;
} refusals[] = {
    { "account add other --api-key - --url", "canary", 2, "--url needs a URL" },
    { "account add other --api-key - --map x", "canary", 2,
      "--map needs two names" },
    { "account add other " URL, "canary", 2, "needs a name and --api-key -" },
    { "account add other --api-key - --api-key -", "canary", 2,
      "write --api-key -, once" },
    { "account add other --api-key - --tag", "canary", 2, "takes --tag" },
    { "account add other --api-key - --tag a,,b", "sk-ant-api03-canary", 1,
      "tags[1] must be" },
    { "account add other --api-key - --bearer", "canary", 1,
      "keys of other gateways go with --url" },
    { "account add other --api-key - " URL, "two canaries", 1,
      "that is not a key" },
    { "account add other --api-key - " URL, "sk-ant-oat01-canary", 1,
      "that is not a key" },
    { "account add other --api-key - --url http://gateway.example", "canary", 1,
      "must be https://" },
    { "account add other --api-key - --url https://u:canary@gateway.example",
      "canary", 1, "without user" },
    { "account add other --api-key - --url http://127.0.0.1:3000/x", "canary",
      1, "which is this relay itself" },
    { "account add other --api-key - " URL " --tls-ca /no/ca.pem", "canary", 1,
      "tls_ca=\"/no/ca.pem\": must be a PEM file: No such file" },
    { "account add other --api-key - " URL " --map a=", "canary", 2,
      "--map needs two names" },
    { "account add other --proxy http://u:canary@p.example:1 --api-key -",
      "canary", 2, "write --proxy -" },
    { "account add other --api-key - --proxy -", "sk-ant-api03-x\n", 1,
      "no proxy URL was entered" },
    { "account add other --api-key - --proxy -",
      "sk-ant-api03-x\nhttp://u:canary%@p.example:1\n", 1, "%25" },
    { "account set other --bearer=maybe", NULL, 2, "--bearer is on or off" },
};

static void what_cannot_be_is_refused(void **state)
{
    struct run *run = *state;

    run_begin_folder(run, "data");
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        run->input = refusals[i].input;
        run_command(run, refusals[i].line);
        if (run->status != refusals[i].status)
            fail_msg("\"%s\" gave %d: %s", refusals[i].line, run->status,
                     run->err);
        unit_assert_part(run->err, refusals[i].err);
        assert_null(strstr(run->err, "canar"));
        assert_string_equal(run->out, "");
    }
    assert_int_not_equal(
        access(unit_path(run->folder, "data/apikey_other.json"), F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_key_of_another_gateway_has_any_form,
                                        run_open, run_close),
        cmocka_unit_test_setup_teardown(a_key_comes_with_its_proxy, run_open,
                                        run_close),
        cmocka_unit_test_setup_teardown(what_cannot_be_is_refused, run_open,
                                        run_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
