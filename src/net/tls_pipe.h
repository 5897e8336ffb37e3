// SPDX-License-Identifier: MIT
/* OpenSSL's view of a stream: see struct tls_pipe.  Only for net/tls.c. */
#pragma once

#include <openssl/bio.h>

/* A new method, freed with BIO_meth_free() after the last BIO that uses it. */
BIO_METHOD *tls_pipe_method(void);
