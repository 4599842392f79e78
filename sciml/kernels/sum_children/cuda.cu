// A thread a coarse cell: the fine box is read once, the coarse one written once, padding included.

// Up to three cells along an axis and what they count for coarse cell I; q belongs to the ends of the axis.
struct Children {
    int first, step, count;
    REAL w0, w1, w2;
};
__device__ inline Children children_of(int I, int r, int n, const REAL *q)
{
    const bool low = I == 0, high = 2 * I == n - 2;
    if (r == 2 && n % 2 == 0 && n >= 4 && (low || high)) {
        const REAL p = low ? q[0] : q[1];
        return {low ? 0 : n - 1, low ? 1 : -1, 3, p, 3 - 2 * p, p - 1};
    }
    return {r * I, 1, min(r, n - r * I), 1, 1, 0};
}
__device__ inline REAL weight(const Children &c, int k) { return k == 0 ? c.w0 : k == 1 ? c.w1 : c.w2; }

extern "C" __global__ void sum_cells(
    int n0, int n1, int n2, int r0, int r1, int r2, int N0, int N1, int N2, const REAL *__restrict__ q,
    const REAL *__restrict__ f, REAL *coarse)
{
    const int M = (n2 + 1) / 2, width = (N2 + 1) / 2;
    CELLS(I, J, K, N0, N1, 2 * width) {
        REAL total = 0;
        if (K < N2) {
            const Children a = children_of(I, r0, n0, q), b = children_of(J, r1, n1, q + 2);
            const Children c = children_of(K, r2, n2, q + 4);
            for (int x = 0; x < a.count; ++x)
                for (int y = 0; y < b.count; ++y)
                    for (int z = 0; z < c.count; ++z) {
                        const int i = a.first + x * a.step, j = b.first + y * b.step, k = c.first + z * c.step;
                        total += weight(a, x) * weight(b, y) * weight(c, z) * f[split_at(i, j, k, n0, n1, M)];
                    }
        }
        coarse[split_at(I, J, K, N0, N1, width)] = total;
    }
}
