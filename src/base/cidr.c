// SPDX-License-Identifier: MIT
/* Blocks of IP addresses. */
#include "base/cidr.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/reason.h"
#include "base/shown.h"
#include "base/text.h"

#define ALLOWED                                                                \
    "use an address such as 192.0.2.7 or 2001:db8::7, or a block such as "     \
    "10.0.0.0/8 or 2001:db8::/32"

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

/* IPv4 inside IPv6 becomes IPv4; a block that is wider than all of that stays. */
static void unmap(struct cidr *cidr)
{
    if (cidr->len != 16 || cidr->bits < 96 ||
        memcmp(cidr->ip, mapped, sizeof(mapped)) != 0)
        return;
    memmove(cidr->ip, cidr->ip + 12, 4);
    memset(cidr->ip + 4, 0, 12);
    cidr->len = 4;
    cidr->bits = (unsigned char)(cidr->bits - 96);
}

static bool read_address(struct str text, struct cidr *cidr)
{
    char address[INET6_ADDRSTRLEN];

    memset(cidr, 0, sizeof(*cidr));
    if (text.len >= sizeof(address))
        return false;
    text_copy(address, sizeof(address), text);
    if (strlen(address) != text.len)
        return false;
    if (inet_pton(AF_INET, address, cidr->ip) == 1)
        cidr->len = 4;
    else if (inet_pton(AF_INET6, address, cidr->ip) == 1)
        cidr->len = 16;
    cidr->bits = (unsigned char)(cidr->len * 8);
    return cidr->len > 0;
}

/* "/8"; nothing is the whole address. */
static bool read_bits(struct str text, struct cidr *cidr)
{
    struct str digits = str_from(text, 1);
    uint64_t bits;

    if (text.len == 0)
        return true;
    if (!str_to_u64(digits, cidr->bits, &bits) ||
        (digits.len > 1 && digits.at[0] == '0'))
        return false;
    cidr->bits = (unsigned char)bits;
    return true;
}

struct cidr cidr_around(const unsigned char *ip, size_t len, unsigned bits)
{
    struct cidr cidr = { .len = (unsigned char)len,
                         .bits = (unsigned char)bits };
    size_t whole = bits / 8;

    memcpy(cidr.ip, ip, bits % 8 ? whole + 1 : whole);
    if (bits % 8)
        cidr.ip[whole] &= (unsigned char)(0xff00u >> (bits % 8));
    return cidr;
}

bool cidr_parse(struct str text, struct cidr *cidr, struct err *err)
{
    char said[SHOWN_MAX];
    char meant[CIDR_TEXT_MAX];
    size_t slash = str_index(text, '/');
    struct cidr block;

    if (!read_address(str_sub(text, 0, slash), cidr) ||
        !read_bits(str_from(text, slash), cidr))
        return REASON_SET(err, ADDRESS_INVALID, shown(text, said), ALLOWED);
    block = cidr_around(cidr->ip, cidr->len, cidr->bits);
    if (memcmp(block.ip, cidr->ip, sizeof(block.ip)) != 0) {
        unmap(&block);
        cidr_format(&block, meant);
        return REASON_SET(err, ADDRESS_BITS, shown(text, said), meant);
    }
    unmap(cidr);
    return true;
}

void cidr_format(const struct cidr *cidr, char out[CIDR_TEXT_MAX])
{
    int family = cidr->len == 4 ? AF_INET : AF_INET6;
    size_t used;

    (void)inet_ntop(family, cidr->ip, out, CIDR_TEXT_MAX);
    used = strlen(out);
    if (cidr->bits < cidr->len * 8)
        (void)snprintf(out + used, CIDR_TEXT_MAX - used, "/%u", cidr->bits);
}

bool cidr_has_ip(const struct cidr *cidr, const unsigned char *ip, size_t len)
{
    struct cidr around;

    if (len == 16 && memcmp(ip, mapped, sizeof(mapped)) == 0) {
        ip += 12;
        len = 4;
    }
    if (len != cidr->len)
        return false;
    around = cidr_around(ip, len, cidr->bits);
    return memcmp(around.ip, cidr->ip, len) == 0;
}

/* ---- lists -------------------------------------------------------------- */

static bool next(struct str *rest, struct str *item)
{
    while (str_next(rest, ',', item)) {
        *item = str_trim(*item);
        if (item->len > 0)
            return true;
    }
    return false;
}

bool cidr_list_parse(struct arena *arena, struct str text,
                     struct cidr_list *list, struct err *err)
{
    struct str rest = text;
    struct str item;
    struct cidr *at;
    size_t count = 0;

    *list = (struct cidr_list){ .count = 0 };
    while (next(&rest, &item))
        count++;
    if (count > CIDR_LIST_MAX)
        return REASON_SET(err, ADDRESSES_TOO_MANY, count, CIDR_LIST_MAX);
    at = arena_alloc(arena, (count + 1) * sizeof(*at));
    list->at = at;
    while (next(&text, &item)) {
        if (!cidr_parse(item, &at[list->count], err))
            return false;
        list->count++;
    }
    return true;
}

bool cidr_list_has_ip(const struct cidr_list *list, const unsigned char *ip,
                      size_t len)
{
    for (size_t i = 0; i < list->count; i++) {
        if (cidr_has_ip(&list->at[i], ip, len))
            return true;
    }
    return false;
}
