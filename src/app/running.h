// SPDX-License-Identifier: MIT
/* What a running relay tells the commands that are used beside it.  It keeps a file
   in the data folder, locked while it runs: its port, and fingerprints of the
   settings that both must have alike.  A command with another proxy would go out
   another way; one without RELAY_SECRET would store plain text.  Blocking. */
#pragma once

#include "base/json.h"
#include "config/config.h"

#define RUNNING_FILE ".relay"

/* ---- pure, but for the real path of UPSTREAM_CA_FILE -------------------- */

/* The content of the file; the caller's.  `salt`: random text.  No secret can be
   found from it, not by guessing either. */
struct json_doc *running_describe(const struct config *config, unsigned port,
                                  struct str salt);

/* Append the names, separated by commas, of the settings that differ from the
   described ones; nothing if they agree. */
void running_compare(const struct config *config,
                     const struct json_doc *described, struct buf *names);

/* ---- the relay's side --------------------------------------------------- */

/* Write the file and lock it.  The descriptor, for filelock_release(); -1 and err if
   that failed. */
int running_announce(const struct config *config, unsigned port,
                     struct err *err);

/* ---- a command's side --------------------------------------------------- */

/* What the relay says that runs on the configured folder; NULL if none does.  The
   caller's. */
struct json_doc *running_find(const struct config *config);

/* False and err, which names the settings that differ and says what to do, if a
   relay runs with others. */
bool running_agrees(const struct config *config, struct err *err) MUST_CHECK;
