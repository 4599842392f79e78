// Weights of radial basis functions, a thread a query: a row of k values is summed without help of other threads.

extern "C" __global__ void weights(
    long long m, int k, int d, int s, const REAL *queries, const REAL *centres, const REAL *shapes,
    const INDEX *neighbours, int family, bool normalised, REAL epsilon, REAL *out)
{
    ITEMS(q, m) {
        REAL total = epsilon;
        for (long long p = q * k; p < (q + 1) * k; ++p) {
            const long long j = neighbours[p];
            out[p] = value(family, Pair{queries + q * d, centres + j * d, shapes + j * s, d, s});
            total += out[p];
        }
        if (normalised)
            for (long long p = q * k; p < (q + 1) * k; ++p) out[p] /= total;
    }
}
