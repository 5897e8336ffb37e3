// SPDX-License-Identifier: MIT
/* Judging what the token endpoint answers. */
#include "account/oauth.h"

#include "account/oauth_grant.h"
#include "account/oauth_text.h"
#include "http/date.h"

#define RETRY_MAX_MS (3600u * 1000)
#define REASON_MAX 150

static bool is_string(struct str value)
{
    return value.at[0] == '"';
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
    struct buf code; /* "invalid_grant", or an API error type */
    struct buf text;
};

static void read_reason_text(struct str body, const char *name, struct buf *out)
{
    (void)oauth_member_read(body, (struct oauth_wanted){ name, is_string, 1 },
                            out);
}

/* {"error":"invalid_grant","error_description":"..."} or the API's own shape. */
static void read_reason(struct str body, struct reason *reason)
{
    struct str value = STR_EMPTY;

    if (oauth_member(body, oauth_grant_failure, &value) && !is_string(value)) {
        read_reason_text(value, "type", &reason->code);
        read_reason_text(value, "message", &reason->text);
        return;
    }
    read_reason_text(body, "error", &reason->code);
    read_reason_text(value.len > 0 ? body : STR_EMPTY, "error_description",
                     &reason->text);
}

static void reason_done(struct reason *reason)
{
    buf_done(&reason->code);
    buf_done(&reason->text);
}

static bool is_revocation(struct str text)
{
    return str_contains(text, STR("token has been revoked"));
}

static bool is_final(unsigned status, const struct reason *reason)
{
    bool refused = status == 400 || status == 401;
    struct str code = buf_str(&reason->code);

    if (refused && is_final_code(code))
        return true;
    if (status == 403 && str_eq(code, STR("invalid_grant")))
        return true;
    return (status == 401 || status == 403) &&
           (is_revocation(buf_str(&reason->text)) || is_revocation(code));
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

/* Compression that was not asked for, and that hides what it says, perhaps. */
static void add_coding(struct buf *out, const struct headers *headers)
{
    const struct str *coding = headers_get(headers, STR("content-encoding"));

    if (!coding || coding->len == 0 || str_ieq(*coding, STR("identity")))
        return;
    buf_add(out, STR(", packed as "));
    add_reason(out, str_sub(*coding, 0, 40));
    buf_add(out, STR(" although it was asked not to be"));
}

static void explain(unsigned status, const struct reason *reason,
                    const struct headers *headers, struct err *err)
{
    struct buf text;

    buf_init(&text, 4 * REASON_MAX);
    buf_printf(&text, "the token endpoint answered %u%s", status,
               status >= 200 && status < 300 ? ", and no token with it" : "");
    if (reason->code.len == 0)
        add_coding(&text, headers);
    if (reason->code.len > 0) {
        buf_add(&text, STR(" "));
        add_reason(&text, buf_str(&reason->code));
    }
    if (reason->text.len > 0) {
        buf_add(&text, STR(": "));
        add_reason(&text, buf_str(&reason->text));
    }
    err_set(err, ERR_OAUTH, STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
}

/* ---- judging ------------------------------------------------------------ */

static uint64_t retry_after_ms(const struct headers *headers,
                               uint64_t now_wall_ms)
{
    const struct str *field = headers_get(headers, STR("retry-after"));
    uint64_t wait = field ? date_wait_ms(*field, now_wall_ms) : 0;

    return wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS;
}

static void refuse(struct renewal_answer *answer, unsigned status,
                   const struct headers *headers, struct str body)
{
    struct reason reason;

    read_reason(body, &reason);
    if (is_final(status, &reason))
        answer->verdict = RENEWAL_REFUSED;
    explain(status, &reason, headers, &answer->err);
    if (answer->verdict == RENEWAL_REFUSED)
        answer->err.code = ERR_LOGIN_REQUIRED;
    reason_done(&reason);
}

struct renewal_answer oauth_judge(unsigned status,
                                  const struct headers *headers,
                                  struct str body, uint64_t now_wall_ms)
{
    struct renewal_answer answer = { .verdict = RENEWAL_TRANSIENT };

    answer.patch = oauth_grant(status, body, now_wall_ms, &answer.lifetime_ms);
    if (answer.patch) {
        answer.verdict = RENEWAL_GRANTED;
        answer.spoilt = oauth_grant_spoils(answer.patch, body);
    } else {
        struct buf plain;

        refuse(&answer, status, headers, oauth_text_plain(body, &plain));
        buf_done(&plain);
        answer.retry_after_ms = retry_after_ms(headers, now_wall_ms);
    }
    return answer;
}
