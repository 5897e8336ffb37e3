// SPDX-License-Identifier: MIT
/* Uploaded files: name, size and hash, and the content of small ones. */
#pragma once

struct files;
struct visit;

struct files *files_new(void);
void files_free(struct files *files);

/* Takes the body of files_create() piece by piece. */
void files_upload(struct visit *visit);

void files_create(struct visit *visit);
void files_list(struct visit *visit);
void files_get(struct visit *visit);
void files_delete(struct visit *visit);
void files_content(struct visit *visit);
