/* osm.c - see osm.h. */
#include "osm/osm.h"

#include "osm/osm_read.h"

static enum err osm_read_source(const char *path, const char *name, struct bytes bytes,
                                const struct osm_options *options, struct osm_map **ret_map,
                                struct diag *diag)
{
    uint64_t bytes_max = options && options->bytes_max ? options->bytes_max : OSM_BYTES_MAX;
    struct osm_source *source = NULL;
    enum osm_format format;
    struct osm_build build;

    enum err err = osm_source_open(path, name, bytes, bytes_max, &source, &format, diag);
    if (err)
        return err;
    osm_build_init(&build);
    err = format == OSM_FORMAT_PBF ? osm_pbf_read(source, &build, diag)
                                   : osm_xml_read(source, &build, diag);
    build.counts.bytes = osm_source_bytes(source);
    if (!err)
        err = osm_build_finish(&build, name, ret_map, diag);
    osm_build_done(&build);
    osm_source_close(source);
    return err;
}

enum err osm_read(const char *path, const struct osm_options *options, struct osm_map **ret_map,
                  struct diag *diag)
{
    return osm_read_source(path, path, (struct bytes){0}, options, ret_map, diag);
}

enum err osm_read_bytes(const char *name, struct bytes bytes, const struct osm_options *options,
                        struct osm_map **ret_map, struct diag *diag)
{
    return osm_read_source(NULL, name, bytes, options, ret_map, diag);
}
