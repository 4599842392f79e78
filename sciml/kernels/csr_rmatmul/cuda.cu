// y += A^T x, a thread for every column and every entry that the threads of a group take of a row.

extern "C" __global__ void scatter(
    long long m, int group, int width, const INDEX *starts, const INDEX *columns, const REAL *values, const REAL *x,
    REAL *y)
{
    ITEMS(t, m * group * width) {
        const long long i = t / width / group;
        const int lane = t / width % group, q = t % width;
        const REAL own = x[i * width + q];
        // Rows meet in a column in the order in which they come to it: the last bits differ from run to run.
        for (long long p = (long long)starts[i] + lane; p < starts[i + 1]; p += group)
            atomicAdd(&y[(long long)columns[p] * width + q], values[p] * own);
    }
}
