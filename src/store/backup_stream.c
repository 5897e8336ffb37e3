// SPDX-License-Identifier: MIT
/* A thread that writes into a pipe. */
#include "store/backup_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/backup.h"

/* Both the loop and the thread hold it: whoever lets go last frees it. */
struct backup_stream {
    pthread_mutex_t lock; /* of these: */
    unsigned holders;
    bool ok;
    struct err err;
    struct backup_making making;
    /* The thread's. */
    char *data_dir;
    bool with_token;
    int to;
    /* The loop's. */
    int from;
    uint64_t bytes;
};

static void let_go(struct backup_stream *stream)
{
    bool last;

    (void)pthread_mutex_lock(&stream->lock);
    last = --stream->holders == 0;
    (void)pthread_mutex_unlock(&stream->lock);
    if (!last)
        return;
    (void)pthread_mutex_destroy(&stream->lock);
    mem_free(stream->data_dir);
    mem_free(stream);
}

/* ---- the thread ---------------------------------------------------------- */

/* What came of it is there before the pipe ends. */
static void *write_backup(void *arg)
{
    struct backup_stream *stream = arg;
    struct backup_making making = { .data_dir = stream->data_dir,
                                    .without_token = !stream->with_token };
    struct err err;
    bool ok = backup_write(&making, stream->to, &err);

    (void)pthread_mutex_lock(&stream->lock);
    stream->ok = ok;
    stream->making = making;
    if (!ok)
        stream->err = err;
    (void)pthread_mutex_unlock(&stream->lock);
    (void)close(stream->to);
    let_go(stream);
    return NULL;
}

static bool start_thread(struct backup_stream *stream, struct err *err)
{
    pthread_t thread;
    int rc;

    stream->holders = 2;
    rc = pthread_create(&thread, NULL, write_backup, stream);
    if (rc == 0) {
        (void)pthread_detach(thread);
        return true;
    }
    stream->holders = 1;
    (void)close(stream->to);
    errno = rc;
    return err_errno(err, "start a thread for the backup");
}

/* ---- the loop ------------------------------------------------------------ */

static bool open_pipe(struct backup_stream *stream, struct err *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_errno(err, "make a pipe for the backup");
    stream->from = ends[0];
    stream->to = ends[1];
    if (fcntl(stream->from, F_SETFL, O_NONBLOCK) == 0)
        return true;
    (void)close(stream->to);
    return err_errno(err, "set up the pipe of the backup");
}

struct backup_stream *backup_stream_start(const char *data_dir, bool with_token,
                                          struct err *err)
{
    struct backup_stream *stream = MEM_NEW(struct backup_stream);

    (void)pthread_mutex_init(&stream->lock, NULL);
    stream->holders = 1;
    stream->from = -1;
    stream->data_dir = mem_strdup(data_dir);
    stream->with_token = with_token;
    if (open_pipe(stream, err) && start_thread(stream, err))
        return stream;
    backup_stream_free(stream);
    return NULL;
}

void backup_stream_free(struct backup_stream *stream)
{
    if (!stream)
        return;
    if (stream->from >= 0)
        (void)close(stream->from);
    stream->from = -1;
    let_go(stream);
}

int backup_stream_fd(const struct backup_stream *stream)
{
    return stream->from;
}

static enum backup_stream_got finish(struct backup_stream *stream,
                                     struct err *err)
{
    bool ok;

    (void)pthread_mutex_lock(&stream->lock);
    ok = stream->ok;
    if (!ok)
        *err = stream->err;
    (void)pthread_mutex_unlock(&stream->lock);
    return ok ? BACKUP_STREAM_END : BACKUP_STREAM_FAILED;
}

enum backup_stream_got backup_stream_read(struct backup_stream *stream,
                                          char *out, size_t size, size_t *got,
                                          struct err *err)
{
    ssize_t n = read(stream->from, out, size);

    *got = 0;
    if (n > 0) {
        *got = (size_t)n;
        stream->bytes += (size_t)n;
        return BACKUP_STREAM_SOME;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return BACKUP_STREAM_NOTHING_YET;
    if (n == 0)
        return finish(stream, err);
    (void)err_errno(err, "read the backup");
    return BACKUP_STREAM_FAILED;
}

size_t backup_stream_files(const struct backup_stream *stream)
{
    return stream->making.files;
}

uint64_t backup_stream_bytes(const struct backup_stream *stream)
{
    return stream->bytes;
}
