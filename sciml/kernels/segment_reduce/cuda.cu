// Sums and maxima over rows, a thread for each row and channel; 0 for an empty row.

extern "C" __global__ void sums(long long rows, int width, const INDEX *starts, const REAL *values, REAL *out)
{
    ITEMS(t, rows * width) {
        const long long i = t / width, q = t % width;
        REAL total = 0;
        for (long long p = starts[i]; p < starts[i + 1]; ++p) total += values[p * width + q];
        out[t] = total;
    }
}

extern "C" __global__ void maxima(long long rows, int width, const INDEX *starts, const REAL *values, REAL *out)
{
    ITEMS(t, rows * width) {
        const long long i = t / width, q = t % width, first = starts[i], last = starts[i + 1];
        REAL largest = first < last ? values[first * width + q] : 0;
        for (long long p = first + 1; p < last; ++p) largest = max(largest, values[p * width + q]);
        out[t] = largest;
    }
}
