// Vectors along edges, a thread for each edge and axis. Every term changes its sign with the edge, and rounding does not
// see signs, so opposite edges have exactly opposite vectors, multiplications and additions fused or not.

extern "C" __global__ void vectors(
    long long nodes, long long edges, int d, const double *points, const INDEX *indptr, const int *indices,
    bool periodic, const int *shifts, const double *cell, double *out)
{
    ITEMS(t, edges * d) {
        const long long e = t / d, i = row_of(e, indptr, nodes), j = indices[e];
        const int axis = t % d;
        double x = points[j * d + axis] - points[i * d + axis];
        if (periodic)
            x += shifts[3 * e] * cell[axis] + shifts[3 * e + 1] * cell[3 + axis] + shifts[3 * e + 2] * cell[6 + axis];
        out[t] = x;
    }
}
