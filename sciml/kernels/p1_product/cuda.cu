// (K + M) u without the matrix: a thread a vertex gathers from the cells around it, in their order.

extern "C" __global__ void product(
    long long n, int k, const int *cells, const int *starts, const int *corners, const double *u, const double *edges,
    bool stiff, const double *masses, bool massive, double *out)
{
    const int n_edges = k * (k - 1) / 2;
    ITEMS(i, n) {
        const double own = u[i];
        double total = 0;
        for (int q = starts[i]; q < starts[i + 1]; ++q) {
            const long long c = corners[q] / 4;
            const int a = corners[q] % 4;
            const double w = massive ? masses[c] : 0;
            total += 2 * w * own;
            for (int step = 1; step < k; ++step) {
                const int b = (a + step) % k;
                const double value = u[cells[c * k + b]];
                total += w * value;
                if (stiff) total += edges[c * n_edges + edge_number(a, b, k)] * (value - own);
            }
        }
        out[i] = total;
    }
}
