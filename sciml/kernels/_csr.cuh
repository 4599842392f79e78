// Sums that the threads of a group share, and rows of a sparse matrix (see _csr.py) times vectors and columns.
// A block of THREADS threads holds THREADS / group groups; sums are in one order, whatever runs first.

// Precision of what a matrix is multiplied with, where a program lets it differ from that of the sums.
#ifndef INPUT
#define INPUT REAL
#endif

// The sum of what the threads of a group have left in `part`.
__device__ inline REAL group_sum(const REAL *part, int group)
{
    REAL total = 0;
    for (int lane = 0; lane < group; ++lane) total += part[lane];
    return total;
}

// What one of the threads of a group adds to (A x)_i: neighbours read neighbouring entries.
__device__ inline REAL lane_sum(
    long long i, int lane, int group, const INDEX *starts, const INDEX *columns, const REAL *values, const INPUT *x)
{
    REAL total = 0;
    for (long long p = (long long)starts[i] + lane; p < starts[i + 1]; p += group) total += values[p] * x[columns[p]];
    return total;
}

// (A X)_iq for X of `width` columns: neighbouring threads read neighbouring columns.
__device__ inline REAL column_sum(
    long long i, int q, int width, const INDEX *starts, const INDEX *columns, const REAL *values, const INPUT *x)
{
    REAL total = 0;
    for (long long p = starts[i]; p < starts[i + 1]; ++p) total += values[p] * x[(long long)columns[p] * width + q];
    return total;
}
