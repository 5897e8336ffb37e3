// SPDX-License-Identifier: MIT
/* Families and samples as text. */
#include "admin/metrics_form.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

/* ---- which one ----------------------------------------------------------- */

#define WHOLE 1000 /* thousandths */

/* "0.5", "1", "0.123" */
static unsigned quality_of(struct str text)
{
    unsigned whole = text.len > 0 && text.at[0] == '1' ? WHOLE : 0;
    unsigned place = WHOLE / 10;

    for (size_t i = 2; whole == 0 && i < text.len && place > 0; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return 0;
        whole += (unsigned)(text.at[i] - '0') * place;
        place /= 10;
    }
    return whole;
}

/* One range of an Accept field. */
struct range {
    struct str type;
    struct str version; /* or empty */
    unsigned quality;
};

static struct str unquoted(struct str value)
{
    bool quoted =
        value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"';

    return quoted ? str_sub(value, 1, value.len - 2) : value;
}

static void take_parameter(struct range *range, struct str parameter)
{
    size_t at = str_index(parameter, '=');
    struct str name = str_trim(str_sub(parameter, 0, at));
    struct str value = unquoted(str_trim(str_from(parameter, at + 1)));

    if (str_ieq(name, STR("version")))
        range->version = value;
    else if (str_ieq(name, STR("q")))
        range->quality = quality_of(value);
}

static struct range range_of(struct str item)
{
    struct range range = { .version = STR_EMPTY, .quality = WHOLE };
    struct str part = STR_EMPTY;

    (void)str_next(&item, ';', &part);
    range.type = str_trim(part);
    while (str_next(&item, ';', &part))
        take_parameter(&range, part);
    return range;
}

static bool is_open(const struct range *range)
{
    return str_ieq(range->type, STR("application/openmetrics-text")) &&
           (range->version.len == 0 || str_eq(range->version, STR("1.0.0")));
}

static bool is_text(const struct range *range)
{
    return str_ieq(range->type, STR("text/plain")) &&
           (range->version.len == 0 || str_eq(range->version, STR("0.0.4")));
}

static void raise(unsigned *to, unsigned quality)
{
    if (quality > *to)
        *to = quality;
}

enum metrics_form metrics_form_of(const struct headers *headers)
{
    unsigned open = 0;
    unsigned text = 0;

    for (size_t i = 0; i < headers->count; i++) {
        struct str rest = headers->at[i].value;
        struct str item;

        if (!str_ieq(headers->at[i].name, STR("accept")))
            continue;
        while (headers_list_next(&rest, &item)) {
            struct range range = range_of(item);

            if (is_open(&range))
                raise(&open, range.quality);
            else if (is_text(&range))
                raise(&text, range.quality);
        }
    }
    return open > 0 && open >= text ? METRICS_OPEN : METRICS_TEXT;
}

/* ---- families ------------------------------------------------------------ */

static const char *const type_words[][2] = {
    [METRICS_COUNTER] = { "counter", "counter" },
    [METRICS_GAUGE] = { "gauge", "gauge" },
    [METRICS_HISTOGRAM] = { "histogram", "histogram" },
    [METRICS_SUMMARY] = { "summary", "summary" },
    [METRICS_INFO] = { "gauge", "info" },
};

static struct str without(struct str name, struct str end)
{
    struct str tail =
        str_from(name, name.len > end.len ? name.len - end.len : name.len);

    return str_eq(tail, end) ? str_sub(name, 0, name.len - end.len) : name;
}

/* OpenMetrics leaves out of a family's name what all its samples end with. */
static struct str family_name(enum metrics_form form,
                              const struct metrics_family *family)
{
    struct str name = str_of(family->name);

    if (form == METRICS_OPEN && family->type == METRICS_COUNTER)
        return without(name, STR("_total"));
    if (form == METRICS_OPEN && family->type == METRICS_INFO)
        return without(name, STR("_info"));
    return name;
}

static const char *unit_of(struct str name)
{
    static const char *const units[] = { "seconds", "bytes", "dollars",
                                         "ratio" };

    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (without(name, str_of(units[i])).len < name.len)
            return units[i];
    }
    return NULL;
}

void metrics_form_head(struct buf *out, enum metrics_form form,
                       const struct metrics_family *family)
{
    struct str name = family_name(form, family);
    const char *unit = unit_of(name);

    (void)buf_printf(out, "# HELP " STR_FMT " %s\n# TYPE " STR_FMT " %s\n",
                     STR_ARG(name), family->help, STR_ARG(name),
                     type_words[family->type][form]);
    if (unit && form == METRICS_OPEN)
        (void)buf_printf(out, "# UNIT " STR_FMT " %s\n", STR_ARG(name), unit);
}

void metrics_form_end(struct buf *out, enum metrics_form form)
{
    if (form == METRICS_OPEN)
        buf_add(out, STR("# EOF\n"));
}

/* ---- samples ------------------------------------------------------------- */

/* Both forms are UTF-8: other bytes become U+FFFD. */
static void add_escaped(struct buf *out, struct str value)
{
    while (value.len > 0) {
        size_t len = text_utf8_len(value);

        if (value.at[0] == '\n')
            buf_add(out, STR("\\n"));
        else if (value.at[0] == '"' || value.at[0] == '\\')
            (void)buf_printf(out, "\\%c", value.at[0]);
        else if (len == 0)
            buf_add(out, STR("\xef\xbf\xbd"));
        else
            buf_add(out, str_sub(value, 0, len));
        value = str_from(value, len > 0 ? len : 1);
    }
}

static void add_labels(struct buf *out, const struct metrics_sample *sample)
{
    for (size_t i = 0; i < sample->label_count; i++) {
        (void)buf_printf(out, "%s%s=\"", i == 0 ? "{" : ",",
                         sample->labels[i].name);
        add_escaped(out, sample->labels[i].value);
        buf_add(out, STR("\""));
    }
    if (sample->label_count > 0)
        buf_add(out, STR("}"));
}

static void add_value(struct buf *out, struct metrics_value value)
{
    uint64_t one = 1;

    for (unsigned i = 0; i < value.decimals; i++)
        one *= 10;
    (void)buf_printf(out, " %llu", (unsigned long long)(value.number / one));
    if (value.decimals > 0)
        (void)buf_printf(out, ".%0*llu", (int)value.decimals,
                         (unsigned long long)(value.number % one));
}

void metrics_form_sample(struct buf *out, const struct metrics_sample *sample)
{
    (void)buf_printf(out, "%s%s", sample->name, sample->suffix);
    add_labels(out, sample);
    add_value(out, sample->value);
    buf_add(out, STR("\n"));
}

void metrics_form_bound(uint64_t millionths, char out[METRICS_BOUND_MAX])
{
    size_t len = (size_t)snprintf(out, METRICS_BOUND_MAX, "%llu.%06llu",
                                  (unsigned long long)(millionths / 1000000),
                                  (unsigned long long)(millionths % 1000000));

    while (out[len - 1] == '0' && out[len - 2] != '.')
        out[--len] = '\0';
}
