// Each cell takes its share of the correction, from a coarse box (N0, N1, N2); cell i has parent i >> (r - 1).

extern "C" __global__ void prolong(
    int n0, int n1, int n2, const signed char *__restrict__ scale, REAL *x, const REAL *__restrict__ coarse, int r0,
    int r1, int r2, int N0, int N1, int N2)
{
    CELLS(i, j, k, n0, n1, n2) {
        const long long p = split_at(i, j, k, n0, n1, (n2 + 1) / 2);
        x[p] += share(scale, p)
            * coarse[split_at(i >> (r0 - 1), j >> (r1 - 1), k >> (r2 - 1), N0, N1, (N2 + 1) / 2)];
    }
}
