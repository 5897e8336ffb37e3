// SPDX-License-Identifier: MIT
/* Blocks of IP addresses as RFC 4632 and RFC 4291 write them: 10.0.0.0/8,
   2001:db8::/32; an address alone is a block of one.  IPv4 inside IPv6
   (::ffff:10.0.0.1) is IPv4 everywhere.  Pure.  For socket addresses: net/cidr.h. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define CIDR_TEXT_MAX 64
#define CIDR_LIST_MAX 1024 /* blocks in a list */

struct cidr {
    unsigned char ip[16];
    unsigned char len;  /* of the address: 4 or 16 bytes */
    unsigned char bits; /* how many of them count */
};

/* False and err (ERR_BAD_REQUEST): what is wrong, and what is allowed.  A block
   whose address has bits after its prefix (10.1.2.3/8) is refused: it is a slip as
   often as not. */
bool cidr_parse(struct str text, struct cidr *cidr, struct err *err) MUST_CHECK;

/* The canonical form; an address alone has no slash. */
void cidr_format(const struct cidr *cidr, char out[CIDR_TEXT_MAX]);

/* Is the address, `len` bytes (4 or 16) in network order, in the block? */
bool cidr_has_ip(const struct cidr *cidr, const unsigned char *ip, size_t len);

/* The block of `bits` bits around an address; further bits are cleared. */
struct cidr cidr_around(const unsigned char *ip, size_t len, unsigned bits);

/* Empty with .count = 0.  The memory is an arena's. */
struct cidr_list {
    const struct cidr *at;
    size_t count;
};

/* Blocks separated by commas, with white space around them or not; an empty text
   has none.  False and err, as cidr_parse(). */
bool cidr_list_parse(struct arena *arena, struct str text,
                     struct cidr_list *list, struct err *err) MUST_CHECK;
bool cidr_list_has_ip(const struct cidr_list *list, const unsigned char *ip,
                      size_t len);
