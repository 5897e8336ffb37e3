// SPDX-License-Identifier: MIT
/* /admin/api/keys: relay keys. */
#pragma once

#include "admin/request.h"
#include "team/key_change.h"

extern const struct admin_endpoint key_routes_create;
extern const struct admin_endpoint key_routes_get;
extern const struct admin_endpoint key_routes_change;
extern const struct admin_endpoint key_routes_delete; /* revokes, or purges */
extern const struct admin_endpoint key_routes_restore;
extern const struct admin_endpoint key_routes_rotate;

/* The state of a request that changes something; also of admin/group_routes. */
struct key_changing {
    struct key_change *change;
};
void key_changing_drop(void *state);
/* Starts it; the step sleeps and goes on with `then`. */
struct flow_next key_changing_start(struct admin_request *x,
                                    const struct key_ask *ask, flow_step then);
/* The same with what the path names, if it names one, and the body. */
struct flow_next key_changing_ask(struct admin_request *x, enum key_op op,
                                  flow_step then);
/* False: not done yet (x->err is empty), or it failed. */
bool key_changing_is_over(const struct admin_request *x);
bool key_changing_went_well(struct admin_request *x) MUST_CHECK;
/* What the endpoints of such requests have in common. */
#define KEY_CHANGING                                                           \
    .state_size = sizeof(struct key_changing), .drop = key_changing_drop,      \
    .body_max = ADMIN_BODY

/* A key or a group with what is used of its limits. */
struct json_doc *key_routes_doc(const struct key *key);
struct json_doc *key_routes_group_doc(const struct key_group *group);
