/* osm_read.h - the two formats, each handing its objects to a builder.
 *
 * Layer      3, private to osm/
 */
#ifndef OSM_OSM_READ_H
#define OSM_OSM_READ_H

#include "osm/osm_build.h"
#include "osm/osm_source.h"

MUST_USE enum err osm_pbf_read(struct osm_source *source, struct osm_build *build,
                               struct diag *diag);
MUST_USE enum err osm_xml_read(struct osm_source *source, struct osm_build *build,
                               struct diag *diag);

#endif
