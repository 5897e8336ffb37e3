// SPDX-License-Identifier: MIT
/* What an answer of the token endpoint grants. */
#include "account/oauth_grant.h"

#include "account/kinds.h"
#include "account/oauth.h"
#include "account/oauth_number.h"
#include "account/oauth_text.h"
#include "base/text.h"

#define LIFE_DEFAULT_S 28800
#define LIFE_MIN_S 60
#define LIFE_MAX_S (366u * 86400)
#define STATUS_FAILED 500 /* of which nothing less than both is believed */

/* ---- members ------------------------------------------------------------ */

static bool is_string(struct str value)
{
    return value.at[0] == '"';
}

static bool is_token(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] <= ' ' || text.at[i] > '~')
            return false;
    }
    return text.len > 0 && text.len <= KIND_OAUTH_TOKEN_MAX;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Spaces and line ends around a token are no part of it. */
static struct str trim(struct str text)
{
    while (text.len > 0 && is_space(text.at[0]))
        text = str_from(text, 1);
    while (text.len > 0 && is_space(text.at[text.len - 1]))
        text.len--;
    return text;
}

static bool holds_token(struct str value)
{
    struct buf text;
    bool fits;

    buf_init_secret(&text, KIND_OAUTH_TOKEN_MAX);
    fits = is_string(value) && oauth_member_text(value, &text) &&
           is_token(trim(buf_str(&text)));
    buf_done(&text);
    return fits;
}

static bool holds_text(struct str value)
{
    return is_string(value) && value.len > 2;
}

static bool is_failure(struct str value)
{
    return is_string(value) || value.at[0] == '{';
}

const struct oauth_wanted oauth_grant_failure = { "error", is_failure, 1 };

static bool is_scalar(struct str value)
{
    return value.at[0] != '{' && value.at[0] != '[';
}

/* ---- how long ------------------------------------------------------------ */

/* Whole seconds, whether as a number or as a text. */
static bool read_seconds(struct str value, uint64_t *seconds)
{
    return oauth_number(is_string(value) ? str_sub(value, 1, value.len - 2)
                                         : value,
                        seconds);
}

static uint64_t life_s(struct str body)
{
    struct oauth_wanted wanted = { "expires_in", is_scalar, SIZE_MAX };
    struct str value;
    uint64_t seconds;

    if (!oauth_member(body, wanted, &value) || !read_seconds(value, &seconds))
        return LIFE_DEFAULT_S;
    if (seconds < LIFE_MIN_S)
        return LIFE_MIN_S;
    return seconds < LIFE_MAX_S ? seconds : LIFE_MAX_S;
}

/* ---- the patch ----------------------------------------------------------- */

/* "a b c" -> ["a","b","c"] */
static void set_scopes(struct json_doc *patch, struct str scope)
{
    struct json_doc *scopes = json_doc_new_array();
    struct str word;

    while (str_next(&scope, ' ', &word)) {
        if (is_token(word))
            json_doc_add(scopes, json_doc_new_str(word));
    }
    if (json_doc_count(scopes) > 0)
        json_doc_set(patch, "scopes", scopes);
    else
        json_doc_free(scopes);
}

static void read_scopes(struct json_doc *patch, struct str body)
{
    struct buf scope;

    if (oauth_member_read(body,
                          (struct oauth_wanted){ "scope", holds_text,
                                                 SIZE_MAX },
                          &scope))
        set_scopes(patch, buf_str(&scope));
    buf_done(&scope);
}

static bool set_token(struct json_doc *patch, struct str body, const char *name)
{
    struct buf token;
    bool there =
        oauth_member_read(body,
                          (struct oauth_wanted){ name, holds_token, SIZE_MAX },
                          &token);

    if (there)
        json_doc_set_str(patch, name, trim(buf_str(&token)));
    buf_done(&token);
    return there;
}

static void set_expiry(struct json_doc *patch, uint64_t wall_ms)
{
    char expires[TEXT_TIME_MAX];

    text_format_time(wall_ms, expires);
    json_doc_set_str(patch, "expires_at", str_of(expires));
}

/* Whatever the status is: a gateway may have set it, and an answer with both tokens
   is one whatever it says beside them.  With less than both a status that claims a
   failure is believed. */
static bool is_granted(unsigned status, bool access, bool refresh, bool failure)
{
    if (status == 0 || (status >= 200 && status < 300))
        return access || (refresh && !failure);
    return access && refresh;
}

static struct json_doc *read_grant(unsigned status, struct str body,
                                   uint64_t now_wall_ms, uint64_t *lifetime_ms)
{
    struct json_doc *patch = json_doc_new_object();
    struct str value;
    bool access = set_token(patch, body, "access_token");
    bool refresh = set_token(patch, body, "refresh_token");
    bool failure = oauth_member(body, oauth_grant_failure, &value);

    if (!is_granted(status, access, refresh, failure)) {
        json_doc_free(patch);
        return NULL;
    }
    if (!access)
        json_doc_set_str(patch, "access_token", STR(OAUTH_NO_ACCESS_TOKEN));
    *lifetime_ms = access ? life_s(body) * 1000 : 0;
    set_expiry(patch, now_wall_ms + *lifetime_ms);
    read_scopes(patch, body);
    return patch;
}

/* What has both in a string within the answer was passed on by somebody. */
static struct json_doc *read_wrapped(struct str body, uint64_t now_wall_ms,
                                     uint64_t *lifetime_ms)
{
    struct json_doc *patch = NULL;
    struct buf text;

    buf_init_secret(&text, 2 * body.len);
    if (oauth_text_unwrap(body, &text))
        patch =
            read_grant(STATUS_FAILED, buf_str(&text), now_wall_ms, lifetime_ms);
    buf_done(&text);
    return patch;
}

struct json_doc *oauth_grant(unsigned status, struct str body,
                             uint64_t now_wall_ms, uint64_t *lifetime_ms)
{
    struct json_doc *patch;
    struct buf plain;

    body = oauth_text_plain(body, &plain);
    patch = read_grant(status, body, now_wall_ms, lifetime_ms);
    if (!patch)
        patch = read_wrapped(body, now_wall_ms, lifetime_ms);
    buf_done(&plain);
    return patch;
}

bool oauth_grant_spoils(const struct json_doc *patch, struct str body)
{
    struct oauth_wanted any = { "refresh_token", holds_text, SIZE_MAX };
    struct str value;

    return !json_doc_get(patch, "refresh_token") &&
           oauth_member(body, any, &value);
}

/* ---- while it comes ------------------------------------------------------ */

static bool is_whole(struct str text)
{
    struct err err;
    struct json_doc *doc = json_doc_parse(text, &err);

    json_doc_free(doc);
    return doc != NULL;
}

bool oauth_doubt(unsigned status, struct str body)
{
    body = trim(body);
    if (body.len == 0)
        return status < 400;
    if (body.at[0] == '<' || (status >= 400 && body.at[0] != '{'))
        return false;
    return !is_whole(body);
}

enum fetch_worth oauth_look(unsigned status, struct str body)
{
    uint64_t lifetime_ms;
    struct json_doc *patch = oauth_grant(status, body, 0, &lifetime_ms);
    enum fetch_worth worth = FETCH_WORTHLESS;
    struct str token;

    if (patch && lifetime_ms > 0 &&
        json_doc_get_str(patch, "refresh_token", &token))
        worth = FETCH_ENOUGH;
    else if (patch)
        worth = FETCH_PRECIOUS;
    json_doc_free(patch);
    return worth;
}
