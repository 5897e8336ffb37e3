// SPDX-License-Identifier: MIT
/* Options that say where an account's requests go. */
#include "app/gateway_arguments.h"

#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit.h"

#define ARGS_MAX 12

static const struct {
    const char *line; /* options and values, separated by spaces */
    const char
        *want; /* the body, and what is to be asked for; NULL: `problem` */
    const char *problem;
} cases[] = {
    { "--url https://g.example/base",
      "{\"base_url\":\"https://g.example/base\"}", NULL },
    { "--url=https://g.example", "{\"base_url\":\"https://g.example\"}", NULL },
    { "--url none", "{\"base_url\":null}", NULL },
    { "--url", NULL, "--url needs a URL" },
    { "--url=", NULL, "--url needs a URL" },
    { "--bearer", "{\"bearer\":true}", NULL },
    { "--bearer on", "{\"bearer\":true}", NULL },
    { "--bearer off", "{\"bearer\":false}", NULL },
    { "--bearer=off", "{\"bearer\":false}", NULL },
    { "--bearer=yes", NULL, "--bearer is on or off" },
    { "--bearer --url none", "{\"bearer\":true,\"base_url\":null}", NULL },
    { "--map claude-sonnet-5=glm-5",
      "{\"model_map\":{\"claude-sonnet-5\":\"glm-5\"}}", NULL },
    { "--map=a=b --map c=d=e --map a=f",
      "{\"model_map\":{\"a\":\"f\",\"c\":\"d=e\"}}", NULL },
    { "--map none", "{\"model_map\":null}", NULL },
    { "--map none --map a=b", NULL, "--map needs two names" },
    { "--map a=b --map none", NULL, "--map needs two names" },
    { "--map a", NULL, "--map needs two names" },
    { "--map a=", NULL, "--map needs two names" },
    { "--map =b", NULL, "--map needs two names" },
    { "--map", NULL, "--map needs two names" },
    { "--tls-ca none", "{\"tls_ca\":null}", NULL },
    { "--tls-ca /not/there.pem", "{\"tls_ca\":\"/not/there.pem\"}", NULL },
    { "--tls-ca", NULL, "--tls-ca needs a PEM file" },
    { "--proxy socks5://127.0.0.1:1080",
      "{\"proxy_config\":{\"type\":\"socks5\",\"host\":\"127.0.0.1\",\"port\":"
      "1080}}",
      NULL },
    { "--proxy=https://p.example:443",
      "{\"proxy_config\":{\"type\":\"https\",\"host\":\"p.example\",\"port\":"
      "443}}",
      NULL },
    { "--proxy none", "{\"proxy_config\":null}", NULL },
    { "--proxy -", "{}ask:proxy", NULL },
    { "--proxy - --proxy none", "{\"proxy_config\":null}", NULL },
    { "--proxy http://u:canary@p.example:1", NULL, "write --proxy -" },
    { "--proxy p.example:1", NULL, "--proxy needs a URL" },
    { "--proxy http://p.example", NULL, "--proxy needs a URL" },
    { "--proxy", NULL, "--proxy needs a URL" },
    { "--api-key -", "{}ask:key", NULL },
    { "--api-key=- --proxy=-", "{}ask:key,proxy", NULL },
    { "--api-key", NULL, "never taken from the command line" },
    { "--api-key=canary", NULL, "never taken from the command line" },
    { "--api-key canary", NULL, "never taken from the command line" },
    { "--api-key - --api-key -", NULL, "once" },
    { "--priority 5", NULL, NULL },
    { "--urls x", NULL, NULL },
    { "-", NULL, NULL },
};

static int split(char *line, char *args[ARGS_MAX])
{
    int count = 0;
    char *rest = NULL;

    for (char *word = strtok_r(line, " ", &rest); word && count < ARGS_MAX;
         word = strtok_r(NULL, " ", &rest))
        args[count++] = word;
    return count;
}

static enum gateway_argument take_all(int count, char **args,
                                      struct gateway_arguments *into,
                                      const char **problem)
{
    enum gateway_argument taken = GATEWAY_ARGUMENT_TAKEN;
    int at = 0;

    while (at < count && taken == GATEWAY_ARGUMENT_TAKEN)
        taken = gateway_arguments_take(count, args, &at, into, problem);
    return taken;
}

static void assert_taken(const struct gateway_arguments *taken,
                         const char *want)
{
    struct buf text;

    buf_init(&text, 4096);
    assert_true(json_doc_write(taken->body, false, &text));
    if (taken->asks_key || taken->asks_proxy)
        buf_printf(&text, "ask:%s%s%s", taken->asks_key ? "key" : "",
                   taken->asks_key && taken->asks_proxy ? "," : "",
                   taken->asks_proxy ? "proxy" : "");
    unit_assert_str(buf_str(&text), want);
    buf_done(&text);
}

static void they_become_members(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct gateway_arguments into = { .body = json_doc_new_object() };
        char *line = mem_strdup(cases[i].line);
        char *args[ARGS_MAX];
        const char *problem = NULL;
        enum gateway_argument taken =
            take_all(split(line, args), args, &into, &problem);
        enum gateway_argument want = cases[i].want      ? GATEWAY_ARGUMENT_TAKEN
                                     : cases[i].problem ? GATEWAY_ARGUMENT_WRONG
                                                        : GATEWAY_ARGUMENT_NONE;

        if (taken != want)
            fail_msg("%s", cases[i].line);
        if (cases[i].want)
            assert_taken(&into, cases[i].want);
        if (cases[i].problem) {
            unit_assert_part(problem, cases[i].problem);
            assert_null(strstr(problem, "canary"));
        }
        mem_free(line);
        json_doc_free(into.body);
    }
}

/* Where the relay runs the same name may be another file. */
static void a_file_is_named_from_the_root(void **state)
{
    char *folder = unit_folder_new();
    struct gateway_arguments into = { .body = json_doc_new_object() };
    char option[] = "--tls-ca";
    char name[] = "ca.pem";
    char *args[] = { option, name };
    const char *problem;
    struct str path;
    int at = 0;

    (void)state;
    unit_write(folder, "ca.pem", "x");
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(gateway_arguments_take(2, args, &at, &into, &problem),
                     GATEWAY_ARGUMENT_TAKEN);
    assert_int_equal(at, 2);
    assert_true(json_doc_get_str(into.body, "tls_ca", &path));
    assert_true(str_starts(path, STR("/")));
    assert_true(str_contains(path, STR("/ca.pem")));
    assert_int_equal(chdir("/"), 0);
    json_doc_free(into.body);
    unit_folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_become_members),
        cmocka_unit_test(a_file_is_named_from_the_root),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
