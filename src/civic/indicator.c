/* indicator.c - see indicator.h. Wilson's interval: E. B. Wilson, JASA 22 (1927) 209-212. */
#include "civic/indicator.h"

#include <math.h>

#define CIVIC_Z_95 1.959963984540054 /* of the normal distribution, two-sided 95 % */

static bool civic_percent(double part, double whole, double *ret_pct)
{
    if (!(whole > 0) || !isfinite(part) || !isfinite(whole))
        return false;
    *ret_pct = 100 * part / whole;
    return true;
}

static bool civic_generated(const struct civic_masses *masses, double *ret_kg)
{
    if (masses->generated.known)
        *ret_kg = masses->generated.kg;
    else if (masses->cleared.known)
        *ret_kg = masses->cleared.kg;
    return masses->generated.known || masses->cleared.known;
}

bool civic_recycling_rate(const struct civic_masses *masses, double *ret_pct)
{
    double whole_kg = 0;

    if (!masses->recyclables.known || !masses->food_treated.known ||
        !civic_generated(masses, &whole_kg))
        return false;
    return civic_percent(masses->recyclables.kg + masses->food_treated.kg, whole_kg, ret_pct);
}

bool civic_resource_rate(const struct civic_masses *masses, const struct civic_factors *factors,
                         double *ret_pct)
{
    if (!masses->recyclables.known || !masses->incinerated.known || !masses->food_treated.known ||
        !masses->landfilled.known || !masses->cleared.known)
        return false;
    double used_kg = masses->recyclables.kg + factors->incinerated * masses->incinerated.kg +
                     factors->food_treated * masses->food_treated.kg +
                     factors->landfilled * masses->landfilled.kg;
    return civic_percent(used_kg, masses->recyclables.kg + masses->cleared.kg, ret_pct);
}

bool civic_harmless_rate(const struct civic_masses *masses, double *ret_pct)
{
    double whole_kg = 0;

    if (!masses->harmless.known || !civic_generated(masses, &whole_kg))
        return false;
    return civic_percent(masses->harmless.kg, whole_kg, ret_pct);
}

bool civic_share(uint64_t part, uint64_t all, double *ret_pct)
{
    return part <= all && civic_percent((double)part, (double)all, ret_pct);
}

bool civic_accuracy(uint64_t right, uint64_t sampled, struct civic_sample *ret_sample)
{
    double n = (double)sampled;
    double z2 = CIVIC_Z_95 * CIVIC_Z_95;
    double pct = 0;

    if (!civic_share(right, sampled, &pct))
        return false;
    double p = pct / 100;
    double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = CIVIC_Z_95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    *ret_sample = (struct civic_sample){.sampled = sampled,
                                        .pct = pct,
                                        .low_pct = 100 * fmax(0, middle - half),
                                        .high_pct = 100 * fmin(1, middle + half)};
    return true;
}
