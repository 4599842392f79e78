// Entries of the matrix K + M: a thread an entry looks through the cells around the vertex of its row, in their order.
// So nothing is added to by two threads, and (i, j) and (j, i) are the same sum. The threads of a row read the same cells.

extern "C" __global__ void assemble(
    long long rows, long long entries, int k, const int *cells, const int *starts, const int *corners,
    const int *indptr, const int *indices, const int *vertices, const double *edges, bool stiff, const double *masses,
    bool massive, double *data)
{
    const int n_edges = k * (k - 1) / 2;
    ITEMS(p, entries) {
        const int i = vertices[row_of(p, indptr, rows)], j = vertices[indices[p]];
        double total = 0;
        for (int q = starts[i]; q < starts[i + 1]; ++q) {
            const long long c = corners[q] / 4;
            const int a = corners[q] % 4;
            const double w = massive ? masses[c] : 0;
            if (i == j) total += 2 * w;
            for (int step = 1; step < k; ++step) {
                const int b = (a + step) % k;
                if (i != j && cells[c * k + b] != j) continue;
                const double e = stiff ? edges[c * n_edges + edge_number(a, b, k)] : 0;
                // rows of the stiffness sum to zero
                total += i == j ? -e : e + w;
            }
        }
        data[p] = total;
    }
}
