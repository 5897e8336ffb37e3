// SPDX-License-Identifier: MIT
/* Strictness on top of llhttp. */
#include "http/strict.h"

#include <string.h>

#include "base/chars.h"

static bool refuse(struct err *err, const char *what)
{
    return err_set(err, ERR_BAD_REQUEST, "malformed HTTP: %s", what);
}

static bool is_control(unsigned char c)
{
    return (c < 0x20 && c != '\t') || c == 0x7f;
}

/* A chunk's size has no use for more digits than these, zeros included. */
#define CHUNK_SIZE_MAX 16

static void count_byte(struct strict_lines *lines, unsigned char c)
{
    if (c == '\r')
        return;
    if (lines->extension_len > 0 || c == ';')
        lines->extension_len++;
    else
        lines->size_len++;
}

static bool check_byte(struct strict_lines *lines, unsigned char c,
                       size_t extension_max, struct err *err)
{
    if (lines->after_cr != (c == '\n'))
        return refuse(err,
                      c == '\n' ? "a line ends without CR" : "CR without LF");
    if (c == '\n') {
        *lines = (struct strict_lines){ .at_start = true };
        return true;
    }
    if (lines->at_start && (c == ' ' || c == '\t'))
        return refuse(err, "a folded or indented line");
    lines->at_start = false;
    lines->after_cr = c == '\r';
    count_byte(lines, c);
    if (c != '\r' && is_control(c))
        return refuse(err, "a control character");
    if (extension_max > 0 && (lines->extension_len > extension_max ||
                              lines->size_len > CHUNK_SIZE_MAX))
        return refuse(err, "chunk extensions are too long");
    return true;
}

#define BLOCK 16
/* Compares all bytes at once; each becomes 0 or -1. */
typedef signed char block __attribute__((vector_size(BLOCK)));

static block load(const char *at)
{
    block loaded;

    memcpy(&loaded, at, BLOCK);
    return loaded;
}

/* What check_byte() says of a byte behind another one, for a block of them.  (Bytes
   above 0x7f are negative.) */
static block disorder(const char *at)
{
    block before = load(at - 1);
    block c = load(at);
    block tab = c == '\t';
    block feed = c == '\n';
    block torn = (before == '\r') ^ feed;
    block folded = (before == '\n') & ((c == ' ') | tab);
    block control = (c >= 0) & (c < ' ') & ~(tab | feed | (c == '\r'));

    return torn | folded | control | (c == 0x7f);
}

/* True if check_byte() would find nothing in a head's bytes, but for the first.  The
   last block overlaps the one before. */
static bool is_orderly(struct str s)
{
    block bad = { 0 };
    uint64_t halves[2];

    if (s.len <= BLOCK)
        return false;
    for (size_t i = 1; i + BLOCK < s.len; i += BLOCK)
        bad |= disorder(s.at + i);
    bad |= disorder(s.at + s.len - BLOCK);
    memcpy(halves, &bad, sizeof(halves));
    return (halves[0] | halves[1]) == 0;
}

/* Heads are mostly in order; the first byte that is not, and why, takes longer. */
static bool skip_orderly(struct strict_lines *lines, struct str bytes,
                         struct err *err)
{
    struct strict_lines first = *lines;
    char last = bytes.at[bytes.len - 1];

    if (!check_byte(&first, (unsigned char)bytes.at[0], 0, err) ||
        !is_orderly(bytes))
        return false;
    *lines = (struct strict_lines){ .after_cr = last == '\r',
                                    .at_start = last == '\n' };
    return true;
}

bool strict_check_lines(struct strict_lines *lines, struct str bytes,
                        size_t extension_max, struct err *err)
{
    if (extension_max == 0 && bytes.len > 0 && skip_orderly(lines, bytes, err))
        return true;
    for (size_t i = 0; i < bytes.len; i++) {
        if (!check_byte(lines, (unsigned char)bytes.at[i], extension_max, err))
            return false;
    }
    return true;
}

static bool check_request_byte(struct strict_start *start, char c)
{
    static const char protocol[] = "HTTP/";

    if (c == '\r') {
        start->ended = true;
        return start->spaces == 2;
    }
    if (start->spaces == 2 && start->at < sizeof(protocol) - 1)
        return c == protocol[start->at++];
    start->spaces += c == ' ';
    return start->spaces <= 2;
}

/* Against the form, where # is a digit. */
static bool check_status_byte(struct strict_start *start, char c)
{
    static const char form[] = "HTTP/1.# ### ";
    size_t at = start->at++;

    start->ended = at == sizeof(form) - 2;
    if (form[at] == '#')
        return c >= '0' && c <= '9';
    return c == form[at] || (start->ended && c == '\r');
}

static bool check_start(struct strict_start *start, struct str bytes,
                        bool (*check)(struct strict_start *start, char c))
{
    for (size_t i = 0; i < bytes.len && !start->ended; i++) {
        char c = bytes.at[i];

        start->begun |= c != '\r' && c != '\n';
        if (start->begun && !check(start, c))
            return false;
    }
    return true;
}

bool strict_check_request_line(struct strict_start *start, struct str bytes,
                               struct err *err)
{
    return check_start(start, bytes, check_request_byte) ||
           refuse(err, "a malformed request line");
}

bool strict_check_status_line(struct strict_start *start, struct str bytes,
                              struct err *err)
{
    return check_start(start, bytes, check_status_byte) ||
           refuse(err, "a malformed status line");
}

bool strict_parse_length(struct str value, uint64_t *length)
{
    return str_to_u64(value, INT64_MAX, length);
}

static bool check_names(const struct headers *headers, struct err *err)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (!headers_is_token(headers->at[i].name))
            return refuse(err, "a field name holds a forbidden character");
    }
    return true;
}

/* "Transfer_Encoding" and the like: some server behind might take it for the real
   one.  Compares letters only. */
static bool resembles(struct str name, struct str letters)
{
    size_t seen = 0;

    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];

        if (c == '-' || c == '_' || c == '.' || c == '~')
            continue;
        if (seen == letters.len || (c | 0x20) != letters.at[seen])
            return false;
        seen++;
    }
    return seen == letters.len;
}

static bool check_disguises(const struct headers *headers, struct err *err)
{
    for (size_t i = 0; i < headers->count; i++) {
        struct str name = headers->at[i].name;
        bool odd = (resembles(name, STR("transferencoding")) &&
                    !str_ieq(name, STR("transfer-encoding"))) ||
                   (resembles(name, STR("contentlength")) &&
                    !str_ieq(name, STR("content-length")));

        if (odd)
            return refuse(err, "a field that imitates message framing");
    }
    return true;
}

static bool check_host(const struct headers *headers, struct err *err)
{
    static const struct chars usual = {
        { CHARS_ALNUM, ['-'] = true, ['.'] = true, ['_'] = true, [':'] = true,
          ['['] = true, [']'] = true, ['%'] = true, ['~'] = true }
    };
    const struct str *host = headers_get(headers, STR("host"));

    if (!host)
        return refuse(err, "no Host");
    if (headers_count(headers, STR("host")) > 1)
        return refuse(err, "more than one Host");
    if (host->len == 0)
        return refuse(err, "an empty Host");
    return chars_has_all(&usual, *host) ||
           refuse(err, "a Host that is not valid");
}

bool strict_check_coding(const struct parser_head *head, struct err *err)
{
    const struct headers *headers = &head->headers;
    const struct str *te = headers_get(headers, STR("transfer-encoding"));

    return !te ||
           (head->chunked && str_ieq(*te, STR("chunked")) &&
            headers_count(headers, STR("transfer-encoding")) == 1) ||
           refuse(err, "a Transfer-Encoding other than one \"chunked\"");
}

static bool check_framing(const struct parser_head *head, struct err *err)
{
    const struct headers *headers = &head->headers;
    const struct str *te = headers_get(headers, STR("transfer-encoding"));
    const struct str *cl = headers_get(headers, STR("content-length"));
    uint64_t length;

    if (te && cl)
        return refuse(err, "Content-Length together with Transfer-Encoding");
    if (te && head->http_1_0)
        return refuse(err, "Transfer-Encoding in HTTP/1.0");
    if (!strict_check_coding(head, err))
        return false;
    if (cl && (headers_count(headers, STR("content-length")) > 1 ||
               !strict_parse_length(*cl, &length)))
        return refuse(err, "a bad or repeated Content-Length");
    return true;
}

/* CONNECT wants an authority, and this is no proxy. */
static bool check_method(struct str method, struct err *err)
{
    return !str_eq(method, STR("CONNECT")) || refuse(err, "CONNECT to a path");
}

static bool check_target(struct str target, struct err *err)
{
    if (target.len == 0 || target.at[0] != '/')
        return refuse(err, "the target must be a path");
    for (size_t i = 0; i < target.len; i++) {
        unsigned char c = (unsigned char)target.at[i];

        if (c <= ' ' || c >= 0x7f || c == '#')
            return refuse(err, "a forbidden character in the target");
    }
    return true;
}

bool strict_check_request(const struct parser_head *head, struct err *err)
{
    return check_method(head->method, err) && check_target(head->target, err) &&
           check_names(&head->headers, err) &&
           check_host(&head->headers, err) &&
           check_disguises(&head->headers, err) && check_framing(head, err);
}
