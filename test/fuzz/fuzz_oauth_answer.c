// SPDX-License-Identifier: MIT
/* The token endpoint's answers: any bytes, alone and around tokens.
   What must hold: a patch can be written down and read again; what a JSON library
   finds is found; tokens come through whatever stands before or behind them, and
   whether it is packed or not. */
#include <stdio.h>
#include <stdlib.h>

#include "account/oauth.h"
#include "base/inflate.h"
#include "base/mem.h"
#include "upstream/salvage.h"

#define TEXT_MAX (1024u * 1024)
#define NOW_MS 784111777000u
#define TOKENS                                                                 \
    "\"access_token\":\"sk-ant-oat01-A\",\"refresh_token\":\"sk-ant-ort01-R\""

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(claim) ((claim) ? (void)0 : must_failed(#claim, __LINE__))

static void must_failed(const char *claim, int line)
{
    (void)dprintf(2, "fuzz_oauth_answer.c:%d: does not hold: %s\n", line,
                  claim);
    abort();
}

static bool is_token(const struct json_doc *doc, const char *name,
                     struct str *token)
{
    if (!json_doc_get_str(doc, name, token))
        return false;
    for (size_t i = 0; i < token->len; i++) {
        if (token->at[i] <= ' ' || token->at[i] > '~')
            return false;
    }
    return token->len > 0 && token->len <= 32768;
}

/* What is saved is what is read again. */
static void check_patch(const struct json_doc *patch)
{
    struct json_doc *again;
    struct buf written;
    struct str token;
    struct err err;

    buf_init(&written, TEXT_MAX);
    MUST(json_doc_write(patch, true, &written));
    again = json_doc_parse(buf_str(&written), &err);
    MUST(again);
    MUST(is_token(again, "access_token", &token));
    MUST(json_doc_get_str(again, "expires_at", &token));
    json_doc_free(again);
    buf_done(&written);
}

static struct renewal_answer judge(unsigned status, struct str body)
{
    static const struct headers none;
    struct renewal_answer answer = oauth_judge(status, &none, body, NOW_MS);

    MUST((answer.patch != NULL) == (answer.verdict == RENEWAL_GRANTED));
    MUST((oauth_look(status, body) == FETCH_WORTHLESS) == !answer.patch);
    if (answer.patch)
        check_patch(answer.patch);
    return answer;
}

static void must_give(struct str body, struct str access)
{
    struct renewal_answer answer = judge(200, body);
    struct str got;

    MUST(answer.verdict == RENEWAL_GRANTED);
    MUST(json_doc_get_str(answer.patch, "access_token", &got));
    MUST(str_eq(got, access));
    json_doc_free(answer.patch);
}

/* A JSON library and this reader agree about valid objects whose names are written
   without escapes. */
static void compare(struct str text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(text, &err);
    struct str token;

    if (doc && json_doc_is_object(doc) &&
        is_token(doc, "access_token", &token) &&
        !str_contains(text, STR("\\u00")))
        must_give(text, token);
    json_doc_free(doc);
}

/* Names of members that the rubbish must not hold. */
static bool is_neutral(struct str text)
{
    return !str_contains(text, STR("_token"));
}

static void surround(struct str rubbish)
{
    struct buf text;

    buf_init(&text, TEXT_MAX);
    buf_add(&text, STR("{\"x\":"));
    buf_add(&text, rubbish);
    buf_add(&text, STR("," TOKENS "}"));
    must_give(buf_str(&text), STR("sk-ant-oat01-A"));
    buf_clear(&text);
    buf_add(&text, STR("{" TOKENS ",\"x\":"));
    buf_add(&text, rubbish);
    must_give(buf_str(&text), STR("sk-ant-oat01-A"));
    buf_done(&text);
}

static void unpack(struct str packed)
{
    struct buf plain;

    buf_init_secret(&plain, TEXT_MAX);
    (void)inflate_text(packed, &plain);
    json_doc_free(judge(200, buf_str(&plain)).patch);
    buf_done(&plain);
}

/* The same bytes with a head that nobody understood, or without one. */
static void save(struct str raw)
{
    for (unsigned way = 0; way < SALVAGE_WAYS; way++) {
        struct buf text;

        buf_init_secret(&text, raw.len);
        if (salvage_body(raw, (enum salvage_way)way, &text))
            json_doc_free(judge(0, buf_str(&text)).patch);
        buf_done(&text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned statuses[] = { 0, 200, 201, 302, 400, 401, 403, 500 };
    struct str text = { (const char *)data, size };

    for (size_t i = 0; i < COUNT_OF(statuses); i++)
        json_doc_free(judge(statuses[i], text).patch);
    (void)oauth_doubt(200, text);
    save(text);
    compare(text);
    if (is_neutral(text))
        surround(text);
    if (inflate_is_gzip(text))
        unpack(text);
    return 0;
}
