// SPDX-License-Identifier: MIT
/* A table of prices in the data folder. */
#include "usage/price_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "store/jsonfile.h"
#include "store/owned.h"

#define PATH_LEN_MAX 4096

bool price_file_read(const char *folder, struct prices **prices,
                     struct err *err)
{
    char path[PATH_LEN_MAX];
    struct buf text;
    bool ok;

    *prices = NULL;
    if (snprintf(path, sizeof(path), "%s/" PRICE_FILE, folder) >= PATH_LEN_MAX)
        return err_set(err, ERR_CONFIG, "the path of DATA_DIR is too long");
    buf_init(&text, JSONFILE_MAX);
    ok = owned_file(path, err) && jsonfile_read(path, &text, err);
    if (!ok && err->code == ERR_NOT_FOUND) {
        buf_done(&text);
        return true;
    }
    if (ok)
        *prices = prices_read(buf_str(&text), err);
    if (ok && !*prices)
        (void)err_wrap(err, "%s", path);
    buf_done(&text);
    return *prices != NULL;
}

bool price_file_is_away(const char *folder)
{
    return access(folder, F_OK) != 0 && errno == ENOENT;
}

void price_file_show(struct price_board *board, struct prices *prices)
{
    struct prices *before = price_board_take(board);
    bool own = !prices;

    if (own)
        prices = prices_default();
    if (strcmp(prices_version(before), prices_version(prices)) != 0)
        log_line(LOG_INFO, "prices: %s is in force (%s), before it was %s",
                 prices_version(prices), own ? "the program's own" : PRICE_FILE,
                 prices_version(before));
    prices_unref(before);
    price_board_show(board, prices);
}

void price_file_complaint(struct price_board *board, const struct err *err,
                          char out[PRICE_COMPLAINT_MAX])
{
    struct prices *prices = price_board_take(board);

    (void)snprintf(out, PRICE_COMPLAINT_MAX,
                   "the prices of %s stay in force, for the file cannot be "
                   "used: %s",
                   prices_version(prices), err->text);
    prices_unref(prices);
}

void price_file_refuse(struct price_board *board, const struct err *err)
{
    char before[PRICE_COMPLAINT_MAX];
    char text[PRICE_COMPLAINT_MAX];

    price_file_complaint(board, err, text);
    if (!price_board_complaint(board, before) || strcmp(before, text) != 0)
        log_line(LOG_ERROR, "prices: %s", text);
    price_board_complain(board, text);
}

void price_file_load(struct price_board *board, const char *folder)
{
    struct prices *prices;
    struct err err;

    if (price_file_read(folder, &prices, &err))
        price_file_show(board, prices);
    else
        price_file_refuse(board, &err);
}
