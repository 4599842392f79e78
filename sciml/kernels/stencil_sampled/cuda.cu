// Gradients of g . A u by faces and diagonal, a thread a cell.

extern "C" __global__ void sample(
    int batch, int n0, int n1, int n2, const REAL *g, const REAL *u, REAL *c0, REAL *c1, REAL *c2, REAL *d)
{
    const long long cells = (long long)n0 * n1 * n2;
    CELLS(i, j, k, n0, n1, n2) {
        const long long p = at(i, j, k, n1, n2), ip = at(after(i, n0), j, k, n1, n2);
        const long long jp = at(i, after(j, n1), k, n1, n2), kp = at(i, j, after(k, n2), n1, n2);
        REAL s0 = 0, s1 = 0, s2 = 0, s = 0;
        for (int b = 0; b < batch; ++b) {
            const REAL *gb = g + b * cells, *ub = u + b * cells;
            s0 -= gb[p] * ub[ip] + gb[ip] * ub[p];
            s1 -= gb[p] * ub[jp] + gb[jp] * ub[p];
            s2 -= gb[p] * ub[kp] + gb[kp] * ub[p];
            s += gb[p] * ub[p];
        }
        c0[p] = s0;
        c1[p] = s1;
        c2[p] = s2;
        d[p] = s;
    }
}
