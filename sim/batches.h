// SPDX-License-Identifier: MIT
/* Message batches: in progress when created, ended when asked for again. */
#pragma once

struct batches;
struct visit;

struct batches *batches_new(void);
void batches_free(struct batches *batches);

void batches_create(struct visit *visit);
void batches_list(struct visit *visit);
void batches_get(struct visit *visit);
void batches_cancel(struct visit *visit);
void batches_results(struct visit *visit);
void batches_delete(struct visit *visit);
/* Of the control endpoints: what was billed for each that is kept. */
void batches_bill(struct visit *visit);
