// SPDX-License-Identifier: MIT
/* Socket addresses: parsing, printing, and whether one is this machine.  Pure,
   but for addr_of_socket(). */
#pragma once

#include <sys/socket.h>

#include "base/err.h"
#include "base/str.h"

#define ADDR_TEXT_MAX 64

struct addr {
    struct sockaddr_storage sa;
    socklen_t len;
};

/* A numeric IPv4 or IPv6 address ("localhost" means 127.0.0.1) and a port. */
bool addr_parse(const char *host, uint16_t port, struct addr *addr,
                struct err *err) MUST_CHECK;

/* The address that a socket is bound to; false if it has none. */
bool addr_of_socket(int fd, struct addr *addr);

uint16_t addr_port(const struct addr *addr);

/* The bytes of the address, and how many they are: 4, also for IPv4 inside IPv6,
   or 16; 0 for other families. */
size_t addr_ip(const struct addr *addr, const unsigned char **bytes);

/* The address without its port: 127.0.0.1, ::1.  IPv4 inside IPv6 is printed as
   IPv4. */
void addr_format(const struct addr *addr, char out[ADDR_TEXT_MAX]);

/* 127.0.0.0/8, ::1, and the former inside IPv6. */
bool addr_is_loopback(const struct addr *addr);
