/* guide.h - the residents' guide of a city's folder, or of a pack.
 *
 * Purpose    guide-pack.csv, the list that the city got from its pack, with the rows of guide.csv, the
 *            city's own rules, laid over it. A pack has only guide.csv.
 * Layer      3
 */
#ifndef FOLDER_GUIDE_H
#define FOLDER_GUIDE_H

#include "civic/guide.h"

#define FOLDER_GUIDE_PACK "guide-pack.csv"
#define FOLDER_GUIDE_OWN "guide.csv"

/* `path` is the folder of a city or a pack, `city` names its streams. Owner of *ret_guide: caller; it
 * does not need `city` afterwards. Errors: NOT_FOUND when there is neither file; INVALID for a list
 * with mistakes, of which `diag` tells the first; LIMIT, NOMEM, IO. */
MUST_USE enum err folder_guide_load(const char *path, const struct city *city,
                                    struct civic_guide **ret_guide, struct diag *diag);

#endif
