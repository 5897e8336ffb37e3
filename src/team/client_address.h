// SPDX-License-Identifier: MIT
/* Where a client is, and how it came, behind the reverse proxies that we trust
   (TRUSTED_PROXIES).  Pure. */
#pragma once

#include "http/request.h"
#include "net/cidr.h"

/* The other end of the connection; or, if that is a trusted proxy, what the fields
   X-Forwarded-For say, read as one list from its end: each trusted proxy vouches for
   the address in front of its own, and the first one that is not trusted is the
   client.  If there is none left, or something that is not an address, it is the
   last proxy that was vouched for.  Ports are allowed ("192.0.2.7:80",
   "[2001:db8::7]:80") and left out. */
void client_address(const struct cidr_list *trusted, const struct request *req,
                    struct addr *addr);

/* Did the client use TLS up to the proxy in front of us?  Only a trusted one is believed
   (X-Forwarded-Proto, of several the last): the relay itself speaks none. */
bool client_uses_tls(const struct cidr_list *trusted,
                     const struct request *req);
