// SPDX-License-Identifier: MIT
/* What people paste, form by form. */
#include "account/oauth.h"

#include <string.h>

#include "base/mem.h"
#include "unit.h"

#define CALLBACK "https://platform.claude.com/oauth/code/callback"
#define ENCODED "https%3A%2F%2Fplatform.claude.com%2Foauth%2Fcode%2Fcallback"

static const struct {
    const char *pasted;
    const char *code;  /* NULL: refused */
    const char *state; /* or, when refused, part of the text */
} cases[] = {
    /* the code alone */
    { "aB-_9", "aB-_9", "" },
    { "  aB-_9\r\n", "aB-_9", "" },
    { "aB-\n  _9", "aB-_9", "" },
    { "aB-_9/", "aB-_9", "" },
    { "aB-_9#", "aB-_9", "" },
    { "aB-_9&utm=x", "aB-_9", "" },
    { "code=aB-_9", "aB-_9", "" },
    /* with its state */
    { "CODE#STATE", "CODE", "STATE" },
    { "CODE # STATE", "CODE", "STATE" },
    { "CO\nDE#ST\r\n  ATE\n", "CODE", "STATE" },
    { "CODE%23STATE", "CODE", "STATE" },
    { "CODE#STATE&x=y", "CODE", "STATE" },
    { "CODE#STATE/", "CODE", "STATE" },
    { "CODE#STATE#x", "CODE", "STATE" },
    { "CODE&state=STATE", "CODE", "STATE" },
    { "code=CODE&state=STATE", "CODE", "STATE" },
    { "?state=STATE&code=CODE", "CODE", "STATE" },
    /* quotes */
    { "\"CODE#STATE\"", "CODE", "STATE" },
    { "'CODE#STATE'", "CODE", "STATE" },
    { "`CODE#STATE`", "CODE", "STATE" },
    { "```\nCODE#STATE\n```", "CODE", "STATE" },
    { "<CODE#STATE>", "CODE", "STATE" },
    { "\xe2\x80\x9c"
      "CODE#STATE\xe2\x80\x9d",
      "CODE", "STATE" },
    { "\xe2\x80\x9e"
      "CODE#STATE\xe2\x80\x9c",
      "CODE", "STATE" },
    { "\xe2\x80\x98"
      "CODE#STATE\xe2\x80\x99",
      "CODE", "STATE" },
    { "\xe2\x80\xb9"
      "CODE#STATE\xe2\x80\xba",
      "CODE", "STATE" },
    { "\xc2\xab\xc2\xa0"
      "CODE#STATE\xc2\xa0\xc2\xbb",
      "CODE", "STATE" },
    { "\xe3\x80\x8c"
      "CODE#STATE\xe3\x80\x8d",
      "CODE", "STATE" },
    { "\xe3\x80\x8e"
      "CODE#STATE\xe3\x80\x8f",
      "CODE", "STATE" },
    { "\xef\xbc\x82"
      "CODE#STATE\xef\xbc\x87",
      "CODE", "STATE" },
    /* spaces and marks that are not seen */
    { "\xef\xbb\xbf"
      "CODE#STATE",
      "CODE", "STATE" },
    { "CO\xe2\x80\x8b"
      "DE#STATE\xe3\x80\x80",
      "CODE", "STATE" },
    { "CO\xe2\x80\xa8"
      "DE#ST\xc2\xad"
      "ATE\xe2\x81\xa0",
      "CODE", "STATE" },
    { "\tCODE#STATE\v\f", "CODE", "STATE" },
    /* the callback URL */
    { CALLBACK "?code=CODE&state=STATE", "CODE", "STATE" },
    { CALLBACK "?state=STATE&code=CODE", "CODE", "STATE" },
    { CALLBACK "/?code=CODE&state=STATE/", "CODE", "STATE" },
    { CALLBACK "?code=CODE", "CODE", "" },
    { CALLBACK "?code=CODE#STATE", "CODE", "" },
    { CALLBACK "?code=CODE&state=STATE#", "CODE", "STATE" },
    { CALLBACK "?code=CODE&state=STATE#top", "CODE", "STATE" },
    { CALLBACK "#code=CODE&state=STATE", "CODE", "STATE" },
    { CALLBACK "?code=CODE&state=STATE&utm_source=x&y", "CODE", "STATE" },
    { CALLBACK "?code=CODE&amp;state=STATE", "CODE", "STATE" },
    { CALLBACK "?xcode=NO&code=CODE&mystate=NO&state=STATE", "CODE", "STATE" },
    { "http://localhost:1234/callback?code=CODE&state=STATE", "CODE", "STATE" },
    { "HTTPS://platform.claude.com/x?code=CODE&state=STATE", "CODE", "STATE" },
    { "<" CALLBACK "?code=CODE\n  &state=ST\nATE>", "CODE", "STATE" },
    { ENCODED "%3Fcode%3DCODE%26state%3DSTATE", "CODE", "STATE" },
    { ENCODED "%3fcode%3dCO\n  DE%26state%3dSTATE%0A", "CODE", "STATE" },
    { ENCODED "%3Fcode%3DCODE%2\n6state%3DSTATE", "CODE", "STATE" },
    /* no code */
    { "", NULL, "holds no code" },
    { " \n\t", NULL, "holds no code" },
    { "\"\"", NULL, "holds no code" },
    { "#STATE", NULL, "holds no code" },
    { "/", NULL, "holds no code" },
    { "&state=STATE", NULL, "holds no code" },
    { "state=STATE", NULL, "holds no code" },
    { CALLBACK, NULL, "holds no code" },
    { CALLBACK "?state=STATE", NULL, "holds no code" },
    { CALLBACK "?code=&state=STATE", NULL, "holds no code" },
    { ENCODED, NULL, "holds no code" },
    /* no such characters: never cut short in silence */
    { "CO.DE", NULL, "holds no code" },
    { "CODE/x", NULL, "holds no code" },
    { "../../x", NULL, "holds no code" },
    { "CODE#ST.ATE", NULL, "holds no code" },
    { "CODE%2", NULL, "holds no code" },
    { "CODE%2Fx#STATE", NULL, "holds no code" },
    { "CO\xe2\x80\x94"
      "DE",
      NULL, "holds no code" },
    { "CO\xe2\x80\x93"
      "DE#STATE",
      NULL, "holds no code" },
    { "K\xc3\xb6nig", NULL, "holds no code" },
    { "CO\xff"
      "DE",
      NULL, "holds no code" },
    { CALLBACK "?code=CO.DE&state=STATE", NULL, "holds no code" },
    { CALLBACK "?code=CODE&state=ST/ATE", NULL, "holds no code" },
    { "{\"code\":\"CODE\"}", NULL, "holds no code" },
    /* something else of the same page */
    { CALLBACK "?error=access_denied&state=STATE", NULL, "(access_denied)" },
    { CALLBACK "?state=STATE&error=access_denied&error_description=No+way",
      NULL, "allow access" },
    { CALLBACK "#error=server_error", NULL, "(server_error)" },
    { ENCODED "%3Ferror%3Daccess_denied", NULL, "(access_denied)" },
    { "error=access_denied", NULL, "(access_denied)" },
    { CALLBACK "?error=a.b", NULL, "(not shown)" },
    { "https://claude.com/cai/oauth/authorize?code=true&client_id=x"
      "&code_challenge=y&state=STATE",
      NULL, "the sign-in link itself" },
};

static bool parse(struct arena *arena, const char *pasted,
                  struct oauth_paste *paste, struct err *err)
{
    /* An array of its own size: a sanitizer sees who reads behind it. */
    size_t len = strlen(pasted);
    char *copy = mem_alloc(len > 0 ? len : 1);
    bool fine;

    memcpy(copy, pasted, len);
    fine = oauth_parse_paste(arena, (struct str){ copy, len }, paste, err);
    mem_free(copy);
    return fine;
}

static void every_form_is_understood_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena *arena = arena_new();
        struct oauth_paste paste = { STR_EMPTY, STR_EMPTY };
        struct err err;
        bool fine = parse(arena, cases[i].pasted, &paste, &err);

        if (fine != (cases[i].code != NULL))
            fail_msg("case %zu: %s", i, cases[i].pasted);
        if (fine) {
            unit_assert_str(paste.code, cases[i].code);
            unit_assert_str(paste.state, cases[i].state);
        } else {
            assert_int_equal(err.code, ERR_BAD_REQUEST);
            unit_assert_part(err.text, cases[i].state);
        }
        arena_free(arena);
    }
}

static const struct {
    const char *pasted;
    const char *given;
    const char *want; /* NULL: refused */
} state_cases[] = {
    { "CODE", "STATE", "STATE" },
    { "CODE#STATE", "", "STATE" },
    { "CODE#STATE", "STATE", "STATE" },
    { "CODE#STATE", " STATE\t", "STATE" },
    { CALLBACK "?code=CODE&state=STATE", "STATE", "STATE" },
    { "CODE#STATE", "OTHER", NULL },
    { "CODE#STATE", "state", NULL },
    { "CODE#STAT", "STATE", NULL },
    { CALLBACK "?code=CODE&state=STATE", "OTHER", NULL },
};

static void the_pasted_state_must_be_the_given_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(state_cases); i++) {
        struct arena *arena = arena_new();
        struct oauth_paste paste = { .code = STR_EMPTY,
                                     .state = str_of(state_cases[i].given) };
        struct err err;
        bool fine = parse(arena, state_cases[i].pasted, &paste, &err);

        if (fine != (state_cases[i].want != NULL))
            fail_msg("case %zu", i);
        if (fine)
            unit_assert_str(paste.state, state_cases[i].want);
        else
            unit_assert_part(err.text, "belongs to another");
        arena_free(arena);
    }
}

static void a_refusal_repeats_nothing_of_the_paste(void **state)
{
    static const char *const pastes[] = { "CANARY.x", "CANARY#CANARY.x",
                                          "CANARY#CANARY",
                                          CALLBACK "?error=CANARY.x" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(pastes); i++) {
        struct arena *arena = arena_new();
        struct oauth_paste paste = { STR_EMPTY, STR("OTHER") };
        struct err err;

        assert_false(parse(arena, pastes[i], &paste, &err));
        assert_null(strstr(err.text, "CANARY"));
        arena_free(arena);
    }
}

static void a_huge_paste_is_refused(void **state)
{
    size_t len = 1 << 20;
    char *text = mem_alloc(len);
    struct arena *arena = arena_new();
    struct oauth_paste paste = { STR_EMPTY, STR_EMPTY };
    struct err err;

    (void)state;
    memset(text, 'a', len);
    assert_false(
        oauth_parse_paste(arena, (struct str){ text, len }, &paste, &err));
    unit_assert_part(err.text, "too long");
    arena_free(arena);
    mem_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_understood_or_refused),
        cmocka_unit_test(the_pasted_state_must_be_the_given_one),
        cmocka_unit_test(a_refusal_repeats_nothing_of_the_paste),
        cmocka_unit_test(a_huge_paste_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
