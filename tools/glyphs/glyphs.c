/* glyphs.c - letters for the map: a font's outlines as signed distance fields.
 *
 * Usage      glyphs FONT.ttf "Font name" FOLDER
 *            writes FOLDER/Font name/0-255.pbf, 256-511.pbf, ... for the ranges the font covers.
 * Why        The map library draws text from such files; made here, the map needs no other server.
 * Source     The glyphs.proto of vector maps: letters 24 pixels high, a border of 3 pixels, 192 on
 *            the outline, 32 a pixel. FreeType gives 128 on the outline and, with a spread of 8
 *            pixels, 16 a pixel. Its renderer of outlines takes 2.5 ms a letter, the one that
 *            starts from a smoothed picture 0.5 ms, and nobody can see the difference at map sizes.
 */
#include <ft2build.h>
#include <stdio.h>
#include FT_FREETYPE_H
#include FT_MODULE_H

#include "base/buf.h"
#include "base/file.h"

enum {
    GLYPHS_PIXELS = 24,
    GLYPHS_SPREAD = 8,
    GLYPHS_BORDER = 3,
    GLYPHS_BASELINE = 26, /* the map library's own letters stand 26 to 27 pixels below the top */
    GLYPHS_RANGE = 256,
    GLYPHS_LAST = 0xFFFF,
    GLYPHS_SIDE_MAX = 256, /* pixels; the widest letters have 60 */
    GLYPHS_FILE_MAX = 4 << 20,
};

static void glyphs_varint(struct buf *out, uint64_t value)
{
    while (value >= 0x80) {
        buf_u8(out, (uint8_t)(value | 0x80));
        value >>= 7;
    }
    buf_u8(out, (uint8_t)value);
}

static void glyphs_number(struct buf *out, unsigned field, uint64_t value)
{
    glyphs_varint(out, field << 3);
    glyphs_varint(out, value);
}

static void glyphs_signed(struct buf *out, unsigned field, int32_t value)
{
    uint32_t zigzag = ((uint32_t)value << 1) ^ (value < 0 ? UINT32_MAX : 0);

    glyphs_number(out, field, zigzag);
}

static void glyphs_bytes(struct buf *out, unsigned field, struct str bytes)
{
    glyphs_varint(out, field << 3 | 2);
    glyphs_varint(out, bytes.size);
    buf_str(out, bytes);
}

static uint8_t glyphs_level(uint8_t level)
{
    int value = 192 + (level - 128) * 2;

    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* The rendered field, cut to the border the map library wants. */
static void glyphs_field(struct buf *out, const FT_Bitmap *bitmap)
{
    const unsigned cut = GLYPHS_SPREAD - GLYPHS_BORDER;

    for (unsigned y = cut; y + cut < bitmap->rows; y++)
        for (unsigned x = cut; x + cut < bitmap->width; x++)
            buf_u8(out, glyphs_level(bitmap->buffer[y * (unsigned)bitmap->pitch + x]));
}

/* One letter as a message; false when FreeType cannot draw it. */
static bool glyphs_letter(FT_Face face, FT_ULong code, struct buf *field, struct buf *out)
{
    FT_UInt index = FT_Get_Char_Index(face, code);
    if (!index || FT_Load_Glyph(face, index, FT_LOAD_NO_HINTING))
        return false;
    FT_GlyphSlot slot = face->glyph;
    uint32_t advance = (uint32_t)((slot->metrics.horiAdvance + 32) / 64);
    bool drawn = slot->outline.n_points > 0;
    if (drawn &&
        (FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) || FT_Render_Glyph(slot, FT_RENDER_MODE_SDF)))
        return false;
    const FT_Bitmap *bitmap = &slot->bitmap;
    drawn = drawn && bitmap->width > 2 * GLYPHS_SPREAD && bitmap->rows > 2 * GLYPHS_SPREAD;
    if (drawn && (bitmap->width > GLYPHS_SIDE_MAX || bitmap->rows > GLYPHS_SIDE_MAX))
        return false;

    buf_reset(out);
    glyphs_number(out, 1, code);
    if (drawn) {
        buf_reset(field);
        glyphs_field(field, bitmap);
        glyphs_bytes(out, 2, buf_text(field));
    }
    glyphs_number(out, 3, drawn ? bitmap->width - 2 * GLYPHS_SPREAD : 0);
    glyphs_number(out, 4, drawn ? bitmap->rows - 2 * GLYPHS_SPREAD : 0);
    glyphs_signed(out, 5, drawn ? slot->bitmap_left + GLYPHS_SPREAD : 0);
    glyphs_signed(out, 6, drawn ? slot->bitmap_top - GLYPHS_SPREAD - GLYPHS_BASELINE : 0);
    glyphs_number(out, 7, advance);
    return true;
}

struct glyphs_work {
    FT_Face face;
    const char *name;
    const char *folder;
    struct buf field;
    struct buf letter;
    struct buf stack;
    struct buf file;
};

static enum err glyphs_range(struct glyphs_work *work, unsigned first, struct diag *diag)
{
    char range[32];
    char path[FILE_PATH_MAX];
    unsigned count = 0;

    snprintf(range, sizeof range, "%u-%u", first, first + GLYPHS_RANGE - 1);
    buf_reset(&work->stack);
    glyphs_bytes(&work->stack, 1, str_of(work->name));
    glyphs_bytes(&work->stack, 2, str_of(range));
    for (unsigned code = first; code < first + GLYPHS_RANGE; code++) {
        if (!glyphs_letter(work->face, code, &work->field, &work->letter))
            continue;
        glyphs_bytes(&work->stack, 3, buf_text(&work->letter));
        count++;
    }
    if (!count)
        return OK;
    buf_reset(&work->file);
    glyphs_bytes(&work->file, 1, buf_text(&work->stack));
    enum err err = buf_err(&work->letter) ? buf_err(&work->letter) : buf_err(&work->file);
    if (err)
        return diag_set(diag, err, "range %s does not fit", range);
    if ((size_t)snprintf(path, sizeof path, "%s/%s/%s.pbf", work->folder, work->name, range) >=
        sizeof path)
        return diag_set(diag, ERR_LIMIT, "the folder's path is too long");
    return file_write(path, buf_text(&work->file), diag);
}

static enum err glyphs_all(struct glyphs_work *work, struct diag *diag)
{
    char path[FILE_PATH_MAX];

    if ((size_t)snprintf(path, sizeof path, "%s/%s", work->folder, work->name) >= sizeof path)
        return diag_set(diag, ERR_LIMIT, "the folder's path is too long");
    enum err err = file_make_folder(path, diag);
    for (unsigned first = 0; !err && first < GLYPHS_LAST; first += GLYPHS_RANGE)
        err = glyphs_range(work, first, diag);
    return err;
}

static enum err glyphs_open(FT_Library library, const char *path, FT_Face *ret_face,
                            struct diag *diag)
{
    FT_Int spread = GLYPHS_SPREAD;

    if (FT_Property_Set(library, "bsdf", "spread", &spread))
        return diag_set(diag, ERR_UNSUPPORTED, "this FreeType has no distance fields");
    if (FT_New_Face(library, path, 0, ret_face))
        return diag_at(diag, ERR_INVALID, path, 0, 0, "cannot be read as a font");
    if (FT_Set_Pixel_Sizes(*ret_face, 0, GLYPHS_PIXELS))
        return diag_at(diag, ERR_INVALID, path, 0, 0, "cannot be scaled");
    return OK;
}

int main(int argc, char **argv)
{
    struct diag diag = {0};
    char text[512];
    FT_Library library;

    if (argc != 4) {
        fprintf(stderr, "Usage: glyphs FONT.ttf NAME FOLDER\n");
        return 2;
    }
    if (FT_Init_FreeType(&library)) {
        fprintf(stderr, "glyphs: FreeType cannot be started\n");
        return 1;
    }
    struct glyphs_work work = {.name = argv[2], .folder = argv[3]};
    buf_init(&work.field, GLYPHS_FILE_MAX);
    buf_init(&work.letter, GLYPHS_FILE_MAX);
    buf_init(&work.stack, GLYPHS_FILE_MAX);
    buf_init(&work.file, GLYPHS_FILE_MAX);
    enum err err = glyphs_open(library, argv[1], &work.face, &diag);
    if (!err)
        err = glyphs_all(&work, &diag);
    buf_done(&work.field);
    buf_done(&work.letter);
    buf_done(&work.stack);
    buf_done(&work.file);
    FT_Done_FreeType(library);
    if (!err)
        return 0;
    diag_text(&diag, sizeof text, text);
    fprintf(stderr, "glyphs: %s\n", text);
    return 1;
}
