// SPDX-License-Identifier: MIT
/* Tables of what requests about keys and groups take, and what answers have. */
#pragma once

#include "admin/row.h"

extern const struct admin_member key_members_create[];
extern const struct admin_member key_members_change[];
extern const struct admin_member key_members_shown[];
/* The same, with the text of a new or rotated key. */
extern const struct admin_member key_members_made[];
extern const struct admin_member group_members_create[];
extern const struct admin_member group_members_change[];
extern const struct admin_member group_members_shown[];
