// SPDX-License-Identifier: MIT
/* Codes of failures and their table (reason.def). */
#include "base/reason.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
    const char *name;
    enum err_code kind;
    const char *values; /* their names, with a space between: "-" is not told */
} table[] = {
    [REASON_NONE] = { "", ERR_INTERNAL, "" },
#define REASON(name, kind, text, values) { #name, ERR_##kind, values },
#include "base/reason.def"
#undef REASON
};

static const char *const kinds[] = {
#define ERR(name, status, type, retry) #name,
#include "base/err.def"
#undef ERR
};

/* ---- a text, and where its values are ------------------------------------ */

struct writing {
    struct err *err;
    size_t len;
    unsigned values;
};

static bool takes(const char **format, const char *conversion)
{
    size_t len = strlen(conversion);

    if (strncmp(*format, conversion, len) != 0)
        return false;
    *format += len;
    return true;
}

/* Append the value of the conversion that `*format` begins with: one of those that the
   texts of the table have. */
static void write_value(const char **format, va_list *args, char *out,
                        size_t max)
{
    if (takes(format, "%s")) {
        (void)snprintf(out, max, "%s", va_arg(*args, const char *));
    } else if (takes(format, STR_FMT)) {
        int len = va_arg(*args, int);

        (void)snprintf(out, max, "%.*s", len, va_arg(*args, const char *));
    } else if (takes(format, "%zu")) {
        (void)snprintf(out, max, "%zu", va_arg(*args, size_t));
    } else if (takes(format, "%llu")) {
        (void)snprintf(out, max, "%llu", va_arg(*args, unsigned long long));
    } else if (takes(format, "%lld")) {
        (void)snprintf(out, max, "%lld", va_arg(*args, long long));
    } else if (takes(format, "%u")) {
        (void)snprintf(out, max, "%u", va_arg(*args, unsigned));
    } else {
        assert(strncmp(*format, "%d", 2) == 0);
        *format += 2;
        (void)snprintf(out, max, "%d", va_arg(*args, int));
    }
}

static void add_value(struct writing *w, const char **format, va_list *args)
{
    char *out = w->err->text + w->len;
    size_t len;

    write_value(format, args, out, sizeof(w->err->text) - w->len);
    text_make_printable(out);
    len = strlen(out);
    if (w->values < ERR_VALUES_MAX)
        w->err->values[w->values++] =
            (struct err_value){ (uint16_t)w->len, (uint16_t)len };
    w->len += len;
}

static void add_literal(struct writing *w, const char **format)
{
    bool is_percent = takes(format, "%%");
    char c = is_percent ? '%' : *(*format)++;

    if (w->len + 1 < sizeof(w->err->text))
        w->err->text[w->len++] = c;
    w->err->text[w->len] = '\0';
}

bool reason_set(struct err *err, enum reason reason, const char *format, ...)
{
    struct writing w = { .err = err };
    va_list args;

    assert(reason > REASON_NONE && reason < REASON_COUNT);
    err_set(err, table[reason].kind, "%s", "");
    err->reason = (uint16_t)reason;
    va_start(args, format);
    while (*format) {
        if (format[0] == '%' && format[1] != '%')
            add_value(&w, &format, &args);
        else
            add_literal(&w, &format);
    }
    va_end(args);
    return false;
}

/* ---- what programs read -------------------------------------------------- */

const char *reason_code(const struct err *err, char out[REASON_CODE_MAX])
{
    const char *name = err->reason ? table[err->reason].name : kinds[err->code];
    size_t len = 0;

    for (; name[len] && len + 1 < REASON_CODE_MAX; len++)
        out[len] = (char)tolower((unsigned char)name[len]);
    out[len] = '\0';
    return out;
}

/* The name of that number in "one two three"; empty after the last. */
static struct str nth_word(const char *words, size_t number)
{
    struct str rest = str_of(words);

    while (number-- > 0)
        rest = str_from(rest, str_index(rest, ' ') + 1);
    return str_sub(rest, 0, str_index(rest, ' '));
}

/* What was cut off at the end of the text is not there. */
static struct str part_of(const struct err *err, struct err_value at)
{
    return str_sub(str_of(err->text), at.at, at.len);
}

bool reason_value(const struct err *err, size_t number,
                  struct reason_value *value)
{
    size_t seen = 0;

    for (size_t i = 0; err->reason && i < ERR_VALUES_MAX; i++) {
        value->name = nth_word(table[err->reason].values, i);
        if (value->name.len == 0)
            break;
        if (str_eq(value->name, STR("-")) || seen++ < number)
            continue;
        value->text = part_of(err, err->values[i]);
        return true;
    }
    if (seen != number || err->prefix == 0)
        return false;
    value->name = STR("at");
    value->text = part_of(err, (struct err_value){ 0, err->prefix });
    return true;
}
