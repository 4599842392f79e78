// The residual of the corrected iterate, in natural order in REAL, goes to colour-split order in CYCLE; its squares
// are summed by planes. That the iterate is corrected everywhere before a neighbour reads it takes a launch of its
// own (colour_layout): 40 bytes an unknown and the faces, where the pass of the CPU moves 32. Padding gets 0.

extern "C" __global__ void residual_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, const REAL *__restrict__ u, const REAL *__restrict__ b,
    REAL inverse, CYCLE *f, double *partial)
{
    const int M = (n2 + 1) / 2;
    PLANES(i, n0) {
        double total = 0;
        ITEMS(m, n1 * 2 * M) {
            const int j = row(m, 2 * M), k = m - j * 2 * M;
            const REAL r = k == n2 ? 0
                : b[at(i, j, k, n1, n2)] - constant_product(i, j, k, n0, n1, n2, c, wrap, d0, d1, d2, u);
            f[split_at(i, j, k, n0, n1, M)] = inverse * r;
            total += r * r;
        }
        total = block_sum(total);
        if (threadIdx.x == 0) partial[slot(0, i, n0)] = total;
    }
}

extern "C" __global__ void residual_variable(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ u, const REAL *__restrict__ b, REAL inverse, CYCLE *f,
    double *partial)
{
    const int M = (n2 + 1) / 2;
    PLANES(i, n0) {
        double total = 0;
        ITEMS(m, n1 * 2 * M) {
            const int j = row(m, 2 * M), k = m - j * 2 * M;
            const REAL r = k == n2 ? 0
                : b[at(i, j, k, n1, n2)] - variable_product(i, j, k, n0, n1, n2, c0, c1, c2, d, u);
            f[split_at(i, j, k, n0, n1, M)] = inverse * r;
            total += r * r;
        }
        total = block_sum(total);
        if (threadIdx.x == 0) partial[slot(0, i, n0)] = total;
    }
}
