// SPDX-License-Identifier: MIT
/* Who may pass, and the words for who may not. */
#include "sim/credential.h"

#include "unit.h"

#define KEY "x-api-key"
#define AUTH "authorization"
#define BETA "anthropic-beta"
#define FLAG "oauth-2025-04-20"

static const struct {
    const char *headers[6]; /* names and values */
    bool oauth_only;
    unsigned status;
    const char *text;
} cases[] = {
    { { NULL }, false, 401, "x-api-key header is required" },
    { { KEY, "sk-ant-api03-x" }, false, 0, NULL },
    { { KEY, "sk-ant-api03-x" }, true, 401, "OAuth" },
    { { KEY, "sk-ant-api02-x" }, false, 401, "invalid x-api-key" },
    { { KEY, "sk-ant-api03-revoked" }, false, 401, "invalid x-api-key" },
    { { AUTH, "Bearer sk-ant-oat01-x", BETA, FLAG }, false, 0, NULL },
    { { AUTH, "Bearer sk-ant-oat01-x", BETA, FLAG }, true, 0, NULL },
    { { AUTH, "bearer sk-ant-oat01-x", BETA, "a, " FLAG }, false, 0, NULL },
    { { AUTH, "Bearer sk-ant-oat01-x" }, false, 401, "not supported" },
    { { AUTH, "Bearer sk-ant-oat01-x", BETA, "a" },
      false,
      401,
      "not supported" },
    { { AUTH, "Bearer cr_x", BETA, FLAG }, false, 401, "Invalid bearer" },
    { { AUTH, "Bearer sk-ant-oat01-expired", BETA, FLAG },
      false,
      401,
      "OAuth token has expired" },
    { { AUTH, "Bearer sk-ant-oat01-revoked", BETA, FLAG },
      false,
      403,
      "OAuth token has been revoked" },
    { { AUTH, "Basic abc" }, false, 401, "x-api-key header is required" },
    { { AUTH, "Bearer sk-ant-oat01-x", KEY, "sk-ant-api03-x", BETA, FLAG },
      false,
      401,
      "more than one" },
    { { KEY, "sk-ant-api03-x", KEY, "sk-ant-api03-x" },
      false,
      401,
      "more than one" },
};

static void check_case(const struct grants *grants, size_t i)
{
    struct header list[3];
    struct headers headers;
    struct refusal refusal;
    size_t count = 0;

    for (; count < 3 && cases[i].headers[count * 2]; count++) {
        list[count].name = str_of(cases[i].headers[count * 2]);
        list[count].value = str_of(cases[i].headers[count * 2 + 1]);
    }
    headers = headers_of(list, count);
    refusal = credential_refusal(&headers, grants, cases[i].oauth_only);
    if (refusal.status != cases[i].status)
        fail_msg("case %zu: %u", i, refusal.status);
    if (cases[i].text)
        unit_assert_part(refusal.text, cases[i].text);
}

static void credentials_are_let_in_or_refused(void **state)
{
    struct grants grants;

    (void)state;
    grants_init(&grants);
    grants_set(&grants, STR("sk-ant-oat01-expired"), GRANT_EXPIRED);
    grants_set(&grants, STR("sk-ant-oat01-revoked"), GRANT_REVOKED);
    grants_set(&grants, STR("sk-ant-api03-revoked"), GRANT_REVOKED);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_case(&grants, i);
    grants_done(&grants);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credentials_are_let_in_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
