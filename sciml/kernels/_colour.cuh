// Colour-split storage of a box (see _colour.py) and a 7-point operator over it. Comes behind stencil.cuh.
//
// A thread takes an entry m of a row (i, j) in one colour, so that a warp reads and writes neighbours in memory.
// All neighbours of its cell are of the other colour, at the same entry of the rows around, and at m and m - 1 or
// m + 1 of its own row. Rows of odd length end with an entry of padding, which counts as one more cell.

// Where cell (i, j, k) is.
__device__ inline long long split_at(int i, int j, int k, int n0, int n1, int M)
{
    const long long half = (long long)n0 * n1 * M;
    return ((i + j + k) & 1 ? half : 0) + ((long long)i * n1 + j) * M + (k >> 1);
}

// A cell, where it is, and where its neighbours are, those below and above along each axis, wrapped around.
struct Cell {
    int i, j, k;
    long long at, below[3], above[3];
};

// The cell that entry m of row (i, j) of a colour is.
__device__ inline Cell cell_of(int colour, int i, int j, int m, int n0, int n1, int M)
{
    const int odd = (colour + i + j) & 1;
    const long long plane = (long long)n1 * M, half = n0 * plane, row = i * plane + (long long)j * M;
    const long long own = colour * half + row, other = (1 - colour) * half + row, across = other + m;
    Cell s;
    s.i = i, s.j = j, s.k = 2 * m + odd;
    s.at = own + m;
    s.below[0] = across + (i > 0 ? -plane : half - plane);
    s.above[0] = across + (i < n0 - 1 ? plane : plane - half);
    s.below[1] = across + (j > 0 ? -M : plane - M);
    s.above[1] = across + (j < n1 - 1 ? M : M - plane);
    s.below[2] = other + (s.k > 0 ? m - 1 + odd : M - 1);
    s.above[2] = other + (s.k < 2 * M - 1 ? m + odd : 0);
    return s;
}

// What a sum takes from a neighbour, given where it is and its indices: the value in an array.
struct Value {
    const REAL *x;
};
__device__ inline REAL take(const Value &u, long long at, int, int, int) { return u.x[at]; }

// By how much the value in an array is larger than that of the cell itself.
struct Excess {
    const REAL *x;
    REAL own;
};
__device__ inline REAL take(const Excess &u, long long at, int, int, int) { return u.x[at] - u.own; }

// ConstantStencil: one conductance per axis.
struct Constant {
    int n0, n1, n2;
    const REAL *c, *wrap, *d0, *d1, *d2;
};

// SplitVariable: the faces above the cells, hence those below a cell are those of its neighbours. With n2 even where
// it is not known, as padding is an inactive cell.
struct Variable {
    int n0, n1, n2;
    const REAL *c0, *c1, *c2, *d, *surplus;
};

__device__ inline REAL diagonal(const Constant &A, const Cell &s) { return A.d0[s.i] + A.d1[s.j] + A.d2[s.k]; }
__device__ inline REAL diagonal(const Variable &A, const Cell &s) { return A.d[s.at]; }

// The sum of conductance times u over the neighbours.
template <class Neighbour>
__device__ inline REAL face_sum(const Constant &A, const Cell &s, const Neighbour &u)
{
    const int i = s.i, j = s.j, k = s.k;
    return below(k, A.c[2], A.wrap[2]) * take(u, s.below[2], i, j, before(k, A.n2))
        + above(k, A.n2, A.c[2], A.wrap[2]) * take(u, s.above[2], i, j, after(k, A.n2))
        + below(j, A.c[1], A.wrap[1]) * take(u, s.below[1], i, before(j, A.n1), k)
        + above(j, A.n1, A.c[1], A.wrap[1]) * take(u, s.above[1], i, after(j, A.n1), k)
        + below(i, A.c[0], A.wrap[0]) * take(u, s.below[0], before(i, A.n0), j, k)
        + above(i, A.n0, A.c[0], A.wrap[0]) * take(u, s.above[0], after(i, A.n0), j, k);
}

template <class Neighbour>
__device__ inline REAL face_sum(const Variable &A, const Cell &s, const Neighbour &u)
{
    const int i = s.i, j = s.j, k = s.k;
    return A.c2[s.below[2]] * take(u, s.below[2], i, j, before(k, A.n2))
        + A.c2[s.at] * take(u, s.above[2], i, j, after(k, A.n2))
        + A.c1[s.below[1]] * take(u, s.below[1], i, before(j, A.n1), k)
        + A.c1[s.at] * take(u, s.above[1], i, after(j, A.n1), k)
        + A.c0[s.below[0]] * take(u, s.below[0], before(i, A.n0), j, k)
        + A.c0[s.at] * take(u, s.above[0], after(i, A.n0), j, k);
}

// (A x) in a cell.
__device__ inline REAL product(const Constant &A, const Cell &s, const REAL *x)
{
    return diagonal(A, s) * x[s.at] - face_sum(A, s, Value{x});
}

// Fluxes between two cells cancel when these are summed, unlike the terms of d x - sum of c x.
__device__ inline REAL product(const Variable &A, const Cell &s, const REAL *x)
{
    return A.surplus[s.at] * x[s.at] - face_sum(A, s, Excess{x, x[s.at]});
}

// Relax the cells of a colour in x, where own values and those around are taken from what the arguments say.
template <class Operator, class Own, class Neighbour>
__device__ inline void half_sweep(
    const Operator &A, int colour, const Own &own, const Neighbour &around, const REAL *f, REAL omega, REAL *x)
{
    const int M = (A.n2 + 1) / 2;
    CELLS(i, j, m, A.n0, A.n1, M) {
        const Cell s = cell_of(colour, i, j, m, A.n0, A.n1, M);
        if (s.k < A.n2)
            x[s.at] = (1 - omega) * take(own, s.at, i, j, s.k)
                + omega / diagonal(A, s) * (f[s.at] + face_sum(A, s, around));
    }
}
