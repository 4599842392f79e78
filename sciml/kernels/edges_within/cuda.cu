// Which edges are shorter than a cutoff, a thread an edge.

extern "C" __global__ void inside(long long edges, const double *vectors, double limit, bool *kept)
{
    ITEMS(e, edges) kept[e] = squared(vectors[3 * e], vectors[3 * e + 1], vectors[3 * e + 2]) < limit;
}
