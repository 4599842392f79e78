// The correction is added where values are read: the first half sweep adds it to all it reads, the second one to the
// cells it relaxes, so that x is read and written no more often than without it. A linear one, which costs far more
// than reading a value, is made once for each cell: the second colour is corrected by a launch of its own, the first
// half sweep adds it to the cells it relaxes.

// Corrected values, from a coarse box (N0, N1, N2) in rows of `width` entries; cell i has parent i >> (r - 1).
struct Boxed {
    const REAL *x, *coarse;
    int r0, r1, r2, N0, N1, width;
};
__device__ inline REAL take(const Boxed &u, long long at, int i, int j, int k)
{
    return u.x[at] + u.coarse[split_at(i >> (u.r0 - 1), j >> (u.r1 - 1), k >> (u.r2 - 1), u.N0, u.N1, u.width)];
}

// Corrected values, from clusters; none is -1.
struct Clustered {
    const REAL *x;
    const int *labels;
    const double *sums;
};
__device__ inline REAL take(const Clustered &u, long long at, int, int, int)
{
    const int label = u.labels[at];
    return label < 0 ? u.x[at] : u.x[at] + (REAL)u.sums[label];
}

// Two coarse cells that a fine one interpolates between along an axis, and their weights.
struct Pair {
    int own, other;
    REAL most, rest;
};

// Ghost cells beyond the ends of an axis of N coarse cells are multiples of the cells beside them.
__device__ inline Pair pair_of(int i, int r, int N, REAL first, REAL last, bool wraps)
{
    if (r == 1) return {i, i, 1, 0};
    const int own = i >> 1, other = i & 1 ? own + 1 : own - 1;
    const bool ghost = other < 0 || other == N;
    if (ghost && !wraps) return {own, own, (REAL)0.75 + (REAL)0.25 * (other < 0 ? first : last), 0};
    return {own, ghost ? N - 1 - own : other, (REAL)0.75, (REAL)0.25};
}

// Corrected values, interpolated linearly in a coarse box.
struct Linear {
    const REAL *x, *coarse;
    int r0, r1, r2, N0, N1, N2;
    REAL first0, last0, first1, last1, first2, last2;
    bool wrap0, wrap1, wrap2;
};
__device__ inline REAL along_row(const Linear &u, int I, int J, Pair k)
{
    const int width = (u.N2 + 1) / 2;
    return k.most * u.coarse[split_at(I, J, k.own, u.N0, u.N1, width)]
        + k.rest * u.coarse[split_at(I, J, k.other, u.N0, u.N1, width)];
}
__device__ inline REAL take(const Linear &u, long long at, int i, int j, int k)
{
    const Pair a = pair_of(i, u.r0, u.N0, u.first0, u.last0, u.wrap0);
    const Pair b = pair_of(j, u.r1, u.N1, u.first1, u.last1, u.wrap1);
    const Pair c = pair_of(k, u.r2, u.N2, u.first2, u.last2, u.wrap2);
    return u.x[at]
        + a.most * (b.most * along_row(u, a.own, b.own, c) + b.rest * along_row(u, a.own, b.other, c))
        + a.rest * (b.most * along_row(u, a.other, b.own, c) + b.rest * along_row(u, a.other, b.other, c));
}

// Correct the cells of a colour and leave it at that.
template <class Corrected>
__device__ inline void prolong(int n0, int n1, int n2, int colour, const Corrected &u, REAL *x)
{
    const int M = (n2 + 1) / 2;
    CELLS(i, j, m, n0, n1, M) {
        const Cell s = cell_of(colour, i, j, m, n0, n1, M);
        if (s.k < n2) x[s.at] = take(u, s.at, i, j, s.k);
    }
}

// Relax the cells of a colour that are not corrected yet; `around` says whether their neighbours are not either.
template <class Operator, class Corrected>
__device__ inline void correct_relax(
    const Operator &A, int colour, const Corrected &u, bool around, const REAL *f, REAL omega, REAL *x)
{
    if (around)
        half_sweep(A, colour, u, u, f, omega, x);
    else
        half_sweep(A, colour, u, Value{x}, f, omega, x);
}

extern "C" __global__ void prolong_box(
    int n0, int n1, int n2, REAL *x, const REAL *__restrict__ coarse, int r0, int r1, int r2, int N0, int N1, int N2,
    int colour)
{
    prolong(n0, n1, n2, colour, Boxed{x, coarse, r0, r1, r2, N0, N1, (N2 + 1) / 2}, x);
}

extern "C" __global__ void prolong_labels(
    int n0, int n1, int n2, REAL *x, const int *__restrict__ labels, const double *__restrict__ sums, int colour)
{
    prolong(n0, n1, n2, colour, Clustered{x, labels, sums}, x);
}

extern "C" __global__ void prolong_linear(
    int n0, int n1, int n2, REAL *x, const REAL *__restrict__ coarse, int r0, int r1, int r2, int N0, int N1, int N2,
    REAL first0, REAL last0, REAL first1, REAL last1, REAL first2, REAL last2, bool wrap0, bool wrap1, bool wrap2,
    int colour)
{
    const Linear u = {x, coarse, r0, r1, r2, N0, N1, N2, first0, last0, first1, last1, first2, last2,
                      wrap0, wrap1, wrap2};
    prolong(n0, n1, n2, colour, u, x);
}

extern "C" __global__ void relax_box_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, const REAL *__restrict__ f, REAL omega, bool around,
    REAL *x, const REAL *__restrict__ coarse, int r0, int r1, int r2, int N0, int N1, int N2, int colour)
{
    const Boxed u = {x, coarse, r0, r1, r2, N0, N1, (N2 + 1) / 2};
    correct_relax(Constant{n0, n1, n2, c, wrap, d0, d1, d2}, colour, u, around, f, omega, x);
}

extern "C" __global__ void relax_box_variable(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ surplus, const REAL *__restrict__ f, REAL omega, bool around,
    REAL *x, const REAL *__restrict__ coarse, int r0, int r1, int r2, int N0, int N1, int N2, int colour)
{
    const Boxed u = {x, coarse, r0, r1, r2, N0, N1, (N2 + 1) / 2};
    correct_relax(Variable{n0, n1, n2, c0, c1, c2, d, surplus}, colour, u, around, f, omega, x);
}

extern "C" __global__ void relax_labels_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, const REAL *__restrict__ f, REAL omega, bool around,
    REAL *x, const int *__restrict__ labels, const double *__restrict__ sums, int colour)
{
    correct_relax(
        Constant{n0, n1, n2, c, wrap, d0, d1, d2}, colour, Clustered{x, labels, sums}, around, f, omega, x);
}

extern "C" __global__ void relax_labels_variable(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, const REAL *__restrict__ surplus, const REAL *__restrict__ f, REAL omega, bool around,
    REAL *x, const int *__restrict__ labels, const double *__restrict__ sums, int colour)
{
    correct_relax(
        Variable{n0, n1, n2, c0, c1, c2, d, surplus}, colour, Clustered{x, labels, sums}, around, f, omega, x);
}

extern "C" __global__ void relax_linear_constant(
    int n0, int n1, int n2, const REAL *__restrict__ c, const REAL *__restrict__ wrap, const REAL *__restrict__ d0,
    const REAL *__restrict__ d1, const REAL *__restrict__ d2, const REAL *__restrict__ f, REAL omega, REAL *x,
    const REAL *__restrict__ coarse, int r0, int r1, int r2, int N0, int N1, int N2, REAL first0, REAL last0,
    REAL first1, REAL last1, REAL first2, REAL last2, bool wrap0, bool wrap1, bool wrap2, int colour)
{
    const Linear u = {x, coarse, r0, r1, r2, N0, N1, N2, first0, last0, first1, last1, first2, last2,
                      wrap0, wrap1, wrap2};
    half_sweep(Constant{n0, n1, n2, c, wrap, d0, d1, d2}, colour, u, Value{x}, f, omega, x);
}
