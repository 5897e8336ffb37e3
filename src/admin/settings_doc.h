// SPDX-License-Identifier: MIT
/* The options as a document: what each is, where that is from, and what to do to change
   it.  Pure. */
#pragma once

#include "admin/row.h"
#include "config/config.h"
#include "notify/target.h"

/* What was changed while the relay runs. */
struct settings_here {
    enum log_level log_level;
    bool notices_fixed; /* NOTIFY_URL says where they go; else: */
    const struct notify_target *notices; /* or NULL */
};

/* {"version":"...","env_file":"/...","options":[...]}; the caller's. */
struct json_doc *settings_doc(const struct config *config,
                              const struct settings_here *here);

extern const struct admin_member settings_doc_members[];
