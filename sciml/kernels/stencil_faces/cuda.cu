// A thread an unknown: the coefficients are read once, faces and diagonal written once. The face below is computed
// again, from what the neighbour reads at the same time.

// Harmonic mean, 0 when either is 0; the order of operations avoids under- and overflow of a b.
__device__ inline REAL mean(REAL a, REAL b)
{
    const REAL total = a + b;
    return total > 0 ? (a + a) * (b / total) : total;
}

extern "C" __global__ void assemble(
    int n0, int n1, int n2, const REAL *__restrict__ k0, const REAL *__restrict__ k1, const REAL *__restrict__ k2,
    const REAL *__restrict__ scale, const REAL *__restrict__ wrap, const REAL *__restrict__ m0,
    const REAL *__restrict__ m1, const REAL *__restrict__ m2, REAL *c0, REAL *c1, REAL *c2, REAL *d)
{
    CELLS(i, j, k, n0, n1, n2) {
        const long long p = at(i, j, k, n1, n2);
        const REAL a = m1[j] * m2[k], b = m0[i] * m2[k], c = m0[i] * m1[j];
        const REAL f0 = above(i, n0, scale[0], wrap[0]) * a * mean(k0[p], k0[at(after(i, n0), j, k, n1, n2)]);
        const REAL f1 = above(j, n1, scale[1], wrap[1]) * b * mean(k1[p], k1[at(i, after(j, n1), k, n1, n2)]);
        const REAL f2 = above(k, n2, scale[2], wrap[2]) * c * mean(k2[p], k2[at(i, j, after(k, n2), n1, n2)]);
        const REAL under = below(i, scale[0], wrap[0]) * a * mean(k0[at(before(i, n0), j, k, n1, n2)], k0[p])
            + below(j, scale[1], wrap[1]) * b * mean(k1[at(i, before(j, n1), k, n1, n2)], k1[p])
            + below(k, scale[2], wrap[2]) * c * mean(k2[at(i, j, before(k, n2), n1, n2)], k2[p]);
        c0[p] = f0;
        c1[p] = f1;
        c2[p] = f2;
        d[p] = under + (f0 + f1 + f2);
    }
}
