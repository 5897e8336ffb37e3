// SPDX-License-Identifier: MIT
/* All the sockets that HOST means, on one port: one, or two where it is "localhost"
   or 0.0.0.0, which clients may also look for at ::1.  Loop thread only. */
#pragma once

#include "net/listener.h"

#define DOORS_MAX 2

/* The addresses for `host`, in `hosts`; how many.  Pure. */
size_t doors_hosts(const char *host, const char *hosts[DOORS_MAX]);

struct doors;

/* Listens at all of them at once; a machine without ::1 has none there.  Port 0: one
   that is free at all of them.  Otherwise as listener_new(). */
struct doors *doors_new(struct loop *loop,
                        const struct listener_options *options,
                        listener_fn accepted, void *arg, struct err *err);
/* NULL is fine. */
void doors_free(struct doors *doors);

uint16_t doors_port(const struct doors *doors);
/* How many of the addresses that doors_hosts() gives are there. */
size_t doors_count(const struct doors *doors);
