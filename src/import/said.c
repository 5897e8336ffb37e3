// SPDX-License-Identifier: MIT
/* What an import says. */
#include "import/said.h"

#include "base/shell.h"
#include "base/shown.h"
#include "base/text.h"

/* Where it has another name here, theirs too. */
static void add_theirs(struct buf *out,
                       const struct import_candidate *candidate,
                       const struct import_row *row)
{
    char text[SHOWN_MAX];

    if (candidate->there[0] &&
        !str_eq(str_of(candidate->there), str_of(row->name)))
        buf_printf(out, " (there: \"%s\")",
                   shown_open(str_of(candidate->there), text));
}

static const char *done_of(const struct import_row *row, bool dry_run)
{
    if (row->outcome == IMPORT_EXISTS)
        return row->why.text;
    return dry_run ? "would be imported" : "imported";
}

void import_said_row(struct buf *out, const struct import_candidate *candidate,
                     const struct import_row *row, bool dry_run)
{
    const char *kind = candidate->kind ? candidate->kind->name : "-";
    const char *name = row->name;
    char text[SHOWN_MAX];

    if (!name[0])
        name = candidate->there[0] ? shown_open(str_of(candidate->there), text)
                                   : "(no name)";
    buf_printf(out, "%-24s %-8s ", name, kind);
    if (row->outcome == IMPORT_TAKE || row->outcome == IMPORT_EXISTS) {
        buf_add(out, str_of(done_of(row, dry_run)));
        add_theirs(out, candidate, row);
    } else {
        buf_printf(out, "left out: %s", row->why.text);
    }
    if (row->outcome == IMPORT_TAKE && candidate->hints[0])
        buf_printf(out, "; %s", candidate->hints);
    buf_add(out, STR("\n"));
}

void import_said_count(struct import_tally *tally, const struct import_row *row)
{
    unsigned *const counts[] = {
        [IMPORT_TAKE] = &tally->taken,
        [IMPORT_EXISTS] = &tally->there,
        [IMPORT_FOREIGN] = &tally->foreign,
        [IMPORT_REFUSED] = &tally->refused,
    };

    (*counts[row->outcome])++;
    if (row->outcome != IMPORT_TAKE || !row->renewable)
        return;
    if (!row->rests && (tally->renewed == 0 || row->due_ms < tally->due_ms)) {
        tally->due_ms = row->due_ms;
        tally->first = row->name;
    }
    if (!tally->first)
        tally->first = row->name;
    if (!row->rests)
        tally->renewed++;
    tally->renewable++;
}

static void warn_of_claude_code(struct buf *out)
{
    buf_add(out, STR("A refresh token works once: from its next refresh on, "
                     "this login belongs to the relay, and Claude Code asks to "
                     "sign in again unless it goes through the relay.\n"));
}

static void warn(struct buf *out, const struct import_tally *tally,
                 const char *from, bool dry_run)
{
    char word[SHELL_WORD_MAX];
    char when[TEXT_TIME_MAX];

    buf_printf(out,
               "Accounts that renew their tokens: %u.  A refresh token works "
               "once: whichever refreshes first, %s or this relay, logs the "
               "other one out.\n",
               tally->renewable, from);
    buf_printf(out, "Stop the other one%s, or remove these accounts there; ",
               dry_run ? " before you import" : " now");
    text_format_time(tally->due_ms, when);
    if (tally->renewed > 0)
        buf_printf(out, "this relay renews the first of them at %s.\n", when);
    else
        buf_printf(out, "this relay renews them once they are switched on.\n");
    shell_name(str_of(tally->first), word);
    buf_printf(out,
               "One that was refreshed there since the export has to sign in "
               "again, which keeps the rest of it: `claude-relay login %s`.\n",
               word);
}

void import_said_warning(struct buf *out, const struct import_tally *tally,
                         const struct import_format *format, bool dry_run)
{
    if (tally->renewable > 0 && format == &import_claude_code)
        warn_of_claude_code(out);
    else if (tally->renewable > 0)
        warn(out, tally, format->from, dry_run);
}

const char *import_said_warning_code(const struct import_tally *tally,
                                     const struct import_format *format)
{
    if (tally->renewable == 0)
        return NULL;
    return format == &import_claude_code ? "import_claude_code"
                                         : "import_shared";
}

void import_said_warning_params(struct json_doc *params,
                                const struct import_tally *tally,
                                const struct import_format *format)
{
    char when[TEXT_TIME_MAX];

    json_doc_set_u64(params, "accounts", tally->renewable);
    json_doc_set_str(params, "from", str_of(format->from));
    json_doc_set_str(params, "first", str_of(tally->first));
    json_doc_set(params, "renews_at", json_doc_new_null());
    if (tally->renewed == 0)
        return;
    text_format_time(tally->due_ms, when);
    json_doc_set_str(params, "renews_at", str_of(when));
}

void import_said_end(struct buf *out, const struct import_tally *tally,
                     const struct import_format *format, bool dry_run)
{
    buf_printf(out, "%u %s, %u left out", tally->taken,
               dry_run ? "would be imported" : "imported",
               tally->refused + tally->foreign);
    if (tally->there > 0)
        buf_printf(out, ", %u here already", tally->there);
    buf_add(out, STR(".\n"));
    import_said_warning(out, tally, format, dry_run);
}

int import_said_status(const struct import_tally *tally)
{
    return tally->refused == 0 && tally->taken + tally->there > 0 ? 0 : 1;
}
