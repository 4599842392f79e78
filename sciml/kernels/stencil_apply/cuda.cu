// out = A u, a thread a cell; what neighbouring threads read of u meets in the cache.

extern "C" __global__ void apply_constant(
    int n0, int n1, int n2, const REAL *c, const REAL *wrap, const REAL *d0, const REAL *d1, const REAL *d2,
    const REAL *u, REAL *out)
{
    CELLS(i, j, k, n0, n1, n2)
        out[at(i, j, k, n1, n2)] = constant_product(i, j, k, n0, n1, n2, c, wrap, d0, d1, d2, u);
}

extern "C" __global__ void apply_variable(
    int n0, int n1, int n2, const REAL *c0, const REAL *c1, const REAL *c2, const REAL *d, const REAL *u, REAL *out)
{
    CELLS(i, j, k, n0, n1, n2)
        out[at(i, j, k, n1, n2)] = variable_product(i, j, k, n0, n1, n2, c0, c1, c2, d, u);
}
