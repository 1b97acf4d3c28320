/* cmd_decode.c - `yancheng decode jt808`: what terminals send, in hex, as JSON. For people who look
 * into a capture, and for programs that have one. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "wire/jt808/body.h"

enum {
    DECODE_READ_BYTES = 1 << 16,
    DECODE_LINE_MAX = 3 * WIRE_JT808_FRAME_MAX + 64, /* the largest frame, a blank between bytes */
    DECODE_JSON_BYTES_MAX = 4 << 20, /* a frame of the smallest items says about 100 KB */
};

static const char decode_help[] =
    "Usage: yancheng decode jt808 [--json]\n\n"
    "Reads JT/T 808 frames on stdin, one a line as hex digits from 7e to 7e (blanks between bytes\n"
    "are passed over), and prints one JSON object a line in the same order: {\"decoded\":\n"
    "{\"header\": ..., \"body\": ...}} or {\"error\": \"...\"}. Empty lines are passed over. Exits "
    "0\n"
    "when all input was read, whatever it held.\n";

struct decode {
    char line[DECODE_LINE_MAX];
    size_t line_size;
    bool line_long; /* more than fits: the rest of it is passed over */
    struct arena arena;
    struct buf out;
};

static int decode_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

    return at ? (int)(at - digits) : -1;
}

static enum err decode_hex(struct str text, uint8_t raw[WIRE_JT808_FRAME_MAX], struct bytes *ret,
                           struct diag *diag)
{
    size_t size = 0;
    size_t at = 0;

    while (at < text.size) {
        if (text.data[at] == ' ' || text.data[at] == '\t') { /* as captures print bytes */
            at++;
            continue;
        }
        int high = decode_digit(text.data[at]);
        int low = at + 1 < text.size ? decode_digit(text.data[at + 1]) : 0;
        if (high < 0 || low < 0)
            return diag_set(diag, ERR_SYNTAX, "no hex digit at column %zu",
                            at + (high < 0 ? 1 : 2));
        if (at + 1 == text.size)
            return diag_set(diag, ERR_SYNTAX, "an odd number of hex digits");
        if (size == WIRE_JT808_FRAME_MAX)
            return diag_set(diag, ERR_LIMIT, "longer than the largest frame, %d bytes",
                            WIRE_JT808_FRAME_MAX);
        raw[size++] = (uint8_t)(high << 4 | low);
        at += 2;
    }
    *ret = (struct bytes){raw, size};
    return OK;
}

static enum err decode_line(struct decode *decode, struct str text, struct jw *jw,
                            struct diag *diag)
{
    uint8_t raw[WIRE_JT808_FRAME_MAX];
    uint8_t room[WIRE_JT808_PLAIN_MAX];
    struct wire_jt808_frame frame;
    struct bytes bytes;

    if (decode->line_long)
        return diag_set(diag, ERR_LIMIT, "longer than the largest frame, %d bytes",
                        WIRE_JT808_FRAME_MAX);
    enum err err = decode_hex(text, raw, &bytes, diag);
    if (!err)
        err = wire_jt808_frame(bytes, room, &frame, diag);
    if (err)
        return err;
    jw_object(jw);
    jw_key(jw, "decoded");
    err = wire_jt808_frame_json(&frame, &decode->arena, jw, diag);
    jw_object_end(jw);
    return err;
}

/* The line that is complete goes out as one line. Errors: IO, NOMEM. */
static enum err decode_put(struct decode *decode)
{
    struct str text = str_trim((struct str){decode->line, decode->line_size});
    struct diag diag = {0};
    struct jw jw;

    if (!text.size && !decode->line_long)
        return OK;
    buf_reset(&decode->out);
    jw_init(&jw, &decode->out);
    enum err err = decode_line(decode, text, &jw, &diag);
    if (err) {
        buf_reset(&decode->out);
        jw_init(&jw, &decode->out);
        jw_object(&jw);
        jw_key(&jw, "error");
        jw_text(&jw, diag.text);
        jw_object_end(&jw);
    }
    buf_char(&decode->out, '\n');
    arena_reset(&decode->arena);
    decode->line_size = 0;
    decode->line_long = false;
    err = buf_err(&decode->out);
    if (err)
        return err;
    struct str out = buf_text(&decode->out);
    return fwrite(out.data, 1, out.size, stdout) == out.size ? OK : ERR_IO;
}

static enum err decode_bytes(struct decode *decode, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            enum err err = decode_put(decode);
            if (err)
                return err;
            decode->line_size = 0;
        } else if (decode->line_size < sizeof decode->line) {
            decode->line[decode->line_size++] = bytes[i];
        } else {
            decode->line_long = true;
        }
    }
    return OK;
}

/* What is written goes out before waiting for more, so that a program can ask line by line. */
static enum err decode_all(struct decode *decode)
{
    char bytes[DECODE_READ_BYTES];
    enum err err = OK;

    while (!err) {
        ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return ERR_IO;
        err = size ? decode_bytes(decode, bytes, (size_t)size) : decode_put(decode);
        if (!err && fflush(stdout))
            err = ERR_IO;
        if (!size)
            break;
    }
    return err;
}

static enum err decode_jt808(struct diag *diag)
{
    struct decode decode = {.line_size = 0};

    arena_init(&decode.arena, WIRE_JT808_TREE_BYTES);
    buf_init(&decode.out, DECODE_JSON_BYTES_MAX);
    enum err err = decode_all(&decode);
    arena_done(&decode.arena);
    buf_done(&decode.out);
    return err ? diag_set(diag, err, "%s", err == ERR_IO ? strerror(errno) : err_text(err)) : OK;
}

int cmd_decode(int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    struct diag diag = {.code = ERR_USAGE};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(decode_help, stdout);
            return 0;
        }
        if (option != 'j') {
            (void)diag_set(&diag, ERR_USAGE, "see `yancheng decode --help`");
            return cmd_fail("decode", &diag);
        }
    }
    if (optind + 1 != argc || strcmp(argv[optind], "jt808")) {
        (void)diag_set(&diag, ERR_USAGE, "name one language: jt808");
        return cmd_fail("decode", &diag);
    }
    enum err err = decode_jt808(&diag);
    return err ? cmd_fail("decode", &diag) : 0;
}
