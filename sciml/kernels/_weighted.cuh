// Relaxations and shares in bytes, a cell each (see SplitWeights in _colour.py). Comes behind colour.cuh.

struct Weights {
    const signed char *omega; // of one sweep
    REAL base, step;
};
__device__ inline REAL relaxation(const Weights &w, long long at) { return w.base + w.step * (REAL)w.omega[at]; }

// How often a cell counts in sums over its block, and takes of the correction.
__device__ inline REAL share(const signed char *scale, long long at) { return 1 + (REAL)0.0078125 * (REAL)scale[at]; }

// Relax the cells of a colour, each by its own.
__device__ inline void weighted_half_sweep(const Variable &A, int colour, const Weights &w, const REAL *f, REAL *x)
{
    const int M = (A.n2 + 1) / 2;
    CELLS(i, j, m, A.n0, A.n1, M) {
        const Cell s = cell_of(colour, i, j, m, A.n0, A.n1, M);
        x[s.at] += relaxation(w, s.at) * ((f[s.at] + face_sum(A, s, Value{x})) / diagonal(A, s) - x[s.at]);
    }
}
