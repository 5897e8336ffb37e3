// SPDX-License-Identifier: MIT
/* Command lines in processes of their own. */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/commands.h"
#include "base/macros.h"
#include "base/mem.h"

#define ARGUMENTS_MAX 16

int run_open(void **state)
{
    struct run *run = MEM_NEW(struct run);

    run->folder = unit_folder_new();
    *state = run;
    return 0;
}

static void forget(struct run *run)
{
    mem_free(run->out);
    mem_free(run->err);
    run->out = NULL;
    run->err = NULL;
}

int run_close(void **state)
{
    struct run *run = *state;

    forget(run);
    unit_folder_free(run->folder);
    mem_free(run);
    return 0;
}

static int split(char *line, char **argv)
{
    int argc = 1;

    for (char *word = strsep(&line, " "); word && argc < ARGUMENTS_MAX;
         word = strsep(&line, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    return argc;
}

void run_as_child(const struct run *run, const char *line)
{
    char *argv[ARGUMENTS_MAX + 1];
    char *words = mem_strdup(line);
    char *name = mem_strdup(run->program ? run->program : "claude-relay");
    int argc = split(words, argv);
    int status = 99;

    argv[0] = name;
    program_invocation_name = name;
    (void)clearenv();
    for (size_t i = 0; i < COUNT_OF(run->env) && run->env[i]; i++)
        (void)putenv(mem_strdup(run->env[i]));
    if (chdir(run->folder) == 0)
        status = commands_run(argc, argv);
    mem_free(words);
    mem_free(name);
    (void)fflush(NULL);
    _exit(status);
}

int run_wait(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void feed(const char *input)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    size_t len = input ? strlen(input) : 0;

    if (fd < 0 || (len > 0 && write(fd, input, len) != (ssize_t)len) ||
        lseek(fd, 0, SEEK_SET) != 0 || dup2(fd, STDIN_FILENO) != 0)
        _exit(98);
}

void run_command(struct run *run, const char *line)
{
    struct unit_capture out = unit_capture_begin(STDOUT_FILENO);
    struct unit_capture err = unit_capture_begin(STDERR_FILENO);
    pid_t child = fork();

    if (child == 0) {
        feed(run->input);
        run_as_child(run, line);
    }
    forget(run);
    run->status = child > 0 ? run_wait(child) : -1;
    run->err = unit_capture_end(&err);
    run->out = unit_capture_end(&out);
}

void run_begin_folder(const struct run *run, const char *name)
{
    char path[4096];

    assert_int_equal(mkdir(unit_path(run->folder, name), 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/%s/db", run->folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}
