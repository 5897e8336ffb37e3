// SPDX-License-Identifier: MIT
/* Names of users. */
#include "base/user.h"

#include <pwd.h>
#include <stdio.h>

#include "base/text.h"

#define LINE_MAX_LEN 4096
#define NAME_MAX_LEN 32

/* Words only: what else a name may hold would be told from what stands around it by
   nobody. */
static bool find(FILE *file, uint32_t uid, char name[NAME_MAX_LEN + 1])
{
    struct passwd *found = NULL;
    struct passwd entry;
    char line[LINE_MAX_LEN];

    while (fgetpwent_r(file, &entry, line, sizeof(line), &found) == 0) {
        if (entry.pw_uid != uid)
            continue;
        text_copy(name, NAME_MAX_LEN + 1, str_of(entry.pw_name));
        return text_is_plain_word(str_of(name));
    }
    return false;
}

void user_text_from(const char *path, uint32_t uid, char out[USER_TEXT_MAX])
{
    FILE *file = fopen(path, "re");
    char name[NAME_MAX_LEN + 1];
    bool found = file && find(file, uid, name);

    if (file)
        (void)fclose(file);
    if (found)
        (void)snprintf(out, USER_TEXT_MAX, "%s (uid %u)", name, uid);
    else
        (void)snprintf(out, USER_TEXT_MAX, "uid %u", uid);
}

void user_text(uint32_t uid, char out[USER_TEXT_MAX])
{
    user_text_from("/etc/passwd", uid, out);
}
