// SPDX-License-Identifier: MIT
/* What visit.c and visit_identify.c share. */
#pragma once

#include "sim/visit.h"

/* Fill in route, credential and directives, and open the row in the ledger.  What
   makes no sense becomes an error as the reply. */
void visit_identify(struct visit *visit);
