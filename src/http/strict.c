// SPDX-License-Identifier: MIT
/* Strictness on top of llhttp. */
#include "http/strict.h"

#include <endian.h>
#include <string.h>

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

/* Bytes at the start of `s`, at least as far as whole eights go, that are neither
   control characters (a tab counts as one here) nor DEL: what 0x20 can be taken
   from without a borrow, and what differs from 0x7f (the test for a zero byte of
   Bit Twiddling Hacks). */
static size_t plain_len(struct str s)
{
    const uint64_t ones = UINT64_MAX / 255;
    const uint64_t tops = ones * 0x80;
    size_t len = 0;

    while (s.len - len >= sizeof(uint64_t)) {
        uint64_t word;
        uint64_t del;
        uint64_t found;

        memcpy(&word, s.at + len, sizeof(word));
        word = le64toh(word);
        del = word ^ (ones * 0x7f);
        found = ((word - ones * 0x20) & ~word) | ((del - ones) & ~del);
        if (found & tops)
            return len + (size_t)__builtin_ctzll(found & tops) / 8;
        len += sizeof(word);
    }
    return len;
}

/* In the middle of a line nothing matters but where it ends; lengths count in
   chunk framing alone. */
static bool can_skip(const struct strict_lines *lines, size_t extension_max)
{
    return extension_max == 0 && !lines->at_start && !lines->after_cr;
}

/* Where one line ends and another begins: CR, LF, and a first byte that indents
   nothing. */
static bool turns_line(struct str bytes)
{
    return bytes.len > 2 && bytes.at[0] == '\r' && bytes.at[1] == '\n' &&
           bytes.at[2] > ' ' && bytes.at[2] < 0x7f;
}

/* Bytes that leave us in the middle of a line, where we are. */
static size_t skip_lines(struct str bytes)
{
    size_t at = plain_len(bytes);

    while (turns_line(str_from(bytes, at))) {
        at += 3;
        at += plain_len(str_from(bytes, at));
    }
    return at;
}

bool strict_check_lines(struct strict_lines *lines, struct str bytes,
                        size_t extension_max, struct err *err)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (can_skip(lines, extension_max))
            i += skip_lines(str_from(bytes, i));
        if (i == bytes.len)
            break;
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
           refuse(err, "a request line that is none");
}

bool strict_check_status_line(struct strict_start *start, struct str bytes,
                              struct err *err)
{
    return check_start(start, bytes, check_status_byte) ||
           refuse(err, "a status line that is none");
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

static bool is_host_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c != '\0' && strchr("-._:[]%~", c));
}

static bool check_host(const struct headers *headers, struct err *err)
{
    const struct str *host = headers_get(headers, STR("host"));

    if (!host)
        return refuse(err, "no Host");
    if (headers_count(headers, STR("host")) > 1)
        return refuse(err, "more than one Host");
    if (host->len == 0)
        return refuse(err, "an empty Host");
    for (size_t i = 0; i < host->len; i++) {
        if (!is_host_char(host->at[i]))
            return refuse(err, "a Host that is no host");
    }
    return true;
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
