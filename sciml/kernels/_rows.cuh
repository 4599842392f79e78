// Compressed rows: which one an entry lies in. Threads that ask for neighbouring entries read the same starts.

// The row i with starts[i] <= p < starts[i + 1], by bisection.
template <class Index>
__device__ inline long long row_of(long long p, const Index *starts, long long rows)
{
    long long lo = 0, hi = rows;
    while (hi - lo > 1) {
        const long long middle = (lo + hi) / 2;
        if (starts[middle] <= p) lo = middle;
        else hi = middle;
    }
    return lo;
}
