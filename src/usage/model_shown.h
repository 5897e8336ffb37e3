// SPDX-License-Identifier: MIT
/* The names of models, for people.  Pure. */
#pragma once

#include "base/shown.h"

/* As shown_open(); in words for none, and for METER_MODEL_ODD. */
const char *model_shown(struct str model, char out[SHOWN_MAX]);
