// SPDX-License-Identifier: MIT
/* Runs a program and kills it (SIGKILL) before its N-th system call after it has
   received MARK, the last bytes of what a peer sends:

       die-at N MARK PROGRAM [ARGUMENT...]

   Says on standard output what came of it, as JSON: "killed", or the program ended
   before; "seen": MARK came; "steps": system calls since; "renames" and "writes" (at
   an offset): those among them that were carried out.  What the program prints goes to standard error.
   Exit status 77: this machine does not permit ptrace. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#define THREADS_MAX 64
#define MARK_MAX 64
#define OPTIONS                                                                \
    (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL)

/* The call that a thread is in. */
struct thread {
    pid_t id;
    uint64_t number;
    uint64_t buffer;
};

struct run {
    pid_t child;
    unsigned long n;
    const char *mark;
    struct thread threads[THREADS_MAX];
    size_t thread_count;
    bool seen;
    bool killed;
    unsigned long steps;
    unsigned long renames;
    unsigned long writes;
};

static struct thread *thread_of(struct run *run, pid_t id)
{
    for (size_t i = 0; i < run->thread_count; i++) {
        if (run->threads[i].id == id)
            return &run->threads[i];
    }
    if (run->thread_count == THREADS_MAX)
        abort();
    run->threads[run->thread_count] = (struct thread){ .id = id };
    return &run->threads[run->thread_count++];
}

/* Do the bytes that were just read end with the mark?  (process_vm_readv() may not
   look into a program that is not dumpable; its tracer may.) */
static bool has_mark(const struct run *run, const struct thread *thread,
                     int64_t len)
{
    size_t size = strlen(run->mark);
    uint64_t at = thread->buffer + (uint64_t)len - size;

    if (len < (int64_t)size)
        return false;
    for (size_t i = 0; i < size; i++) {
        long word;

        errno = 0;
        word = ptrace(PTRACE_PEEKDATA, thread->id, at + i, NULL);
        if (errno != 0 || memcmp(&word, &run->mark[i], 1) != 0)
            return false;
    }
    return true;
}

static bool is_rename(uint64_t number)
{
#ifdef SYS_rename
    if (number == SYS_rename)
        return true;
#endif
    return number == SYS_renameat2
#ifdef SYS_renameat
           || number == SYS_renameat
#endif
        ;
}

static void entered(struct run *run, struct thread *thread,
                    const struct ptrace_syscall_info *info)
{
    thread->number = info->entry.nr;
    thread->buffer = info->entry.args[1];
    if (!run->seen)
        return;
    run->steps++;
    if (run->steps == run->n) {
        run->killed = true;
        (void)kill(run->child, SIGKILL);
    }
}

static void left(struct run *run, const struct thread *thread, int64_t result)
{
    if (run->seen) {
        run->renames += is_rename(thread->number) && result == 0;
        run->writes += thread->number == SYS_pwrite64 && result > 0;
    } else if (thread->number == SYS_read || thread->number == SYS_recvfrom) {
        run->seen = has_mark(run, thread, result);
    }
}

static void look_at_call(struct run *run, pid_t id)
{
    struct ptrace_syscall_info info;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, id, sizeof(info), &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
        entered(run, thread_of(run, id), &info);
    else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
        left(run, thread_of(run, id), info.exit.rval);
}

/* The signal to hand on, or 0. */
static int look_at_stop(struct run *run, pid_t id, int status)
{
    int signal = WSTOPSIG(status);

    if (signal == (SIGTRAP | 0x80)) {
        look_at_call(run, id);
        return 0;
    }
    /* New threads, and what has become of the program. */
    return signal == SIGTRAP || signal == SIGSTOP ? 0 : signal;
}

static int follow(struct run *run)
{
    int result = 0;
    int status;
    pid_t id;

    for (id = waitpid(-1, &status, __WALL); id > 0;
         id = waitpid(-1, &status, __WALL)) {
        if (WIFSTOPPED(status))
            (void)ptrace(PTRACE_SYSCALL, id, NULL,
                         (uintptr_t)look_at_stop(run, id, status));
        else if (id == run->child)
            result = status;
    }
    return result;
}

static void be_traced(char **argv)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(77);
    (void)dup2(2, 1);
    (void)raise(SIGSTOP);
    (void)execv(argv[0], argv);
    _exit(127);
}

int main(int argc, char **argv)
{
    struct run run = { 0 };
    int status;

    if (argc < 4 || strlen(argv[2]) > MARK_MAX)
        return 2;
    run.n = strtoul(argv[1], NULL, 10);
    run.mark = argv[2];
    run.child = fork();
    if (run.child == 0)
        be_traced(argv + 3);
    if (waitpid(run.child, &status, 0) != run.child || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, run.child, NULL, OPTIONS) != 0)
        return 77;
    (void)ptrace(PTRACE_SYSCALL, run.child, NULL, NULL);
    status = follow(&run);
    (void)printf("{\"killed\":%s,\"seen\":%s,\"steps\":%lu,\"renames\":%lu,"
                 "\"writes\":%lu,\"status\":%d}\n",
                 run.killed ? "true" : "false", run.seen ? "true" : "false",
                 run.steps, run.renames, run.writes,
                 WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 0;
}
