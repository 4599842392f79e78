// The cell of each point, and how many points each cell has, one place ahead. Whole numbers are added, in any order.

extern "C" __global__ void cells(
    int n, int n0, int n1, int n2, const double *w0, const double *w1, const double *w2, const double *points,
    int *home, int *counts)
{
    ITEMS(p, n) {
        const int c0 = find(w0, n0, points[3 * p]), c1 = find(w1, n1, points[3 * p + 1]);
        const int c = (c0 * n1 + c1) * n2 + find(w2, n2, points[3 * p + 2]);
        home[p] = c;
        atomicAdd(counts + c + 1, 1);
    }
}
