// Sweeps with a weight in each cell, a launch each half, and the weighted restriction.

extern "C" __global__ void start(
    int n0, int n1, int n2, const REAL *__restrict__ d, const signed char *__restrict__ omega, REAL base, REAL step,
    REAL *x, const REAL *__restrict__ f)
{
    const int M = (n2 + 1) / 2;
    const long long half = (long long)n0 * n1 * M;
    CELLS(i, j, m, n0, n1, M) {
        const long long p = ((long long)i * n1 + j) * M + m;
        x[p] = relaxation(Weights{omega, base, step}, p) * f[p] / d[p];
        x[half + p] = 0;
    }
}

// t says which of the sweeps in omega.
extern "C" __global__ void relax(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ surplus, const signed char *__restrict__ omega, int t,
    REAL base, REAL step, REAL *x, const REAL *__restrict__ f, int colour)
{
    const long long skipped = (long long)t * 2 * n0 * n1 * ((n2 + 1) / 2);
    weighted_half_sweep(
        Variable{n0, n1, n2, c0, c1, c2, d, surplus}, colour, Weights{omega + skipped, base, step}, f, x);
}

// A thread a coarse cell, as in sor_restrict.
extern "C" __global__ void restrict_box(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ surplus, const signed char *__restrict__ scale,
    const REAL *__restrict__ x, const REAL *__restrict__ f, int r0, int r1, int r2, REAL *coarse)
{
    const Variable A = {n0, n1, n2, c0, c1, c2, d, surplus};
    const int N0 = (n0 + r0 - 1) >> (r0 - 1), N1 = (n1 + r1 - 1) >> (r1 - 1), N2 = (n2 + r2 - 1) >> (r2 - 1);
    const int M = (n2 + 1) / 2, width = (N2 + 1) / 2;
    CELLS(I, J, K, N0, N1, 2 * width) {
        REAL total = 0;
        for (int i = r0 * I; i < min(r0 * I + r0, n0); ++i)
            for (int j = r1 * J; j < min(r1 * J + r1, n1); ++j)
                for (int k = r2 * K; k < min(r2 * K + r2, n2); ++k) {
                    const Cell s = cell_of((i + j + k) & 1, i, j, k >> 1, n0, n1, M);
                    total += share(scale, s.at) * (f[s.at] - product(A, s, x));
                }
        coarse[split_at(I, J, K, N0, N1, width)] = total;
    }
}
