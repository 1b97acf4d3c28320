/* secret.c - see secret.h. */
#include "cmd/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

/* Bytes up to the end of the line, one by one: what follows belongs to others. */
static enum err secret_line(int fd, struct buf *out, struct diag *diag)
{
    char c;

    buf_reset(out);
    for (;;) {
        ssize_t got = read(fd, &c, 1);
        if (got < 0)
            return diag_set(diag, ERR_IO, "the password cannot be read");
        if (got == 0 || c == '\n')
            break;
        if (c != '\r')
            buf_char(out, c);
    }
    return buf_err(out) ? diag_set(diag, ERR_LIMIT, "the password is too long") : OK;
}

static enum err secret_ask(int fd, const char *question, struct buf *out, struct diag *diag)
{
    fprintf(stderr, "%s", question);
    fflush(stderr);
    enum err err = secret_line(fd, out, diag);
    fprintf(stderr, "\n");
    return err;
}

static enum err secret_twice(int fd, struct buf *out, struct diag *diag)
{
    struct buf again;

    buf_init(&again, out->bytes_max);
    enum err err = secret_ask(fd, "Password: ", out, diag);
    if (!err)
        err = secret_ask(fd, "The same again: ", &again, diag);
    if (!err && !str_eq(buf_text(out), buf_text(&again)))
        err = diag_set(diag, ERR_INVALID, "the two are not the same");
    buf_done(&again);
    return err;
}

enum err secret_read(bool pipe, struct buf *ret_secret, struct diag *diag)
{
    struct termios seen;

    if (pipe)
        return secret_line(STDIN_FILENO, ret_secret, diag);
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (fd < 0 || tcgetattr(fd, &seen)) {
        if (fd >= 0)
            close(fd);
        return diag_set(diag, ERR_USAGE, "there is no terminal to ask on; use --password-stdin");
    }
    struct termios unseen = seen;
    unseen.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fd, TCSAFLUSH, &unseen);
    enum err err = secret_twice(fd, ret_secret, diag);
    tcsetattr(fd, TCSAFLUSH, &seen);
    close(fd);
    return err;
}
