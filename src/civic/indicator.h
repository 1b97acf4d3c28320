/* indicator.h - the rates that waste sorting is measured by, from what was weighed and counted.
 *
 * Purpose    Each rate as one formula, so that a figure can be traced; each is false, no data, where
 *            a part of it is not known. A part that is known to be nothing is 0.
 * Source     Formulas as they are told of the ministry's statistical notes (read at second hand, so
 *            defaults of ours): recycling rate = recovered / generated, recovered being recyclables
 *            and food waste that went neither to incineration nor to landfill; resource rate =
 *            (recyclables + k1 incinerated + k2 food treated + k3 landfilled) / (recyclables +
 *            cleared), k1 to k3 not given there; harmless rate = harmlessly treated / generated;
 *            coverage = compounds with sorted collection and transport / all. For accuracy and
 *            participation no national formula is known.
 * Trap       The recycling rate needs what dealers recover, which sanitation does not weigh: leave it
 *            unknown rather than 0.
 * Units      kg of one period; rates in percent.
 * Threads    Any; values only.
 * Layer      2
 */
#ifndef CIVIC_INDICATOR_H
#define CIVIC_INDICATOR_H

#include "base/err.h"

/* An amount that may not be known: zero-initialised, it is not. */
struct civic_amount {
    bool known;
    double kg;
};
static inline struct civic_amount civic_kg(double kg)
{
    return (struct civic_amount){true, kg};
}

struct civic_masses {
    struct civic_amount generated;    /* not known: what was cleared stands for it */
    struct civic_amount cleared;      /* by sanitation, all streams but recyclables */
    struct civic_amount recyclables;  /* recovered, dealers' included */
    struct civic_amount food_treated; /* not burnt, not buried */
    struct civic_amount incinerated;
    struct civic_amount landfilled;
    struct civic_amount harmless; /* treated harmlessly, in whatever way */
};
/* Conversion factors of the resource rate: a city's own, shown beside the figure. */
struct civic_factors {
    double incinerated;  /* k1 */
    double food_treated; /* k2 */
    double landfilled;   /* k3 */
};

/* False, and *ret_pct untouched, when a part is not known or the whole is nothing. */
MUST_USE bool civic_recycling_rate(const struct civic_masses *masses, double *ret_pct);
MUST_USE bool civic_resource_rate(const struct civic_masses *masses,
                                  const struct civic_factors *factors, double *ret_pct);
MUST_USE bool civic_harmless_rate(const struct civic_masses *masses, double *ret_pct);
/* Part of a count: compounds covered, households that took part. False when `all` is 0 or less than
 * `part`. */
MUST_USE bool civic_share(uint64_t part, uint64_t all, double *ret_pct);

/* Of a sample: the share, and where the whole's lies with 95 % confidence (Wilson's interval). */
struct civic_sample {
    uint64_t sampled;
    double pct;
    double low_pct;
    double high_pct;
};
/* Accuracy of sorting: right ones of those sampled. False when nothing was sampled. */
MUST_USE bool civic_accuracy(uint64_t right, uint64_t sampled, struct civic_sample *ret_sample);

#endif
