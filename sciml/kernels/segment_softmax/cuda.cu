// Softmax over rows, a thread for each row and channel; `out` may be `values`.

extern "C" __global__ void softmax(long long rows, int width, const INDEX *starts, const REAL *values, REAL *out)
{
    ITEMS(t, rows * width) {
        const long long q = t % width, first = starts[t / width] * (long long)width + q;
        const long long last = starts[t / width + 1] * (long long)width;
        if (first >= last) continue;
        REAL largest = values[first], total = 0;
        for (long long p = first + width; p < last; p += width) largest = max(largest, values[p]);
        for (long long p = first; p < last; p += width) {
            const REAL power = exp(values[p] - largest);
            out[p] = power;
            total += power;
        }
        const REAL scale = 1 / total;
        for (long long p = first; p < last; p += width) out[p] *= scale;
    }
}
