// SPDX-License-Identifier: MIT
/* What a running relay tells of itself where it cannot be asked.  It keeps a file in
   the data folder, locked while it runs: its pid, its port, and fingerprints of settings
   that others there should have alike, which `claude-relay check` compares: another
   proxy would lead another way, and without RELAY_SECRET plain text would be stored.
   Blocking. */
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
