// A thread takes both cells that share a position: the one of a colour reads the faces and the p of the other. That p
// is renewed everywhere before a neighbour reads it takes a launch of its own: 52 bytes an unknown move in single
// precision, where the pass of the CPU moves 48.

// u += step p where asked to, p = z + beta p; padding included.
extern "C" __global__ void renew(
    int n0, int n1, int n2, bool move, double step, REAL beta, const REAL *__restrict__ z, REAL *p, double *u)
{
    const int M = (n2 + 1) / 2;
    CELLS(i, j, k, n0, n1, 2 * M) {
        const long long q = split_at(i, j, k, n0, n1, M);
        const REAL old = p[q];
        if (move && k < n2) u[at(i, j, k, n1, n2)] += step * old;
        p[q] = z[q] + beta * old;
    }
}

// q = A p, and p . q by planes.
extern "C" __global__ void multiply(
    int n0, int n1, int M, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ s, const REAL *__restrict__ p, REAL *q, double *partial)
{
    const Variable A = {n0, n1, 2 * M, c0, c1, c2, d, s};
    PLANES(i, n0) {
        double total = 0;
        ITEMS(t, n1 * M) {
            const int j = row(t, M), m = t - j * M;
            for (int colour = 0; colour < 2; ++colour) {
                const Cell here = cell_of(colour, i, j, m, n0, n1, M);
                const REAL value = product(A, here, p);
                q[here.at] = value;
                total += (double)value * p[here.at];
            }
        }
        total = block_sum(total);
        if (threadIdx.x == 0) partial[slot(0, i, n0)] = total;
    }
}
