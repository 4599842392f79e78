// Residuals and their sums in one launch, so that no residual is stored.

// The first half sweep (red) from x = 0, and 0 for the black cells; x is not read.
template <class Operator>
__device__ inline void start(const Operator &A, const REAL *f, REAL omega, REAL *x)
{
    const int M = (A.n2 + 1) / 2;
    const long long half = (long long)A.n0 * A.n1 * M;
    CELLS(i, j, m, A.n0, A.n1, M) {
        const Cell s = cell_of(0, i, j, m, A.n0, A.n1, M);
        x[s.at] = s.k < A.n2 ? omega / diagonal(A, s) * f[s.at] : 0;
        x[half + s.at] = 0;
    }
}

// A thread a coarse cell, which sums over its r = 1 or 2 children along each axis, in one order; padding has none and
// becomes 0.
template <class Operator>
__device__ inline void restrict_box(
    const Operator &A, const REAL *x, const REAL *f, int r0, int r1, int r2, REAL *coarse)
{
    const int N0 = (A.n0 + r0 - 1) >> (r0 - 1), N1 = (A.n1 + r1 - 1) >> (r1 - 1), N2 = (A.n2 + r2 - 1) >> (r2 - 1);
    const int M = (A.n2 + 1) / 2, width = (N2 + 1) / 2;
    CELLS(I, J, K, N0, N1, 2 * width) {
        REAL total = 0;
        for (int i = r0 * I; i < min(r0 * I + r0, A.n0); ++i)
            for (int j = r1 * J; j < min(r1 * J + r1, A.n1); ++j)
                for (int k = r2 * K; k < min(r2 * K + r2, A.n2); ++k) {
                    const Cell s = cell_of((i + j + k) & 1, i, j, k >> 1, A.n0, A.n1, M);
                    total += f[s.at] - product(A, s, x);
                }
        coarse[split_at(I, J, K, N0, N1, width)] = total;
    }
}

// A thread a cell. Sums are in float64, in whatever order threads arrive: their last digits may change from one run
// to the next.
template <class Operator>
__device__ inline void restrict_labels(
    const Operator &A, const REAL *x, const REAL *f, const int *labels, double *sums)
{
    const int M = (A.n2 + 1) / 2;
    CELLS(i, j, k, A.n0, A.n1, A.n2) {
        const Cell s = cell_of((i + j + k) & 1, i, j, k >> 1, A.n0, A.n1, M);
        const int label = labels[s.at];
        if (label >= 0) atomicAdd(sums + label, (double)(f[s.at] - product(A, s, x)));
    }
}

extern "C" __global__ void start_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, REAL *x, const REAL *__restrict__ f, REAL omega)
{
    start(Constant{n0, n1, n2, c, wrap, d0, d1, d2}, f, omega, x);
}

extern "C" __global__ void start_variable(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ surplus, REAL *x, const REAL *__restrict__ f, REAL omega)
{
    start(Variable{n0, n1, n2, c0, c1, c2, d, surplus}, f, omega, x);
}

extern "C" __global__ void restrict_box_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, const REAL *__restrict__ x, const REAL *__restrict__ f,
    int r0, int r1, int r2, REAL *coarse)
{
    restrict_box(Constant{n0, n1, n2, c, wrap, d0, d1, d2}, x, f, r0, r1, r2, coarse);
}

extern "C" __global__ void restrict_box_variable(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ surplus, const REAL *__restrict__ x,
    const REAL *__restrict__ f, int r0, int r1, int r2, REAL *coarse)
{
    restrict_box(Variable{n0, n1, n2, c0, c1, c2, d, surplus}, x, f, r0, r1, r2, coarse);
}

extern "C" __global__ void restrict_labels_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, const REAL *__restrict__ x, const REAL *__restrict__ f,
    const int *__restrict__ labels, double *sums)
{
    restrict_labels(Constant{n0, n1, n2, c, wrap, d0, d1, d2}, x, f, labels, sums);
}

extern "C" __global__ void restrict_labels_variable(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ surplus, const REAL *__restrict__ x,
    const REAL *__restrict__ f, const int *__restrict__ labels, double *sums)
{
    restrict_labels(Variable{n0, n1, n2, c0, c1, c2, d, surplus}, x, f, labels, sums);
}
