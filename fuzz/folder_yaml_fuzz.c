/* A city's YAML files. The first byte says which: c city.yaml, k a pack's, s streams, p process.
 * What is read without a mistake must be written and read again without one. */
#include "folder/parts.h"
#include "fuzz.h"

static void fuzz_read(struct folder_reader *reader, char which, struct str content)
{
    struct arena nodes;

    arena_init(&nodes, 64 << 20);
    const struct folder_node *root = folder_tree_read(&reader->report, &nodes, content);
    if (root && which == 's')
        folder_streams_read(reader, root);
    else if (root && which == 'p')
        folder_process_read(reader, root);
    else if (root)
        folder_city_read(reader, root, which == 'k');
    arena_done(&nodes);
}

static void fuzz_tell(void *context, const struct diag *diag)
{
    /* Every mistake has its text, in UTF-8, and stands somewhere in the file. */
    size_t bad;

    (void)context;
    ASSERT(diag->text[0]);
    ASSERT(str_utf8(str_of(diag->text), &bad));
    ASSERT(diag->line > 0 || diag->code == ERR_LIMIT);
}

static const struct folder_sink fuzz_sink = {fuzz_tell, NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct folder_reader reader = {.report = {.sink = &fuzz_sink, .file = "fuzz.yaml"}};
    struct folder_reader again = {.report = {.sink = &fuzz_sink, .file = "again.yaml"}};
    struct buf out;

    if (size < 1 || city_new(64 << 20, &reader.city))
        return 0;
    char which = (char)data[0];
    fuzz_read(&reader, which, (struct str){(const char *)data + 1, size - 1});
    buf_init(&out, FOLDER_YAML_BYTES_MAX);
    if (!reader.report.count && !reader.report.err && (which == 's' || which == 'c') &&
        !city_new(64 << 20, &again.city)) {
        if (which == 's')
            folder_streams_write(reader.city, &out);
        else
            folder_city_write(reader.city, &out);
        if (!buf_err(&out)) {
            fuzz_read(&again, which, buf_text(&out));
            ASSERT(again.report.count == 0);
        }
        city_free(again.city);
    }
    buf_done(&out);
    city_free(reader.city);
    return 0;
}
