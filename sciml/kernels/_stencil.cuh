// A 7-point operator over three axes in natural order (see _stencil.py).

__device__ inline long long at(int i, int j, int k, int n1, int n2) { return ((long long)i * n1 + j) * n2 + k; }
__device__ inline int before(int i, int n) { return i > 0 ? i - 1 : n - 1; }
__device__ inline int after(int i, int n) { return i < n - 1 ? i + 1 : 0; }

// Conductance of the face below or above cell i of an axis with equal faces.
__device__ inline REAL below(int i, REAL c, REAL wrap) { return i > 0 ? c : wrap; }
__device__ inline REAL above(int i, int n, REAL c, REAL wrap) { return i < n - 1 ? c : wrap; }

// (A u) in cell (i, j, k), one conductance per axis.
__device__ inline REAL constant_product(
    int i, int j, int k, int n0, int n1, int n2, const REAL *c, const REAL *wrap, const REAL *d0, const REAL *d1,
    const REAL *d2, const REAL *u)
{
    return (d0[i] + d1[j] + d2[k]) * u[at(i, j, k, n1, n2)]
        - below(k, c[2], wrap[2]) * u[at(i, j, before(k, n2), n1, n2)]
        - above(k, n2, c[2], wrap[2]) * u[at(i, j, after(k, n2), n1, n2)]
        - below(j, c[1], wrap[1]) * u[at(i, before(j, n1), k, n1, n2)]
        - above(j, n1, c[1], wrap[1]) * u[at(i, after(j, n1), k, n1, n2)]
        - below(i, c[0], wrap[0]) * u[at(before(i, n0), j, k, n1, n2)]
        - above(i, n0, c[0], wrap[0]) * u[at(after(i, n0), j, k, n1, n2)];
}

// (A u) in cell (i, j, k), conductances of the faces above the cells in c0, c1, c2.
__device__ inline REAL variable_product(
    int i, int j, int k, int n0, int n1, int n2, const REAL *c0, const REAL *c1, const REAL *c2, const REAL *d,
    const REAL *u)
{
    const long long p = at(i, j, k, n1, n2);
    const long long im = at(before(i, n0), j, k, n1, n2), jm = at(i, before(j, n1), k, n1, n2);
    const long long km = at(i, j, before(k, n2), n1, n2);
    return d[p] * u[p]
        - c2[km] * u[km] - c2[p] * u[at(i, j, after(k, n2), n1, n2)]
        - c1[jm] * u[jm] - c1[p] * u[at(i, after(j, n1), k, n1, n2)]
        - c0[im] * u[im] - c0[p] * u[at(after(i, n0), j, k, n1, n2)];
}

// What the diagonal of cell (i, j, k) holds beyond the faces; rounding counts as nothing.
__device__ inline REAL surplus(
    int i, int j, int k, int n0, int n1, int n2, const REAL *c0, const REAL *c1, const REAL *c2, const REAL *d)
{
    const long long p = at(i, j, k, n1, n2);
    const REAL rest = d[p] - c0[at(before(i, n0), j, k, n1, n2)] - c0[p] - c1[at(i, before(j, n1), k, n1, n2)] - c1[p]
        - c2[at(i, j, before(k, n2), n1, n2)] - c2[p];
    return rest > (REAL)1e-13 * d[p] ? rest : 0;
}
