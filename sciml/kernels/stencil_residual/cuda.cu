// out = b - A u, and the squares of it summed by planes.

extern "C" __global__ void residual_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, const REAL *__restrict__ u, const REAL *__restrict__ b,
    REAL *out, double *partial)
{
    PLANES(i, n0) {
        double total = 0;
        ITEMS(m, n1 * n2) {
            const int j = row(m, n2), k = m - j * n2;
            const long long p = at(i, j, k, n1, n2);
            const REAL r = b[p] - constant_product(i, j, k, n0, n1, n2, c, wrap, d0, d1, d2, u);
            out[p] = r;
            total += (double)r * r;
        }
        total = block_sum(total);
        if (threadIdx.x == 0) partial[slot(0, i, n0)] = total;
    }
}

extern "C" __global__ void residual_variable(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ u, const REAL *__restrict__ b, REAL *out, double *partial)
{
    PLANES(i, n0) {
        double total = 0;
        ITEMS(m, n1 * n2) {
            const int j = row(m, n2), k = m - j * n2;
            const long long p = at(i, j, k, n1, n2);
            const REAL r = b[p] - variable_product(i, j, k, n0, n1, n2, c0, c1, c2, d, u);
            out[p] = r;
            total += (double)r * r;
        }
        total = block_sum(total);
        if (threadIdx.x == 0) partial[slot(0, i, n0)] = total;
    }
}
