// Images of atoms as points of their own, a thread an atom, counted first and then written; and back.

// Images whose fractions lie between lower and upper and whose places between low and high: their numbers, one place
// ahead in `starts`, or themselves. Places and cell are multiples of a power of two, so all sums are exact.
extern "C" __global__ void images(
    int n, const double *fractions, const double *places, const double *lower, const double *upper,
    const double *cell, const double *low, const double *high, bool fill, long long *starts, double *points,
    int *owner, int *turns, int *home)
{
    ITEMS(j, n) {
        int first[3], last[3];
        for (int axis = 0; axis < 3; ++axis) {
            first[axis] = (int)ceil(lower[axis] - fractions[3 * j + axis]);
            last[axis] = (int)floor(upper[axis] - fractions[3 * j + axis]);
        }
        long long e = fill ? starts[j] : 0;
        for (int a = first[0]; a <= last[0]; ++a)
            for (int b = first[1]; b <= last[1]; ++b)
                for (int c = first[2]; c <= last[2]; ++c) {
                    double place[3];
                    bool inside = true;
                    for (int axis = 0; axis < 3; ++axis) {
                        place[axis] = places[3 * j + axis] + (a * cell[axis] + b * cell[3 + axis] + c * cell[6 + axis]);
                        inside = inside && low[axis] <= place[axis] && place[axis] <= high[axis];
                    }
                    if (!inside) continue;
                    if (fill) {
                        const int turn[3] = {a, b, c};
                        for (int axis = 0; axis < 3; ++axis) {
                            points[3 * e + axis] = place[axis];
                            turns[3 * e + axis] = turn[axis];
                        }
                        owner[e] = j;
                        if (a == 0 && b == 0 && c == 0) home[j] = e;
                    }
                    ++e;
                }
        if (!fill) starts[j + 1] = e;
    }
}

// From images to atoms, in place, and shifts, a thread a pair.
extern "C" __global__ void unfold(
    long long atoms, long long pairs, const long long *indptr, int *indices, const int *owner, const int *turns,
    const int *wraps, int *shifts)
{
    ITEMS(e, pairs) {
        const long long i = row_of(e, indptr, atoms), p = indices[e], j = owner[p];
        indices[e] = j;
        for (int axis = 0; axis < 3; ++axis)
            shifts[3 * e + axis] = turns[3 * p + axis] + wraps[3 * i + axis] - wraps[3 * j + axis];
    }
}
