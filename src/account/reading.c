// SPDX-License-Identifier: MIT
/* What the store says of accounts. */
#include "account/reading.h"

#include <stdio.h>
#include <string.h>

#include "account/kinds.h"
#include "base/mem.h"

void readings_done(struct readings *readings)
{
    for (size_t i = 0; i < readings->count; i++)
        account_unref(readings->at[i].account);
    mem_free(readings->at);
    *readings = (struct readings){ 0 };
}

static struct reading *add(struct readings *readings,
                           const struct account_kind *kind, struct str name)
{
    struct reading *reading;

    if (readings->count == readings->room) {
        readings->room = readings->room * 2 + 4;
        readings->at =
            mem_realloc(readings->at, readings->room * sizeof(struct reading));
    }
    reading = &readings->at[readings->count++];
    *reading = (struct reading){ .kind = kind };
    (void)snprintf(reading->name, sizeof(reading->name), STR_FMT,
                   STR_ARG(name));
    return reading;
}

void readings_put(struct readings *readings, const struct account_kind *kind,
                  struct str name, struct json_doc *doc)
{
    struct reading *reading = add(readings, kind, name);

    reading->state = doc ? READING_FOUND : READING_AWAY;
    reading->account = doc ? account_from_doc(kind, name, doc) : NULL;
    json_doc_free(doc);
}

static void read_key(struct readings *readings, struct store_driver *driver,
                     const char *key)
{
    struct json_doc *doc;
    struct str name;
    const struct account_kind *kind = account_of_key(str_of(key), &name);
    struct reading *reading;
    struct err err;

    if (driver->read(driver, key, &doc, &err)) {
        readings_put(readings, kind, name, doc);
        reading = &readings->at[readings->count - 1];
        if (reading->state == READING_AWAY && driver->was_removed(driver, key))
            reading->state = READING_REMOVED;
        return;
    }
    reading = add(readings, kind, name);
    reading->account = account_broken(kind, name, err.text);
    reading->account->unreadable = err.code == ERR_IO;
}

static int compare(const struct reading *reading, const char *key)
{
    char own[ACCOUNT_KEY_MAX];

    account_key(reading->kind, str_of(reading->name), own);
    return strcmp(own, key);
}

static bool has(const struct readings *readings, const char *key)
{
    size_t from = 0;
    size_t to = readings->listed;

    while (from < to) {
        size_t middle = (from + to) / 2;
        int order = compare(&readings->at[middle], key);

        if (order == 0)
            return true;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    for (size_t i = readings->listed; i < readings->count; i++) {
        if (compare(&readings->at[i], key) == 0)
            return true;
    }
    return false;
}

void readings_add(struct readings *readings, struct store_driver *driver,
                  const char *key)
{
    struct str name;

    if (account_of_key(str_of(key), &name) && !has(readings, key))
        read_key(readings, driver, key);
}

struct listing {
    struct readings *readings;
    struct store_driver *driver;
};

static void add_key(void *arg, const char *key)
{
    struct listing *listing = arg;
    struct str name;

    if (!account_of_key(str_of(key), &name))
        return;
    if (listing->readings->count < READING_MAX)
        read_key(listing->readings, listing->driver, key);
    else
        listing->readings->too_many = true;
}

bool readings_add_all(struct readings *readings, struct store_driver *driver,
                      struct err *err)
{
    return driver->list(driver, add_key, &(struct listing){ readings, driver },
                        err);
}
