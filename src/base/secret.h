// SPDX-License-Identifier: MIT
/* A secret: a token or key that is wiped when freed and never printed.  Shared by
   reference count, so that a request keeps the token it was given while the
   account gets a new one.  Any thread. */
#pragma once

#include "base/str.h"

struct secret;

/* A copy of `value`; the caller holds the first reference. */
struct secret *secret_new(struct str value);
struct secret *secret_ref(struct secret *secret);
/* Gives one reference back; the last one wipes.  NULL is fine. */
void secret_unref(struct secret *secret);

/* The bytes themselves, for the one place that sends them. */
struct str secret_reveal(const struct secret *secret);

/* Compare in a time that depends on the lengths only. */
bool secret_eq(struct str a, struct str b);
