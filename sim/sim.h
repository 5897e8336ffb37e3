// SPDX-License-Identifier: MIT
/* The simulation: one loop, one server, and what the handlers share. */
#pragma once

#include "base/json.h"
#include "base/loop.h"
#include "directives.h"
#include "http/server.h"
#include "ledger.h"

#define SIM_FAULTS_MAX 64
#define SIM_OBJECTS_MAX 1000
#define SIM_TOKENS_MAX 4096

/* A fault asked for over the control endpoint. */
struct sim_fault {
    struct json_doc *doc; /* owns the texts */
    struct str path;      /* empty: any */
    uint64_t times;
};

enum token_state { TOKEN_VALID, TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_SPENT };

struct sim_token {
    char text[160];
    enum token_state state;
};

/* An uploaded file or a batch. */
struct sim_object {
    char id[40];
    char filename[128];
    uint64_t size;
    char *content; /* NULL if it was too large to keep */
    bool canceled;
};

struct sim {
    struct loop *loop;
    struct server *server;
    struct ledger *ledger;
    struct sim_fault faults[SIM_FAULTS_MAX];
    size_t fault_count;
    struct sim_token *tokens;
    size_t token_count;
    struct sim_object *files;
    size_t file_count;
    struct sim_object *batches;
    size_t batch_count;
    uint64_t next_id;
    char url[80]; /* for absolute links in answers */
};

/* Handle one request of the server; `arg` is the sim. */
void sim_handle(void *arg, struct request *req);

/* The state of a credential or refresh token. */
enum token_state sim_token_state(const struct sim *sim, struct str token);
void sim_token_set(struct sim *sim, struct str token, enum token_state state);
