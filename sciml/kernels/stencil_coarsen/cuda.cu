// A thread a coarse cell: the fine operator is read once, the coarse one written once. The faces below a cell are
// computed again rather than exchanged; what they take from memory its neighbours read at the same time.

// The fine operator, children along each axis, and the coarse box.
struct Coarsening {
    int n0, n1, n2, r0, r1, r2, N0, N1, N2;
};

// Children of coarse cell I along an axis of n cells: first..last.
__device__ inline int first(int I, int r) { return r * I; }
__device__ inline int last(int I, int r, int n) { return min(r * I + r, n) - 1; }

__device__ inline REAL box_sum(const Coarsening &A, int i0, int i1, int j0, int j1, int k0, int k1, const REAL *c)
{
    REAL total = 0;
    for (int i = i0; i <= i1; ++i)
        for (int j = j0; j <= j1; ++j)
            for (int k = k0; k <= k1; ++k) total += c[at(i, j, k, A.n1, A.n2)];
    return total;
}

// Faces above coarse cell (I, J, K). The distance between centres is r times as long; a cell alone has none to itself.
__device__ inline REAL face0(const Coarsening &A, int I, int J, int K, const REAL *c)
{
    const int i = last(I, A.r0, A.n0);
    if (A.N0 == 1) return 0;
    return box_sum(A, i, i, first(J, A.r1), last(J, A.r1, A.n1), first(K, A.r2), last(K, A.r2, A.n2), c) / A.r0;
}

__device__ inline REAL face1(const Coarsening &A, int I, int J, int K, const REAL *c)
{
    const int j = last(J, A.r1, A.n1);
    if (A.N1 == 1) return 0;
    return box_sum(A, first(I, A.r0), last(I, A.r0, A.n0), j, j, first(K, A.r2), last(K, A.r2, A.n2), c) / A.r1;
}

__device__ inline REAL face2(const Coarsening &A, int I, int J, int K, const REAL *c)
{
    const int k = last(K, A.r2, A.n2);
    if (A.N2 == 1) return 0;
    return box_sum(A, first(I, A.r0), last(I, A.r0, A.n0), first(J, A.r1), last(J, A.r1, A.n1), k, k, c) / A.r2;
}

extern "C" __global__ void coarsen(
    int n0, int n1, int n2, int r0, int r1, int r2, int N0, int N1, int N2, const REAL *__restrict__ c0,
    const REAL *__restrict__ c1, const REAL *__restrict__ c2, const REAL *__restrict__ d, REAL *C0, REAL *C1, REAL *C2,
    REAL *D)
{
    const Coarsening A = {n0, n1, n2, r0, r1, r2, N0, N1, N2};
    const REAL half = r0 * r1 * r2 > 1 ? 0.5 : 1;
    CELLS(I, J, K, N0, N1, N2) {
        REAL beyond = 0;
        for (int i = first(I, r0); i <= last(I, r0, n0); ++i)
            for (int j = first(J, r1); j <= last(J, r1, n1); ++j)
                for (int k = first(K, r2); k <= last(K, r2, n2); ++k)
                    beyond += surplus(i, j, k, n0, n1, n2, c0, c1, c2, d);
        const REAL f0 = face0(A, I, J, K, c0), f1 = face1(A, I, J, K, c1), f2 = face2(A, I, J, K, c2);
        const REAL under = face0(A, before(I, N0), J, K, c0) + face1(A, I, before(J, N1), K, c1)
            + face2(A, I, J, before(K, N2), c2);
        const long long p = at(I, J, K, N1, N2);
        C0[p] = f0;
        C1[p] = f1;
        C2[p] = f2;
        D[p] = half * beyond + under + (f0 + f1 + f2);
    }
}
