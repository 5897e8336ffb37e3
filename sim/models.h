// SPDX-License-Identifier: MIT
/* The models that the sim claims to have. */
#pragma once

struct visit;

void models_list(struct visit *visit);
void models_get(struct visit *visit);
