// The k nearest points, a thread a query: a box of cells grows at its nearest face until that lies beyond the k-th.
// Queries come cell after cell, so neighbouring threads meet the same points.

// The best points so far, by squared distance, then number. They lie where they are wanted in the end, in a row of the
// results, as k is known at run time only; the last one, to which most others are compared, stays in registers.
struct Best {
    int *keys;
    double *squares;
    int found, k, itself, last;
    double worst;

    __device__ void insert(int key, double d2)
    {
        if (key == itself || (found == k && (d2 > worst || (d2 == worst && key > last)))) return;
        if (found < k) ++found;
        int at = found - 1;
        for (; at > 0 && (squares[at - 1] > d2 || (squares[at - 1] == d2 && keys[at - 1] > key)); --at) {
            squares[at] = squares[at - 1];
            keys[at] = keys[at - 1];
        }
        squares[at] = d2;
        keys[at] = key;
        worst = squares[found - 1];
        last = keys[found - 1];
    }
};

// Face of a box of cells behind which points can be nearest: 2 axis + upper, or -1, and the least squared distance.
// Along the other axes they are at least as far as the box of all points, `outside`.
__device__ inline int nearest_face(
    const double *const *walls, const double *place, const int *low, const int *high, const double *outside,
    double *least)
{
    int face = -1;
    *least = 1.7976931348623157e308;  // the largest number: bounds are smaller, or infinite at outer walls
    for (int axis = 0; axis < 3; ++axis) {
        const double below = place[axis] - walls[axis][low[axis]], above = walls[axis][high[axis] + 1] - place[axis];
        const double d = min(below, above);
        const double bound = squared(
            axis == 0 ? d : outside[0], axis == 1 ? d : outside[1], axis == 2 ? d : outside[2]);
        if (bound < *least) {
            *least = bound;
            face = 2 * axis + (above < below);
        }
    }
    return face;
}

extern "C" __global__ void nearest(
    int m, int n, int k, bool itself, int n0, int n1, int n2, const double *w0, const double *w1, const double *w2,
    const int *first, const int *order, const double *points, const double *bounds, const int *query_order,
    const double *places, int *indices, double *distances)
{
    const double *walls[3] = {w0, w1, w2}, *X = points, *Y = X + n, *Z = Y + n;
    const int counts[3] = {n0, n1, n2};
    ITEMS(s, m) {
        const double place[3] = {places[s], places[s + m], places[s + 2LL * m]};
        const long long q = query_order[s];
        Best best = {indices + q * k, distances + q * k, 0, k, itself ? (int)q : -1, 0, 0.0};
        int low[3], high[3], begin[3], end[3];  // the box, and the part of it that is new
        double outside[3];
        for (int axis = 0; axis < 3; ++axis) {
            low[axis] = high[axis] = begin[axis] = end[axis] = find(walls[axis], counts[axis], place[axis]);
            outside[axis] = max(max(bounds[axis] - place[axis], place[axis] - bounds[3 + axis]), 0.0);
        }
        for (;;) {
            for (int i = begin[0]; i <= end[0]; ++i)
                for (int j = begin[1]; j <= end[1]; ++j) {
                    const int row = (i * n1 + j) * n2;
                    for (int p = first[row + begin[2]]; p < first[row + end[2] + 1]; ++p)
                        best.insert(order[p], squared(X[p] - place[0], Y[p] - place[1], Z[p] - place[2]));
                }
            double least;
            const int face = nearest_face(walls, place, low, high, outside, &least);
            if (face < 0 || (best.found == k && least > best.worst)) break;  // at the same distance the number decides
            for (int axis = 0; axis < 3; ++axis) {
                begin[axis] = low[axis];
                end[axis] = high[axis];
                if (axis == face / 2) begin[axis] = end[axis] = face % 2 ? ++high[axis] : --low[axis];
            }
        }
        for (long long e = q * k; e < (q + 1) * k; ++e) distances[e] = sqrt(distances[e]);
    }
}
