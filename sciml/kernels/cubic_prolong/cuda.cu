// A thread a fine cell, padding included. It reads 4 coarse cells along each coarsened axis, nearly all of them from
// cache: half a word an unknown comes from memory and one goes there.

// Coarse cells that a fine one interpolates from along an axis, and their weights.
struct Parents {
    int at[4];
    REAL weight[4];
};

// The polynomial through cells start, start + 1... at t, counted from the first; loops of known length keep the arrays
// in registers.
__device__ inline Parents parents_of(int i, int r, int N, bool wrap)
{
    const int count = r == 1 ? 1 : wrap ? 4 : min(N, 4);
    int start = r == 1 ? i : (i + 1) / 2 - 2;
    if (r == 2 && !wrap) start = min(max(start, 0), N - count);
    const REAL t = r == 1 ? 0 : (REAL)0.5 * i - (REAL)0.25 - start;
    Parents p;
#pragma unroll
    for (int k = 0; k < 4; ++k) {
        REAL w = k < count;
#pragma unroll
        for (int m = 0; m < 4; ++m)
            if (m != k && m < count) w *= (t - m) / (k - m);
        const int around = start + k < 0 ? start + k + N : start + k < N ? start + k : start + k - N;
        p.at[k] = min(max(around, 0), N - 1);  // the only cell of an axis of one
        p.weight[k] = w;
    }
    return p;
}

extern "C" __global__ void prolong(
    int n0, int n1, int n2, int r0, int r1, int r2, int N0, int N1, int N2, bool wrap0, bool wrap1, bool wrap2,
    const REAL *__restrict__ coarse, REAL *x)
{
    const int M = (n2 + 1) / 2, width = (N2 + 1) / 2;
    CELLS(i, j, k, n0, n1, 2 * M) {
        REAL total = 0;
        if (k < n2) {
            const Parents a = parents_of(i, r0, N0, wrap0), b = parents_of(j, r1, N1, wrap1);
            const Parents c = parents_of(k, r2, N2, wrap2);
#pragma unroll
            for (int u = 0; u < 4; ++u)
#pragma unroll
                for (int v = 0; v < 4; ++v) {
                    const REAL w = a.weight[u] * b.weight[v];
                    if (w == 0) continue;
#pragma unroll
                    for (int z = 0; z < 4; ++z)
                        total += w * c.weight[z] * coarse[split_at(a.at[u], b.at[v], c.at[z], N0, N1, width)];
                }
        }
        x[split_at(i, j, k, n0, n1, M)] = total;
    }
}
