// SPDX-License-Identifier: MIT
/* A loop, a dialer and one dial, to a host or through a proxy that the test plays
   itself. */
#pragma once

#include "unit.h"
#include "upstream/dial.h"
#include "wire.h"

#define PASSWORD "p@ss/w#rd:%20"
/* base64 of user:p@ss/w#rd:%20 */
#define BASIC "Proxy-Authorization: Basic dXNlcjpwQHNzL3cjcmQ6JTIw\r\n"

struct stage {
    struct loop *loop;
    struct dialer *dialer;
    struct dial *dial;
    struct proxy *proxy; /* NULL: direct */
    int listening;
    uint16_t port;
    struct wire peer;
    unsigned wakes;
};

int stage_open(void **state);
int stage_close(void **state);

/* Begin to dial. */
void stage_start(struct stage *stage, const char *host, uint16_t port,
                 uint64_t timeout_ms);
/* The same, and let the peer accept. */
void stage_begin(struct stage *stage, const char *host, uint16_t port,
                 uint64_t timeout_ms);
/* From now on through a proxy on the listening port, with credentials if there is
   a password. */
void stage_use_proxy(struct stage *stage, const char *type,
                     const char *password);

/* Until it is over, and it woke once. */
void stage_finish(struct stage *stage);
void stage_check_failure(struct stage *stage, enum err_code code,
                         const char *part);
/* Until it is done; the socket. */
int stage_take(struct stage *stage);
