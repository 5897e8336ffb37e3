// SPDX-License-Identifier: MIT
/* Directives that wait for requests: set through POST /sim/faults. */
#pragma once

#include "base/buf.h"
#include "http/request.h"
#include "sim/credential.h"
#include "sim/directives.h"

struct faults;

struct faults *faults_new(void);
void faults_free(struct faults *faults);

/* Add one from its JSON; 0 and err if something in it makes no sense. */
uint64_t faults_add(struct faults *faults, struct json_doc *doc,
                    struct err *err);
void faults_clear(struct faults *faults);

/* Put the first that matches over the request's own directives. */
void faults_apply(struct faults *faults, const struct request *req,
                  struct str token, struct directives *directives);

/* Append them as a JSON array. */
void faults_write(const struct faults *faults, struct buf *out);
