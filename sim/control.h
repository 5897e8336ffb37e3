// SPDX-License-Identifier: MIT
/* The control endpoints under /sim/: faults, the bills, tokens. */
#pragma once

struct visit;

void control_add_fault(struct visit *visit);
void control_faults(struct visit *visit);
void control_clear_faults(struct visit *visit);
void control_ledger(struct visit *visit);
void control_clear_ledger(struct visit *visit);
void control_totals(struct visit *visit);
void control_set_oauth(struct visit *visit);
void control_reset_oauth(struct visit *visit);
