// SPDX-License-Identifier: MIT
/* A file of certificates. */
#include "config/ca_file.h"

#include <sys/stat.h>
#include <unistd.h>

bool ca_file_check(const char *path, struct err *err)
{
    struct stat info;

    if (stat(path, &info) != 0 || access(path, R_OK) != 0)
        return err_errno(err, "must be a PEM file");
    return S_ISREG(info.st_mode) ||
           err_set(err, ERR_CONFIG,
                   "must be a PEM file, not a folder or device");
}
