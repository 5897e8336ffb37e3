// SPDX-License-Identifier: MIT
/* What passes between client and upstream. */
#include "relay/pass.h"

#include "http/url.h"

/* With the hop-by-hop fields of http/headers.h and our own framing, this is the
   complete list of what a client sends and the upstream does not get.  A '*' stands
   for any ending. */
static const struct str not_passed[] = {
    /* the client's credential, replaced by the account's */
    { "authorization", 13 },
    { "x-api-key", 9 },
    /* rewritten: one each of our own */
    { "host", 4 },
    { "content-length", 14 },
    /* answered here */
    { "expect", 6 },
    /* the client's network path */
    { "forwarded", 9 },
    { "via", 3 },
    { "x-forwarded*", 12 },
    { "x-real-ip", 9 },
    { "cf-*", 4 },
    { "true-client-ip", 14 },
    /* the client's relation to the relay's host */
    { "cookie", 6 },
    /* the relay's own input */
    { "x-account-name", 14 },
};

static bool is_listed(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(not_passed); i++) {
        struct str row = not_passed[i];

        if (row.at[row.len - 1] == '*'
                ? str_istarts(name, str_sub(row, 0, row.len - 1))
                : str_ieq(name, row))
            return true;
    }
    return false;
}

static void add_field(struct buf *out, struct str name, struct str value)
{
    buf_add(out, name);
    buf_add(out, STR(": "));
    buf_add(out, value);
    buf_add(out, STR("\r\n"));
}

/* ---- anthropic-beta ----------------------------------------------------- */

static bool holds(struct str list, struct str flag)
{
    struct str item;

    while (str_next(&list, ',', &item)) {
        if (str_eq(str_trim(item), flag))
            return true;
    }
    return false;
}

/* In any of the client's fields of that name? */
static bool client_has(const struct headers *headers, struct str flag)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (str_ieq(headers->at[i].name, STR("anthropic-beta")) &&
            holds(headers->at[i].value, flag))
            return true;
    }
    return false;
}

static void add_flag(const struct pass_request *request, struct buf *flags,
                     struct str flag)
{
    if (flag.len == 0 || client_has(request->headers, flag) ||
        holds(buf_str(flags), flag))
        return;
    if (flags->len > 0)
        buf_add(flags, STR(","));
    buf_add(flags, flag);
}

/* The flags that are missing from the client's list, in order. */
static void missing_flags(const struct pass_request *request, struct buf *flags)
{
    struct str rest = request->beta;
    struct str flag;

    buf_init(flags, HEADERS_BYTES_MAX);
    if (request->credential.oauth)
        add_flag(request, flags, STR("oauth-2025-04-20"));
    while (str_next(&rest, ',', &flag))
        add_flag(request, flags, str_trim(flag));
}

/* The client's last field of that name takes the missing flags. */
static size_t last_beta(const struct headers *headers)
{
    for (size_t i = headers->count; i > 0; i--) {
        if (str_ieq(headers->at[i - 1].name, STR("anthropic-beta")))
            return i - 1;
    }
    return headers->count;
}

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

/* ---- the request -------------------------------------------------------- */

/* What Connection names goes, but it cannot take away what the API needs. */
static bool is_hop_by_hop(const struct headers *headers, struct str name)
{
    return headers_is_hop_by_hop(headers, name) &&
           !str_istarts(name, STR("anthropic-")) &&
           !str_ieq(name, STR("content-type"));
}

static void add_client_fields(const struct pass_request *request,
                              struct buf *out)
{
    const struct headers *headers = request->headers;
    size_t beta = last_beta(headers);
    struct buf flags;

    missing_flags(request, &flags);
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *field = &headers->at[i];

        if (str_ieq(field->name, STR("host")))
            add_field(out, field->name, request->host);
        else if (is_listed(field->name) || is_hop_by_hop(headers, field->name))
            continue;
        else if (i == beta)
            add_beta(out, field, &flags);
        else
            add_field(out, field->name, field->value);
    }
    if (beta == headers->count && flags.len > 0)
        add_field(out, STR("anthropic-beta"), buf_str(&flags));
    buf_done(&flags);
}

static void add_own_fields(const struct pass_request *request, struct buf *out)
{
    const struct pass_credential *credential = &request->credential;

    if (!headers_get(request->headers, STR("anthropic-version")))
        add_field(out, STR("anthropic-version"), request->version);
    buf_add(out, credential->header);
    buf_add(out, STR(": "));
    buf_add(out, credential->prefix);
    buf_add(out, credential->token);
    buf_add(out, STR("\r\n"));
    if (request->length_kind == PASS_LENGTH_KNOWN)
        buf_printf(out, "content-length: %llu\r\n",
                   (unsigned long long)request->length);
    if (request->length_kind == PASS_LENGTH_CHUNKED)
        buf_add(out, STR("transfer-encoding: chunked\r\n"));
}

void pass_request(const struct pass_request *request, struct buf *out)
{
    buf_add(out, request->method);
    buf_add(out, STR(" "));
    buf_add(out, request->target);
    buf_add(out, STR(" HTTP/1.1\r\n"));
    add_client_fields(request, out);
    add_own_fields(request, out);
    buf_add(out, STR("\r\n"));
}

struct str pass_target(struct arena *arena, struct str prefix, struct str path,
                       struct str query)
{
    struct str rest = url_query_without(arena, query, STR("account"));

    return arena_printf(arena, STR_FMT STR_FMT "%s" STR_FMT, STR_ARG(prefix),
                        STR_ARG(path), rest.len > 0 ? "?" : "", STR_ARG(rest));
}

void pass_response(const struct headers *headers, struct buf *out)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *field = &headers->at[i];

        if (!headers_is_hop_by_hop(headers, field->name) ||
            str_ieq(field->name, STR("content-length")))
            add_field(out, field->name, field->value);
    }
}
