// SPDX-License-Identifier: MIT
/* Is a socket address in a block (base/cidr.h)?  Pure. */
#pragma once

#include "base/cidr.h"
#include "net/addr.h"

static inline bool cidr_has(const struct cidr *cidr, const struct addr *addr)
{
    const unsigned char *ip;
    size_t len = addr_ip(addr, &ip);

    return len > 0 && cidr_has_ip(cidr, ip, len);
}

/* False for an empty list. */
static inline bool cidr_list_has(const struct cidr_list *list,
                                 const struct addr *addr)
{
    const unsigned char *ip;
    size_t len = addr_ip(addr, &ip);

    return len > 0 && cidr_list_has_ip(list, ip, len);
}
