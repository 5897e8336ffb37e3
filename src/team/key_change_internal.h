// SPDX-License-Identifier: MIT
/* What the parts of key_change share. */
#pragma once

#include "base/job.h"
#include "base/secret.h"
#include "team/key_build.h"
#include "team/key_change.h"
#include "team/key_reload.h"
#include "team/key_turn.h"

struct key_changes {
    struct key_changes_options options;
    struct list queue; /* of changes, the first being written */
    enum key_turn turn;
    struct records_job *job;  /* unless it is IDLE */
    struct loop_timer *timer; /* to look; or NULL */
    /* What sql_others() said when all was read last, and what it says now. */
    uint64_t seen;
    uint64_t now;
    struct key_load into;
    struct key_reload reload;
    bool stopped;
};

struct key_change {
    struct job job; /* its node is in the queue */
    struct key_changes *changes;
    const struct key_op_row *op;
    char *of;
    struct json_doc *document; /* or NULL */
    uint64_t overlap_ms;
    uint64_t now_ms; /* wall clock, when it is carried out */
    /* What is there, and what is to be: references, or NULL. */
    struct key *key;
    struct key *next;
    struct key_group *group;
    struct key_group *next_group;
    bool nothing;       /* it is so already */
    unsigned conflicts; /* how often others were faster; then `err` says so */
    uint64_t id;        /* that the database gave to a new one */
    struct secret *text;
    struct audit *audit; /* or NULL */
    bool failed;
    struct err err;
};

/* What an operation is about, and the document that it takes. */
enum key_op_of { KEY_OP_OF_KEY, KEY_OP_OF_GROUP };
enum key_op_takes {
    KEY_OP_TAKES_NONE,
    KEY_OP_TAKES_CHANGE,
    KEY_OP_TAKES_NEW, /* of what is not there yet */
};

/* What an operation does.  `prepare` looks and checks, on the changes' thread, after
   key_prepare() did; NULL: that is all.  `write` is on the records' thread, perhaps
   several times; `show` comes after it. */
struct key_op_row {
    const char *done; /* for the log: "key created" */
    enum key_op_of of;
    enum key_op_takes takes;
    bool (*prepare)(struct key_change *change, struct err *err);
    bool (*write)(struct sql *sql, struct key_change *change, struct err *err);
    void (*show)(struct key_change *change);
};

/* Find what is to be changed, check the document, then what the operation itself
   wants to see. */
bool key_prepare(struct key_change *change, struct err *err) MUST_CHECK;

/* For the audit log, if it has an entry of the change: how it was and how it is, once it
   is prepared; its row, in the change's transaction; its end. */
void key_audit_note(struct key_change *change);
bool key_audit_add(struct key_change *change, struct sql *sql,
                   struct err *err) MUST_CHECK;
void key_audit_end(struct key_change *change, const struct err *err);

const struct key_op_row *key_op_row(enum key_op op);
extern const struct key_op_row key_group_ops[];

/* The later of now and just after that. */
uint64_t key_changed_ms(const struct key_change *change, uint64_t was_ms);

/* A document's text with a checked change in it, without the members that are columns
   of their own; limits are merged one by one.  The caller's; NULL and err if it is too
   long, or if `text` cannot be read. */
char *key_doc_merge(const char *text, const struct json_doc *change,
                    struct err *err);
