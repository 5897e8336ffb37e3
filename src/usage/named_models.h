// SPDX-License-Identifier: MIT
/* The models that a request body names beside the one at its top: others may serve it,
   too (fallbacks, the advisor's tool), or some day will.  Single pass, no recursion, no
   allocation, any nesting.  Pure. */
#pragma once

#include "base/macros.h"
#include "base/str.h"

/* Is that a model which may be named?  Empty: it cannot be read (no plain text, or with
   escapes). */
typedef bool (*named_models_fn)(void *arg, struct str model);

/* Of a whole JSON object: asks for each member "model", however its name is escaped, in
   any object below the top level.  Not for those in what is said (messages, system,
   metadata, prompt), nor in what describes the client's data (a tool's input_schema and
   input_examples, the schema of an output's format): except for tools that a message
   adds, which are tools.  null names none.  True if all may be named; the first that may
   not ends it. */
bool named_models_may(struct str body, named_models_fn may,
                      void *arg) MUST_CHECK;
