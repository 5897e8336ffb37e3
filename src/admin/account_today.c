// SPDX-License-Identifier: MIT
/* What accounts were used for today. */
#include "admin/account_today.h"

#include "admin/usage_ask.h"

static const enum ask_sum shown[] = { ASK_REQUESTS, ASK_FAILED, ASK_UNPRICED,
                                      ASK_COST_MICROUSD };

const struct admin_member account_today_members[] = {
    { "requests", ADMIN_NUMBER, ADMIN_REQUIRED, "that reached it", NULL },
    { "failed", ADMIN_NUMBER, ADMIN_REQUIRED, "of them", NULL },
    { "unpriced", ADMIN_NUMBER, ADMIN_REQUIRED,
      "of them: there is no price for something that they used", NULL },
    { "cost_microusd", ADMIN_NUMBER, ADMIN_REQUIRED,
      "what they cost, as far as it is known", NULL },
    ADMIN_END,
};

/* Without `step_ms`: one step at least, however long it takes. */
static bool run(struct sql *sql, void *arg, struct err *err)
{
    struct usage_ask *ask = arg;

    while (!ask->answer.done) {
        if (!ask_step(sql, ask->asking, &ask->answer, err))
            return false;
    }
    return true;
}

void account_today_ask(struct admin_request *x)
{
    struct usage_ask *ask = usage_asking_new(x);
    uint64_t now_ms;

    if (!ask)
        return;
    now_ms = ask->params.now_ms;
    ask->sums = (struct ask){
        .by = ASK_BY_ACCOUNT,
        .filter = { .since_ms = zone_window(ask->params.zone, ZONE_DAY, now_ms)
                                    .start_ms,
                    .until_ms = ASK_NO_END },
        .zone = ask->params.zone,
        .now_ms = now_ms,
        .step_ms = ASK_STEP_MS,
    };
    ask->asking = ask_new(&ask->sums);
    usage_asking_start(x, run);
}

static const struct usage_asking *asking_of(const struct admin_request *x)
{
    return x->state;
}

bool account_today_is_there(const struct admin_request *x)
{
    return !asking_of(x)->job || records_job_is_done(asking_of(x)->job);
}

/* One that has no row was not used. */
static struct json_doc *doc_of(const struct ask_answer *answer, struct str name)
{
    static const struct ask_row none;
    const struct ask_row *row = &none;
    struct json_doc *doc = json_doc_new_object();

    for (size_t i = 0; i < answer->count; i++) {
        if (str_eq(answer->rows[i].name, name))
            row = &answer->rows[i];
    }
    for (size_t i = 0; i < COUNT_OF(shown); i++)
        json_doc_set_u64(doc, ask_sum_name(shown[i]),
                         (uint64_t)row->sums[shown[i]]);
    return doc;
}

void account_today_set(const struct admin_request *x, struct json_doc *doc,
                       struct str name)
{
    const struct usage_asking *asking = asking_of(x);

    json_doc_set(doc, "today",
                 asking->job && !records_job_error(asking->job)
                     ? doc_of(&asking->ask->answer, name)
                     : json_doc_new_null());
}
