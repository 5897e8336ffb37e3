// SPDX-License-Identifier: MIT
/* A file of certificates, before anybody looks into it.  Blocking, as files are. */
#pragma once

#include "base/err.h"

/* Is it a file that can be read?  What is inside is for net/tls.h.  The text of err does
   not repeat the path. */
bool ca_file_check(const char *path, struct err *err) MUST_CHECK;
