// SPDX-License-Identifier: MIT
/* What passes between client and upstream. */
#include "relay/pass.h"

#include <assert.h>
#include <string.h>

#include "base/token.h"
#include "http/url.h"
#include "relay/beta.h"

/* Most heads fit without growing. */
#define HEAD_USUAL 1000

#define ROW(name, where)                                                       \
    {                                                                          \
        { name, sizeof(name) - 1 }, where                                      \
    }

/* The complete list; the STARRED rows first. */
#define STARRED 3
static const struct pass_row rows[] = {
    ROW("proxy-*", PASS_EITHER),
    ROW("x-forwarded-*", PASS_REQUEST),
    ROW("cf-*", PASS_REQUEST),
    /* of one connection only (RFC 9110 7.6.1), with what Connection names */
    ROW("connection", PASS_EITHER),
    ROW("keep-alive", PASS_EITHER),
    ROW("te", PASS_EITHER),
    ROW("trailer", PASS_EITHER),
    ROW("transfer-encoding", PASS_EITHER),
    ROW("upgrade", PASS_EITHER),
    /* answered here */
    ROW("expect", PASS_REQUEST),
    /* the client's network path */
    ROW("forwarded", PASS_REQUEST),
    ROW("via", PASS_REQUEST),
    ROW("x-real-ip", PASS_REQUEST),
    ROW("true-client-ip", PASS_REQUEST),
    /* the client's relation to the relay's host */
    ROW("cookie", PASS_REQUEST),
    /* what the relay says of an answer */
    ROW("x-relay-account", PASS_EITHER),
    ROW("x-relay-attempts", PASS_EITHER),
    /* the relay's own input */
    ROW("x-account-name", PASS_REQUEST),
    ROW("x-relay-explain", PASS_REQUEST),
    /* the client's credential, replaced by the account's */
    ROW("authorization", PASS_REQUEST),
    ROW("x-api-key", PASS_REQUEST),
};

/* What a Connection field cannot take away: it speaks of one connection, and these
   are for the API.  (Host, framing and credential are ours in any case.) */
static const struct str essential[] = {
    { "anthropic-*", 11 },
    { "content-*", 9 },
};

const struct pass_row *pass_list(size_t *count)
{
    *count = COUNT_OF(rows);
    return rows;
}

/* A row whose name ends with a star. */
static bool begins_as(struct str row, struct str name)
{
    return str_istarts(name, str_sub(row, 0, row.len - 1));
}

static bool is_essential(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(essential); i++) {
        if (begins_as(essential[i], name))
            return true;
    }
    return false;
}

struct filter {
    const struct headers *headers;
    enum pass_where where;
    uint64_t marks;    /* of the rows' names without a star */
    uint32_t letters;  /* the first ones of those with a star */
    bool names_fields; /* a Connection field does, and no listed one */
};

/* The same for both cases of a letter. */
static uint32_t first_letter(struct str name)
{
    return UINT32_C(1) << (name.at[0] & 31);
}

static struct filter filter_of(const struct headers *headers,
                               enum pass_where where)
{
    struct filter filter = { .headers = headers, .where = where };

    for (size_t i = 0; i < STARRED; i++)
        filter.letters |= first_letter(rows[i].name);
    for (size_t i = STARRED; i < COUNT_OF(rows); i++) {
        if (rows[i].where & where)
            filter.marks |= headers_mark(rows[i].name);
    }
    for (size_t i = 0; i < headers->count; i++) {
        if (str_ieq(headers->at[i].name, STR("connection")))
            filter.names_fields |=
                !str_ieq(headers->at[i].value, STR("keep-alive"));
    }
    return filter;
}

static bool is_starred(const struct filter *filter, struct str name)
{
    for (size_t i = 0; i < STARRED; i++) {
        if ((rows[i].where & filter->where) && begins_as(rows[i].name, name))
            return true;
    }
    return false;
}

/* Backwards: the credential, which every client sends, stands last. */
static bool is_plain(const struct filter *filter, struct str name)
{
    for (size_t i = COUNT_OF(rows); i > STARRED; i--) {
        const struct pass_row *row = &rows[i - 1];

        if ((row->where & filter->where) && str_ieq(row->name, name))
            return true;
    }
    return false;
}

/* Most names are not; most of those are told by a letter or two.  (A name is never
   empty.) */
static bool is_listed(const struct filter *filter, struct str name)
{
    return ((filter->letters & first_letter(name)) &&
            is_starred(filter, name)) ||
           ((filter->marks & headers_mark(name)) && is_plain(filter, name));
}

static bool is_dropped(const struct filter *filter, struct str name)
{
    if (is_listed(filter, name))
        return true;
    return filter->names_fields &&
           headers_list_has(filter->headers, STR("connection"), name) &&
           !is_essential(name);
}

static char *put(char *at, struct str s)
{
    if (s.len > 0)
        memcpy(at, s.at, s.len);
    return at + s.len;
}

static void add_field(struct buf *out, struct str name, struct str value)
{
    size_t len = name.len + value.len + 4;
    char *at = buf_room(out, len);

    assert(at);
    at = put(put(at, name), STR(": "));
    (void)put(put(at, value), STR("\r\n"));
    buf_grow(out, len);
}

/* Fields that pass, in the order of the head they are from.  Those that stand one
   behind the other in it are written in one piece, when the next one does not. */
struct passing {
    struct buf *out;
    struct str lines;
};

static void finish_lines(struct passing *passing)
{
    buf_add(passing->out, passing->lines);
    passing->lines = STR_EMPTY;
}

static void pass_field(struct passing *passing, const struct header *field)
{
    struct str line = headers_line(field);

    if (line.len > 0 && line.at == passing->lines.at + passing->lines.len) {
        passing->lines.len += line.len;
        return;
    }
    finish_lines(passing);
    passing->lines = line;
    if (line.len == 0)
        add_field(passing->out, field->name, field->value);
}

/* The client's list goes first, byte for byte. */
static void add_beta(struct buf *out, const struct header *field,
                     const struct buf *flags)
{
    buf_add(out, field->name);
    buf_add(out, STR(": "));
    buf_add(out, field->value);
    if (flags->len > 0 && field->value.len > 0)
        buf_add(out, STR(","));
    buf_add(out, buf_str(flags));
    buf_add(out, STR("\r\n"));
}

static void add_length(const struct pass_request *request, struct buf *out,
                       struct str name)
{
    buf_add(out, name);
    buf_add(out, STR(": "));
    buf_add_u64(out, request->length);
    buf_add(out, STR("\r\n"));
}

static bool is_rewritten(struct str name)
{
    return str_ieq(name, STR("host")) || str_ieq(name, STR("content-length"));
}

/* Host and Content-Length are ours, where the client had them: once each, even if
   its fields came twice. */
static void add_rewritten(const struct pass_request *request,
                          const struct header *field, struct buf *out)
{
    if (headers_get(request->headers, field->name) != &field->value)
        return;
    if (str_ieq(field->name, STR("host")))
        add_field(out, field->name, request->host);
    else if (request->length_kind == PASS_LENGTH_KNOWN)
        add_length(request, out, field->name);
}

static bool is_own_login(const struct pass_request *request, struct str name)
{
    return request->own_login && str_ieq(name, STR("authorization"));
}

/* A relay key never passes, wherever a client has put it by mistake: looked for last,
   since the field where it belongs is dropped anyway. */
static bool passes(const struct pass_request *request,
                   const struct filter *filter, const struct header *field)
{
    if (!is_own_login(request, field->name) && is_dropped(filter, field->name))
        return false;
    if (request->uncompressed && str_ieq(field->name, STR("accept-encoding")))
        return false;
    return !token_holds_relay_key(field->value) &&
           !token_holds_relay_key(field->name);
}

static void add_client_fields(const struct pass_request *request,
                              struct buf *out)
{
    const struct headers *headers = request->headers;
    struct filter filter = filter_of(headers, PASS_REQUEST);
    struct passing passing = { out, STR_EMPTY };
    size_t beta = beta_last(headers);
    struct buf flags;

    buf_init(&flags, HEADERS_BYTES_MAX);
    if (!request->own_login)
        beta_missing(headers, request->credential.beta, request->beta, &flags);
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *field = &headers->at[i];

        if (is_rewritten(field->name)) {
            finish_lines(&passing);
            add_rewritten(request, field, out);
        } else if (!passes(request, &filter, field)) {
            continue;
        } else if (i == beta && flags.len > 0) {
            finish_lines(&passing);
            add_beta(out, field, &flags);
        } else {
            pass_field(&passing, field);
        }
    }
    finish_lines(&passing);
    if (beta == headers->count && flags.len > 0)
        add_field(out, STR("anthropic-beta"), buf_str(&flags));
    buf_done(&flags);
}

/* What the client's fields left open. */
static void add_missing(const struct pass_request *request, struct buf *out)
{
    const struct headers *headers = request->headers;

    if (!headers_get(headers, STR("host")))
        add_field(out, STR("host"), request->host);
    if (!request->own_login && !headers_get(headers, STR("anthropic-version")))
        add_field(out, STR("anthropic-version"), request->version);
    if (request->length_kind == PASS_LENGTH_KNOWN &&
        !headers_get(headers, STR("content-length")))
        add_length(request, out, STR("content-length"));
    if (request->length_kind == PASS_LENGTH_CHUNKED)
        add_field(out, STR("transfer-encoding"), STR("chunked"));
}

static void add_credential(const struct pass_credential *credential,
                           struct buf *out)
{
    buf_add(out, credential->header);
    buf_add(out, STR(": "));
    buf_add(out, credential->prefix);
    buf_add(out, credential->token);
    buf_add(out, STR("\r\n"));
}

void pass_request(const struct pass_request *request, struct buf *out)
{
    (void)buf_room(out, HEAD_USUAL);
    buf_add(out, request->method);
    buf_add(out, STR(" "));
    buf_add(out, request->target);
    buf_add(out, STR(" HTTP/1.1\r\n"));
    add_client_fields(request, out);
    add_missing(request, out);
    if (!request->own_login)
        add_credential(&request->credential, out);
    buf_add(out, STR("\r\n"));
}

struct str pass_target(struct arena *arena, struct str prefix, struct str path,
                       struct str query)
{
    struct str rest = url_query_without(arena, str_from(query, 1),
                                        STR("account"), token_holds_relay_key);
    bool marked = rest.len > 0 || query.len == 1;

    if (prefix.len == 0 && !marked)
        return path;
    return arena_printf(arena, STR_FMT STR_FMT "%s" STR_FMT, STR_ARG(prefix),
                        STR_ARG(path), marked ? "?" : "", STR_ARG(rest));
}

/* The answer's fields that do not pass, beside those of the list. */
struct without {
    bool length;
    struct str beginning; /* names that begin so; or empty */
};

static bool is_without(const struct without *without, struct str name)
{
    return (without->length && str_ieq(name, STR("content-length"))) ||
           (without->beginning.len > 0 &&
            str_istarts(name, without->beginning));
}

static void add_answer_fields(const struct headers *headers,
                              const struct without *without, struct buf *out)
{
    struct filter filter = filter_of(headers, PASS_RESPONSE);
    struct passing passing = { out, STR_EMPTY };

    (void)buf_room(out, HEAD_USUAL);
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *field = &headers->at[i];

        if (!is_dropped(&filter, field->name) &&
            !is_without(without, field->name))
            pass_field(&passing, field);
    }
    finish_lines(&passing);
}

/* A length beside chunked framing would frame the answer twice. */
void pass_response(const struct headers *headers, struct str without,
                   struct buf *out)
{
    bool framed = headers_get(headers, STR("transfer-encoding"));

    add_answer_fields(headers, &(struct without){ framed, without }, out);
}

void pass_response_resized(const struct headers *headers, struct str without,
                           uint64_t length, struct buf *out)
{
    add_answer_fields(headers, &(struct without){ true, without }, out);
    buf_printf(out, "content-length: %llu\r\n", (unsigned long long)length);
}
