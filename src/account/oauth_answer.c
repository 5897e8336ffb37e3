// SPDX-License-Identifier: MIT
/* Judging what the token endpoint answers. */
#include "account/oauth.h"

#include <time.h>

#include "account/kinds.h"
#include "base/text.h"

#define LIFE_DEFAULT_S 28800
#define LIFE_MIN_S 60
#define LIFE_MAX_S (366u * 86400)
#define RETRY_MAX_MS (3600u * 1000)
#define REASON_MAX 150

/* ---- granted ------------------------------------------------------------ */

static bool is_token(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] <= ' ' || text.at[i] > '~')
            return false;
    }
    return text.len > 0 && text.len <= KIND_OAUTH_TOKEN_MAX;
}

static uint64_t life_s(const struct json_doc *doc)
{
    uint64_t seconds;

    if (!json_doc_get_u64(doc, "expires_in", &seconds))
        return LIFE_DEFAULT_S;
    if (seconds < LIFE_MIN_S)
        return LIFE_MIN_S;
    return seconds < LIFE_MAX_S ? seconds : LIFE_MAX_S;
}

/* "a b c" -> ["a","b","c"] */
static void set_scopes(struct json_doc *patch, struct str scope)
{
    struct json_doc *scopes = json_doc_new_array();
    struct str word;

    while (str_next(&scope, ' ', &word)) {
        if (word.len > 0)
            json_doc_add(scopes, json_doc_new_str(word));
    }
    json_doc_set(patch, "scopes", scopes);
}

/* Absent: the old one goes on.  One of no use: the old one is spent all the same. */
static void set_refresh_token(struct json_doc *patch,
                              const struct json_doc *token)
{
    struct str text;

    if (!token || !json_doc_as_str(token, &text) || text.len == 0)
        return;
    if (is_token(text))
        json_doc_set_str(patch, "refresh_token", text);
    else
        json_doc_set(patch, "refresh_token", json_doc_new_null());
}

static struct json_doc *make_patch(const struct json_doc *doc,
                                   uint64_t now_wall_ms)
{
    struct json_doc *patch;
    char expires[TEXT_TIME_MAX];
    struct str text;

    if (!json_doc_get_str(doc, "access_token", &text) || !is_token(text))
        return NULL;
    patch = json_doc_new_object();
    json_doc_set_str(patch, "access_token", text);
    set_refresh_token(patch, json_doc_get(doc, "refresh_token"));
    text_format_time(now_wall_ms + life_s(doc) * 1000, expires);
    json_doc_set_str(patch, "expires_at", str_of(expires));
    if (json_doc_get_str(doc, "scope", &text) && text.len > 0)
        set_scopes(patch, text);
    return patch;
}

/* ---- refused ------------------------------------------------------------ */

/* RFC 6749 section 5.2: the codes after which the same grant never works again. */
static bool is_final_code(struct str code)
{
    static const char *const codes[] = {
        "invalid_grant", "invalid_client",      "invalid_request",
        "invalid_scope", "unauthorized_client", "unsupported_grant_type"
    };

    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        if (str_eq(code, str_of(codes[i])))
            return true;
    }
    return false;
}

struct reason {
    struct str code; /* "invalid_grant", or an API error type */
    struct str text;
};

/* {"error":"invalid_grant","error_description":"..."} or the API's own shape. */
static struct reason read_reason(const struct json_doc *doc)
{
    const struct json_doc *error = json_doc_get(doc, "error");
    struct reason reason = { STR_EMPTY, STR_EMPTY };

    if (!error)
        return reason;
    if (json_doc_is_object(error)) {
        (void)json_doc_get_str(error, "type", &reason.code);
        (void)json_doc_get_str(error, "message", &reason.text);
    } else {
        (void)json_doc_as_str(error, &reason.code);
        (void)json_doc_get_str(doc, "error_description", &reason.text);
    }
    return reason;
}

static bool is_revocation(struct str text)
{
    return str_contains(text, STR("token has been revoked"));
}

static bool is_final(unsigned status, const struct reason *reason)
{
    bool refused = status == 400 || status == 401;

    if (refused && is_final_code(reason->code))
        return true;
    if (status == 403 && str_eq(reason->code, STR("invalid_grant")))
        return true;
    return (status == 401 || status == 403) &&
           (is_revocation(reason->text) || is_revocation(reason->code));
}

/* Tokens, codes, verifiers and states are long, or hold digits; prose is and does
   neither. */
static bool looks_secret(struct str word)
{
    bool digit = false;

    for (size_t i = 0; i < word.len; i++)
        digit = digit || (word.at[i] >= '0' && word.at[i] <= '9');
    return word.len > 24 || (word.len >= 12 && digit) ||
           str_contains(word, STR("sk-ant"));
}

/* A provider's text may repeat what it was sent: nothing that could be a token or
   a code is shown.  Cut between words, so that no part of one is either. */
static void add_reason(struct buf *out, struct str text)
{
    struct str word;
    size_t end = out->len + REASON_MAX;
    const char *space = "";

    while (str_next(&text, ' ', &word)) {
        if (looks_secret(word))
            word = STR("(not shown)");
        if (out->len + word.len >= end)
            break;
        buf_printf(out, "%s" STR_FMT, space, STR_ARG(word));
        space = " ";
    }
}

static void explain(unsigned status, const struct reason *reason, bool final,
                    struct err *err)
{
    struct buf text;

    buf_init(&text, 3 * REASON_MAX);
    buf_printf(&text, "the token endpoint answered %u%s", status,
               status == 200 ? ", and no token with it" : "");
    if (reason->code.len > 0) {
        buf_add(&text, STR(" "));
        add_reason(&text, reason->code);
    }
    if (reason->text.len > 0) {
        buf_add(&text, STR(": "));
        add_reason(&text, reason->text);
    }
    err_set(err, final ? ERR_LOGIN_REQUIRED : ERR_OAUTH, STR_FMT,
            STR_ARG(buf_str(&text)));
    buf_done(&text);
}

/* ---- judging ------------------------------------------------------------ */

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7); 0 if it is not. */
static uint64_t http_date_ms(struct str text)
{
    char date[64];
    struct tm when = { 0 };
    const char *end;
    time_t seconds;

    text_copy(date, sizeof(date), text);
    end = strptime(date, "%a, %d %b %Y %H:%M:%S GMT", &when);
    seconds = end && !*end ? timegm(&when) : 0;
    return seconds > 0 ? (uint64_t)seconds * 1000 : 0;
}

static uint64_t retry_after_ms(const struct headers *headers,
                               uint64_t now_wall_ms)
{
    const struct str *field = headers_get(headers, STR("retry-after"));
    uint64_t seconds;
    uint64_t date;
    uint64_t wait = 0;

    if (!field)
        return 0;
    date = http_date_ms(*field);
    if (str_to_u64(*field, UINT32_MAX, &seconds))
        wait = seconds * 1000;
    else if (date > now_wall_ms)
        wait = date - now_wall_ms;
    return wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS;
}

struct oauth_answer oauth_judge(unsigned status, const struct headers *headers,
                                struct str body, uint64_t now_wall_ms)
{
    struct oauth_answer answer = { .verdict = OAUTH_TRANSIENT };
    struct err ignored;
    struct json_doc *doc = json_doc_parse(body, &ignored);
    struct reason reason = read_reason(doc);

    if (status == 200)
        answer.patch = make_patch(doc, now_wall_ms);
    if (answer.patch) {
        answer.verdict = OAUTH_GRANTED;
        answer.lifetime_ms = life_s(doc) * 1000;
    } else {
        if (is_final(status, &reason))
            answer.verdict = OAUTH_REFUSED;
        answer.retry_after_ms = retry_after_ms(headers, now_wall_ms);
        explain(status, &reason, answer.verdict == OAUTH_REFUSED, &answer.err);
    }
    json_doc_free(doc);
    return answer;
}
