// SPDX-License-Identifier: MIT
/* The names of models, for people. */
#include "usage/model_shown.h"

#include "usage/meter.h"

const char *model_shown(struct str model, char out[SHOWN_MAX])
{
    if (model.len == 0)
        return "(unknown)";
    return str_eq(model, STR(METER_MODEL_ODD)) ? "(a name that cannot be shown)"
                                               : shown_open(model, out);
}
