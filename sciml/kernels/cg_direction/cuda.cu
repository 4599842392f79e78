// q = A p and p . q. That p is renewed everywhere before a neighbour reads it takes a launch of its own (cg_renew), so
// a step moves seven words an unknown where the pass of the CPU moves six.

extern "C" __global__ void direction_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, const REAL *__restrict__ p, REAL *q, double *partial)
{
    PLANES(i, n0) {
        double total = 0;
        ITEMS(m, n1 * n2) {
            const int j = row(m, n2), k = m - j * n2;
            const long long here = at(i, j, k, n1, n2);
            const REAL value = constant_product(i, j, k, n0, n1, n2, c, wrap, d0, d1, d2, p);
            q[here] = value;
            total += (double)value * p[here];
        }
        total = block_sum(total);
        if (threadIdx.x == 0) partial[slot(0, i, n0)] = total;
    }
}

extern "C" __global__ void direction_variable(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ p, REAL *q, double *partial)
{
    PLANES(i, n0) {
        double total = 0;
        ITEMS(m, n1 * n2) {
            const int j = row(m, n2), k = m - j * n2;
            const long long here = at(i, j, k, n1, n2);
            const REAL value = variable_product(i, j, k, n0, n1, n2, c0, c1, c2, d, p);
            q[here] = value;
            total += (double)value * p[here];
        }
        total = block_sum(total);
        if (threadIdx.x == 0) partial[slot(0, i, n0)] = total;
    }
}
