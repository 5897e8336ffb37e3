// SPDX-License-Identifier: MIT
/* Bookings are priced again, by the running relay, or in this process on the folder:
   first to see what would change, then, if that is wanted, for good. */
#include "app/reprice_command.h"

#include <stdio.h>
#include <string.h>

#include "app/invocation.h"
#include "app/remote.h"
#include "app/reprice_table.h"
#include "app/terminal.h"
#include "base/mem.h"
#include "base/shown.h"
#include "base/text.h"

/* A request takes a second, and the database may have to be waited for. */
#define LIMIT_MS 60000

struct repricing {
    struct str values[3]; /* of options[] */
    bool yes;
    bool json;
};

static const char *const options[] = { "since", "until", "model" };

/* What came of it so far. */
struct outcome {
    struct json_doc *last; /* the latest answer */
    struct reprice_tally tally;
};

static void outcome_done(struct outcome *outcome)
{
    json_doc_free(outcome->last);
    reprice_tally_done(&outcome->tally);
    *outcome = (struct outcome){ .last = NULL };
}

/* ---- arguments ----------------------------------------------------------- */

static int usage(const char *problem, const char *argument)
{
    char value[SHOWN_MAX];

    (void)fprintf(stderr, "claude-relay: %s%s%s\n", problem,
                  argument ? " " : "",
                  argument ? shown_argument(str_of(argument), value) : "");
    invocation_print_usage(stderr, STR(REPRICE_COMMAND_USAGE));
    return 2;
}

/* "--NAME VALUE" or "--NAME=VALUE". */
static bool take_value(int argc, char **argv, int *i,
                       struct repricing *repricing)
{
    struct str argument = str_of(argv[*i]);
    struct str name = str_from(argument, 2);
    size_t equals = str_index(name, '=');

    for (size_t k = 0; str_starts(argument, STR("--")) && k < 3; k++) {
        if (!str_eq(str_sub(name, 0, equals), str_of(options[k])))
            continue;
        if (equals < name.len)
            repricing->values[k] = str_from(name, equals + 1);
        else if (*i + 1 < argc)
            repricing->values[k] = str_of(argv[++*i]);
        return repricing->values[k].len > 0;
    }
    return false;
}

static int take_arguments(int argc, char **argv, struct repricing *repricing)
{
    for (int i = 0; i < argc; i++) {
        const char *argument = argv[i];

        if (strcmp(argument, "--yes") == 0)
            repricing->yes = true;
        else if (strcmp(argument, "--json") == 0)
            repricing->json = true;
        else if (!take_value(argc, argv, &i, repricing))
            return usage("usage reprice does not take, or not without a value,",
                         argument);
    }
    return repricing->values[0].len > 0
               ? 0
               : usage("usage reprice needs --since: a day such as 2026-11-01, "
                       "a time, or how long ago, such as 30d",
                       NULL);
}

/* ---- asking -------------------------------------------------------------- */

static void copy_text(struct json_doc *body, const struct json_doc *from,
                      const char *from_member, const char *member)
{
    struct str text;

    if (json_doc_get_str(from, from_member, &text))
        json_doc_set_str(body, member, text);
}

/* From the second request on, with what the first one took the times for. */
static struct json_doc *body_of(const struct repricing *repricing,
                                const struct json_doc *before, bool dry_run)
{
    struct json_doc *body = json_doc_new_object();

    for (size_t i = 0; i < COUNT_OF(options); i++) {
        if (repricing->values[i].len > 0)
            json_doc_set_str(body, options[i], repricing->values[i]);
    }
    copy_text(body, before, "since", "since");
    copy_text(body, before, "until", "until");
    copy_text(body, before, "next_cursor", "cursor");
    copy_text(body, before, "prices", "prices");
    json_doc_set_bool(body, "dry_run", dry_run);
    return body;
}

static uint64_t number_of(const struct json_doc *doc, const char *member)
{
    uint64_t number = 0;

    (void)json_doc_get_u64(doc, member, &number);
    return number;
}

static void take_rows(struct reprice_tally *tally, const struct json_doc *rows)
{
    for (size_t i = 0; i < json_doc_count(rows); i++) {
        const struct json_doc *row = json_doc_at(rows, i);
        struct str model = STR_EMPTY;
        struct reprice_sum sum = {
            .requests = number_of(row, "requests"),
            .changed = number_of(row, "changed"),
            .unpriced = number_of(row, "unpriced"),
            .before_microusd = number_of(row, "cost_microusd_before"),
            .after_microusd = number_of(row, "cost_microusd_after"),
        };
        const struct reprice_tally one = { &sum, 1 };

        (void)json_doc_get_str(row, "model", &model);
        text_copy(sum.model, sizeof(sum.model), model);
        reprice_tally_merge(tally, &one);
    }
}

static bool ask(struct remote *remote, const struct repricing *repricing,
                struct outcome *outcome, bool dry_run, struct err *err)
{
    struct json_doc *body = body_of(repricing, outcome->last, dry_run);
    struct remote_call call = { .method = "POST",
                                .path = STR("/admin/api/usage/reprice"),
                                .body = body,
                                .limit_ms = LIMIT_MS };
    bool ok = remote_call(remote, &call, err);

    json_doc_free(body);
    if (!ok) {
        json_doc_free(call.answer);
        return false;
    }
    take_rows(&outcome->tally, json_doc_get(call.answer, "rows"));
    json_doc_free(outcome->last);
    outcome->last = call.answer;
    return true;
}

static bool is_over(const struct outcome *outcome)
{
    return json_doc_is_null(json_doc_get(outcome->last, "next_cursor"));
}

/* `outcome` may have an answer, whose times are taken. */
static bool go_through(struct remote *remote, const struct repricing *repricing,
                       struct outcome *outcome, bool dry_run, struct err *err)
{
    bool ok = ask(remote, repricing, outcome, dry_run, err);

    while (ok && !is_over(outcome))
        ok = ask(remote, repricing, outcome, dry_run, err);
    return ok;
}

/* ---- showing ------------------------------------------------------------- */

static void print_text(struct str text)
{
    (void)printf(STR_FMT, STR_ARG(text));
}

static struct str text_of(const struct outcome *outcome, const char *member)
{
    struct str text = STR_EMPTY;

    (void)json_doc_get_str(outcome->last, member, &text);
    return text;
}

static void print_notes(const struct outcome *outcome,
                        const struct reprice_sum *total)
{
    struct str kept = text_of(outcome, "kept_since");

    if (total->unpriced > 0)
        (void)printf("%llu have no price: give their models a row in "
                     "prices.json (docs/prices.md).\n",
                     (unsigned long long)total->unpriced);
    if (kept.len > 0)
        (void)printf("Bookings are kept one by one since " STR_FMT
                     " (USAGE_RETENTION): what was summed up before stays as "
                     "it is.\n",
                     STR_ARG(kept));
}

static void print_outcome(const struct outcome *outcome)
{
    struct reprice_sum total = reprice_table_total(&outcome->tally);
    struct buf table;

    (void)printf("Bookings from " STR_FMT " to " STR_FMT
                 ", by the prices " STR_FMT ":\n",
                 STR_ARG(text_of(outcome, "since")),
                 STR_ARG(text_of(outcome, "until")),
                 STR_ARG(text_of(outcome, "prices")));
    buf_init(&table, REPRICE_TABLE_MAX);
    reprice_table_add(&table, terminal_width(), &outcome->tally);
    print_text(buf_str(&table));
    buf_done(&table);
    print_notes(outcome, &total);
}

static struct json_doc *sum_doc(const struct reprice_sum *sum)
{
    struct json_doc *doc = json_doc_new_object();

    json_doc_set_u64(doc, "requests", sum->requests);
    json_doc_set_u64(doc, "changed", sum->changed);
    json_doc_set_u64(doc, "unpriced", sum->unpriced);
    json_doc_set_u64(doc, "cost_microusd_before", sum->before_microusd);
    json_doc_set_u64(doc, "cost_microusd_after", sum->after_microusd);
    return doc;
}

/* The last answer, with the sums of all. */
static void print_json(const struct outcome *outcome)
{
    struct reprice_sum total = reprice_table_total(&outcome->tally);
    struct json_doc *doc = json_doc_copy(outcome->last);
    struct json_doc *rows = json_doc_new_array();

    for (size_t i = 0; i < outcome->tally.count; i++) {
        struct json_doc *row = sum_doc(&outcome->tally.at[i]);

        json_doc_set_str(row, "model", str_of(outcome->tally.at[i].model));
        json_doc_add(rows, row);
    }
    json_doc_remove(doc, "next_cursor");
    json_doc_set(doc, "rows", rows);
    json_doc_set(doc, "total", sum_doc(&total));
    terminal_print(doc);
    json_doc_free(doc);
}

/* ---- all of it ----------------------------------------------------------- */

static bool is_wanted(struct remote *remote, const struct repricing *repricing)
{
    char line[TERMINAL_LINE_MAX];
    struct str answer;

    if (repricing->yes)
        return true;
    if (repricing->json || !terminal_is_there())
        return false;
    remote_rest(remote);
    return terminal_ask("Write these costs? [y/N] ", false, line, &answer) &&
           (str_ieq(str_trim(answer), STR("y")) ||
            str_ieq(str_trim(answer), STR("yes")));
}

/* What was written before a failure stays, with its sums. */
static void print_written(uint64_t changed, bool all)
{
    if (all)
        (void)printf("%llu costs were changed, and all sums with them. Limits "
                     "of keys count as before.\n",
                     (unsigned long long)changed);
    else if (changed > 0)
        (void)printf("%llu costs were changed, and their sums, before it "
                     "failed: do it again for the others.\n",
                     (unsigned long long)changed);
}

static int write_it(struct remote *remote, const struct repricing *repricing,
                    struct outcome *shown, struct err *err)
{
    struct outcome written = { .last = json_doc_copy(shown->last) };
    struct reprice_sum total;
    bool ok;

    json_doc_remove(written.last, "next_cursor");
    ok = go_through(remote, repricing, &written, false, err);
    total = reprice_table_total(&written.tally);
    if (ok && repricing->json)
        print_json(&written);
    if (!repricing->json)
        print_written(total.changed, ok);
    outcome_done(&written);
    return ok ? 0 : terminal_fail(err);
}

static int decide(struct remote *remote, const struct repricing *repricing,
                  struct outcome *shown)
{
    struct reprice_sum total = reprice_table_total(&shown->tally);
    struct err err;

    if (total.changed > 0 && is_wanted(remote, repricing))
        return write_it(remote, repricing, shown, &err);
    if (repricing->json)
        print_json(shown);
    else if (total.changed == 0)
        (void)printf("Nothing changes.\n");
    else
        (void)printf("Nothing was written: --yes does that.\n");
    return 0;
}

static int run(struct remote *remote, const struct repricing *repricing)
{
    struct outcome shown = { .last = NULL };
    struct err err;
    int status;

    if (!go_through(remote, repricing, &shown, true, &err)) {
        outcome_done(&shown);
        return terminal_fail(&err);
    }
    if (!repricing->json)
        print_outcome(&shown);
    status = decide(remote, repricing, &shown);
    outcome_done(&shown);
    return status;
}

int reprice_command_run(int argc, char **argv, const struct config *config)
{
    struct repricing repricing = { .yes = false };
    struct remote *remote;
    struct err err;
    int status = take_arguments(argc, argv, &repricing);

    if (status != 0)
        return status;
    remote = remote_ask(config, !repricing.json, &err);
    if (!remote)
        return terminal_fail(&err);
    return remote_close(remote, run(remote, &repricing));
}
