// Gradient of a softmax over rows, a thread for each row and channel.

extern "C" __global__ void slopes(
    long long rows, int width, const INDEX *starts, const REAL *y, const REAL *g, REAL *out)
{
    ITEMS(t, rows * width) {
        const long long i = t / width, q = t % width;
        REAL mean = 0;
        for (long long p = starts[i]; p < starts[i + 1]; ++p) mean += g[p * width + q] * y[p * width + q];
        for (long long p = starts[i]; p < starts[i + 1]; ++p)
            out[p * width + q] = y[p * width + q] * (g[p * width + q] - mean);
    }
}
