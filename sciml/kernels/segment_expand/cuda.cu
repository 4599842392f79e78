// Values of rows at their entries, a thread for each row and channel, so that neighbours write side by side.

extern "C" __global__ void expand(long long rows, int width, const INDEX *starts, const REAL *x, REAL *out)
{
    ITEMS(t, rows * width) {
        const long long i = t / width, q = t % width;
        for (long long p = starts[i]; p < starts[i + 1]; ++p) out[p * width + q] = x[t];
    }
}
