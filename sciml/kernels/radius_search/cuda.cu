// Neighbours within a radius, a thread a query, counted first and then written. Queries come cell after cell, so
// neighbouring threads meet the same points.

// First and last cell of an axis that come within reach of cell c.
__device__ inline void near(const double *walls, int n, int c, double reach, int *first, int *last)
{
    for (*first = c; *first > 0 && walls[*first] >= walls[c] - reach;) --*first;
    for (*last = c; *last < n - 1 && walls[*last + 1] <= walls[c + 1] + reach;) ++*last;
}

// What all queries share.
struct Search {
    int n, n0, n1, n2;
    const double *w0, *w1, *w2;
    const int *first, *order;
    const double *points;
    double reach, limit;

    // The number of neighbours of the place (x, y, z) but `itself`; with `keys` these are written there, behind q.
    __device__ long long row(double x, double y, double z, int itself, long long q, long long *keys) const
    {
        const double *X = points, *Y = X + n, *Z = Y + n;
        int i0, i1, j0, j1, k0, k1;
        near(w0, n0, find(w0, n0, x), reach, &i0, &i1);
        near(w1, n1, find(w1, n1, y), reach, &j0, &j1);
        near(w2, n2, find(w2, n2, z), reach, &k0, &k1);
        long long found = 0;
        for (int i = i0; i <= i1; ++i)
            for (int j = j0; j <= j1; ++j) {
                const int cells = (i * n1 + j) * n2;
                for (int p = first[cells + k0]; p < first[cells + k1 + 1]; ++p) {
                    if (squared(X[p] - x, Y[p] - y, Z[p] - z) > limit || order[p] == itself) continue;
                    if (keys) keys[found] = q << 31 | order[p];
                    ++found;
                }
            }
        return found;
    }
};

// Lengths of the rows, one place ahead.
extern "C" __global__ void count(
    int m, int n, int n0, int n1, int n2, const double *w0, const double *w1, const double *w2, const int *first,
    const int *order, const double *points, const int *query_order, const double *places, const int *skip,
    double reach, double limit, long long *starts)
{
    const Search search = {n, n0, n1, n2, w0, w1, w2, first, order, points, reach, limit};
    ITEMS(s, m) {
        const int q = query_order[s];
        starts[q + 1] = search.row(places[s], places[s + m], places[s + 2LL * m], skip[q], q, 0);
    }
}

// Row and neighbour in one number, which sorts by both; rows in their places, within a row in any order.
extern "C" __global__ void fill(
    int m, int n, int n0, int n1, int n2, const double *w0, const double *w1, const double *w2, const int *first,
    const int *order, const double *points, const int *query_order, const double *places, const int *skip,
    double reach, double limit, const long long *starts, long long *keys)
{
    const Search search = {n, n0, n1, n2, w0, w1, w2, first, order, points, reach, limit};
    ITEMS(s, m) {
        const int q = query_order[s];
        search.row(places[s], places[s + m], places[s + 2LL * m], skip[q], q, keys + starts[q]);
    }
}
