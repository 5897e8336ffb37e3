// SPDX-License-Identifier: MIT
/* One request, by the management API of the running relay, or of this process on the
   folder, where times are not known. */
#include "app/request_show.h"

#include <stdio.h>
#include <string.h>

#include "app/cells.h"
#include "app/commands.h"
#include "app/inquiry.h"
#include "app/requests_table.h"
#include "app/terminal.h"

#define PATH_LEN_MAX 4096
#define TEXT_MAX (1024u * 1024)
#define ID_LEN_MAX 128

static void write_ms(struct buf *out, uint64_t us)
{
    buf_printf(out, "%llu.%llu", (unsigned long long)(us / 1000),
               (unsigned long long)(us % 1000 / 100));
}

static void write_number(struct buf *out, uint64_t number)
{
    buf_add_u64(out, number);
}

/* What began when, and how long it took. */
static void add_times(struct columns *columns, const struct json_doc *row)
{
    cells_add_number(columns, row, "start_us", write_ms);
    cells_add_number(columns, row, "us", write_ms);
}

static void add_steps(struct buf *out, const struct json_doc *steps)
{
    struct columns columns;

    columns_begin(&columns, "lrr");
    columns_add(&columns, STR("STEP"));
    columns_add(&columns, STR("BEGAN MS"));
    columns_add(&columns, STR("TOOK MS"));
    for (size_t i = 0; i < json_doc_count(steps); i++) {
        cells_add_text(&columns, json_doc_at(steps, i), "step");
        add_times(&columns, json_doc_at(steps, i));
    }
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}

static void add_attempts(struct buf *out, const struct json_doc *attempts)
{
    static const char *const titles[] = { "ATTEMPT", "STATUS",   "RESULT",
                                          "WHY",     "BEGAN MS", "TOOK MS" };
    struct columns columns;

    columns_begin(&columns, "lrllrr");
    for (size_t i = 0; i < COUNT_OF(titles); i++)
        columns_add(&columns, str_of(titles[i]));
    for (size_t i = 0; i < json_doc_count(attempts); i++) {
        const struct json_doc *attempt = json_doc_at(attempts, i);

        cells_add_text(&columns, attempt, "account");
        cells_add_number(&columns, attempt, "status", write_number);
        cells_add_text(&columns, attempt, "result");
        cells_add_text(&columns, attempt, "why");
        add_times(&columns, attempt);
    }
    columns_write(&columns, NULL, out);
    columns_done(&columns);
}

static void add_request(struct buf *out, const struct json_doc *row)
{
    struct json_doc *list = json_doc_new_array();

    json_doc_add(list, json_doc_copy(row));
    requests_table_add(out, terminal_width(), list);
    json_doc_free(list);
}

static int print(const void *arg, const struct json_doc *answer)
{
    const struct json_doc *row = json_doc_get(answer, "request");
    const struct json_doc *detail = json_doc_get(answer, "detail");
    struct buf text;

    (void)arg;
    buf_init(&text, TEXT_MAX);
    if (row && !json_doc_is_null(row))
        add_request(&text, row);
    else
        buf_add(&text, STR("It reached no account.\n"));
    if (detail && !json_doc_is_null(detail)) {
        buf_add(&text, STR("\n"));
        add_steps(&text, json_doc_get(detail, "steps"));
        buf_add(&text, STR("\n"));
        add_attempts(&text, json_doc_get(detail, "attempts"));
    } else {
        buf_add(&text, STR("\nWhere its time went is not known: the "
                           "relay keeps that of the last 1,000 that ended, "
                           "until it ends itself.\n"));
    }
    (void)printf(STR_FMT, STR_ARG(buf_str(&text)));
    buf_done(&text);
    return 0;
}

static bool is_id(const char *word)
{
    return word[0] != '-' && strlen(word) <= ID_LEN_MAX;
}

int request_show_run(int argc, char **argv, const struct config *config)
{
    struct inquiry_words words = { .fits = is_id };
    const char *wrong = inquiry_take(argc, argv, &words);
    struct inquiry inquiry = { .method = "GET", .print = print };
    struct buf path;
    int status;

    if (wrong || !words.word)
        return commands_usage_error(
            "requests show takes the id of one request, and --json, not",
            wrong ? wrong : "nothing");
    buf_init(&path, PATH_LEN_MAX);
    remote_path(&path, "/admin/api/requests/", str_of(words.word));
    inquiry.path = buf_str(&path);
    inquiry.json = words.json;
    status = inquiry_run(&inquiry, config);
    buf_done(&path);
    return status;
}
