// One damped Jacobi sweep, a thread a cell: x, f (and the faces and the diagonal) are read once, `out` is written.

extern "C" __global__ void relax_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, REAL omega, const REAL *__restrict__ f,
    const REAL *__restrict__ x, REAL *out)
{
    CELLS(i, j, k, n0, n1, n2) {
        const long long p = at(i, j, k, n1, n2);
        const REAL r = f[p] - constant_product(i, j, k, n0, n1, n2, c, wrap, d0, d1, d2, x);
        out[p] = x[p] + omega / (d0[i] + d1[j] + d2[k]) * r;
    }
}

extern "C" __global__ void relax_variable(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, REAL omega, const REAL *__restrict__ f, const REAL *__restrict__ x, REAL *out)
{
    CELLS(i, j, k, n0, n1, n2) {
        const long long p = at(i, j, k, n1, n2);
        const REAL r = f[p] - variable_product(i, j, k, n0, n1, n2, c0, c1, c2, d, x);
        out[p] = d[p] > 0 ? x[p] + omega / d[p] * r : x[p];
    }
}

// The sweep from x = 0, which reads no x.

extern "C" __global__ void start_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, REAL omega, const REAL *__restrict__ f, REAL *out)
{
    CELLS(i, j, k, n0, n1, n2) {
        const long long p = at(i, j, k, n1, n2);
        out[p] = omega / (d0[i] + d1[j] + d2[k]) * f[p];
    }
}

extern "C" __global__ void start_variable(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, REAL omega, const REAL *__restrict__ f, REAL *out)
{
    CELLS(i, j, k, n0, n1, n2) {
        const long long p = at(i, j, k, n1, n2);
        out[p] = d[p] > 0 ? omega / d[p] * f[p] : 0;
    }
}
