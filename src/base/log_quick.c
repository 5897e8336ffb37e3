// SPDX-License-Identifier: MIT
/* Lines of the log that need no care. */
#include "base/log_quick.h"

#include "base/text.h"

/* What is around a field: ,"":"" */
#define AROUND 6
#define DIGITS_MAX 20
#define HEAD_MAX 100
/* What is around the event, and ends the line. */
#define AROUND_LINE 8

static char *put(char *to, struct str text)
{
    memcpy(to, text.at, text.len);
    return to + text.len;
}

static char *put_number(char *to, uint64_t number)
{
    char digits[DIGITS_MAX];
    size_t at = DIGITS_MAX;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return put(to, (struct str){ digits + at, DIGITS_MAX - at });
}

static char *put_text_field(char *to, const struct log_field *field)
{
    *to++ = ' ';
    to = put(to, field->name);
    *to++ = '=';
    return field->text.at ? put(to, field->text)
                          : put_number(to, field->number);
}

static char *put_json_field(char *to, const struct log_field *field)
{
    *to++ = ',';
    *to++ = '"';
    to = put(to, field->name);
    *to++ = '"';
    *to++ = ':';
    if (!field->text.at)
        return put_number(to, field->number);
    *to++ = '"';
    to = put(to, field->text);
    *to++ = '"';
    return to;
}

static bool is_quick(const struct log_field *field, size_t room)
{
    return field->name.len + field->text.len + AROUND + DIGITS_MAX <= room &&
           (!field->text.at ||
            (!field->json && field->text.len <= LOG_VALUE_MAX &&
             text_is_plain_word(field->text)));
}

static char *put_event(char *to, const struct log_quick *line)
{
    for (size_t i = 0; i < LOG_QUICK_HEAD; i++)
        to = put(to, line->head[i]);
    if (line->format == LOG_JSON)
        *to++ = '"';
    to = put(to, line->event);
    if (line->format == LOG_JSON)
        *to++ = '"';
    return to;
}

size_t log_quick_write(const struct log_quick *line, char out[LOG_QUICK_MAX])
{
    bool json = line->format == LOG_JSON;
    const char *end = out + LOG_QUICK_MAX;
    char *to = out;

    if (!text_is_plain_word(line->event) ||
        line->event.len + HEAD_MAX + AROUND_LINE > LOG_QUICK_MAX)
        return 0;
    to = put_event(to, line);
    for (size_t i = 0; i < line->count; i++) {
        if (!is_quick(&line->fields[i], (size_t)(end - to) - AROUND_LINE))
            return 0;
        to = json ? put_json_field(to, &line->fields[i])
                  : put_text_field(to, &line->fields[i]);
    }
    if (json)
        *to++ = '}';
    *to++ = '\n';
    return (size_t)(to - out);
}
