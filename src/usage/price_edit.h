// SPDX-License-Identifier: MIT
/* One model's row in a table of prices, set or taken away; all else in the table stays as
   it is, in its order, what is not known here too.  What comes of it is read as any table
   is (usage/price.h), so that nothing is written that would not be taken.  Pure, but for
   price_edit_file(). */
#pragma once

#include "base/buf.h"
#include "base/json.h"
#include "usage/price.h"

struct price_edit {
    struct str model; /* of rows with that very text, in any case */
    /* Members of the row, without `model`; NULL: the model's rows go, whenever they are
       valid.  A row takes the place of one that is valid from the same time. */
    const struct json_doc *row;
    uint64_t now_ms;
};

struct price_edited {
    struct prices *prices;   /* of the new table; NULL: no table is left */
    struct json_doc *before; /* the rows that went, an array */
    struct buf text;         /* the new table's */
};

/* Empty, at first.  Either way afterwards. */
void price_edited_init(struct price_edited *edited);
void price_edited_done(struct price_edited *edited);

/* `text` is the table's; empty: there is none.  ERR_NOT_FOUND: there is no such row;
   ERR_BAD_REQUEST: the new one is not valid; ERR_CONFLICT: the table is not, or another
   row would hide it. */
bool price_edit_text(struct str text, const struct price_edit *edit,
                     struct price_edited *edited, struct err *err) MUST_CHECK;
/* The same in DATA_DIR/prices.json, which is replaced safely.  ERR_BUSY: another process
   is at the folder; the same again may work.  On the store's thread. */
bool price_edit_file(const char *folder, const struct price_edit *edit,
                     struct price_edited *edited, struct err *err) MUST_CHECK;
