// SPDX-License-Identifier: MIT
/* Endpoints that keep or list objects: models, batches, files. */
#pragma once

#include "reply.h"

void objects_models_list(struct reply *reply);
void objects_model_get(struct reply *reply);
void objects_batch_create(struct reply *reply);
void objects_batch_list(struct reply *reply);
void objects_batch_get(struct reply *reply);
void objects_batch_cancel(struct reply *reply);
void objects_batch_results(struct reply *reply);
void objects_batch_delete(struct reply *reply);
void objects_file_create(struct reply *reply);
void objects_file_list(struct reply *reply);
void objects_file_get(struct reply *reply);
void objects_file_content(struct reply *reply);
void objects_file_delete(struct reply *reply);
