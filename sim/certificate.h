// SPDX-License-Identifier: MIT
/* A certificate for localhost, 127.0.0.1 and ::1 that signs itself. */
#pragma once

#include "base/err.h"

/* Write certificate and key, PEM, to the two paths. */
bool certificate_write(const char *cert_path, const char *key_path,
                       struct err *err) MUST_CHECK;
