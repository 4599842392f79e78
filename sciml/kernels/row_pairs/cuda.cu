// Pairs of kept edges of a row. `before` counts the kept edges before each edge, `order` lists them.

// Pairs of every edge: the kept edges of its row, itself among them or not.
extern "C" __global__ void lengths(
    long long nodes, long long edges, const INDEX *indptr, const bool *kept, bool itself, const long long *before,
    long long *out)
{
    ITEMS(e, edges) {
        const long long i = row_of(e, indptr, nodes);
        out[e] = kept[e] ? before[indptr[i + 1]] - before[indptr[i]] - (itself ? 0 : 1) : 0;
    }
}

// A thread a pair: the rank-th kept edge of the row of edge e, which is itself passed over or not.
extern "C" __global__ void pairs(
    long long nodes, long long edges, long long count, const INDEX *indptr, bool itself, const long long *before,
    const long long *order, const long long *starts, int *indices)
{
    ITEMS(p, count) {
        const long long e = row_of(p, starts, edges), first = before[indptr[row_of(e, indptr, nodes)]];
        long long rank = p - starts[e];
        if (!itself && rank >= before[e] - first) ++rank;
        indices[p] = order[first + rank];
    }
}
