// Sums over sets of entries, and the subtraction of numbers from sets. `begins` of a list of sets holds where each of
// them begins and, at the end, the length of the list.

// The set that holds position p of the list.
__device__ inline int set_of(long long p, int sets, const long long *begins)
{
    int low = 0, high = sets;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        if (begins[middle] <= p) low = middle; else high = middle;
    }
    return low;
}

// Each set is cut into pieces, numbered one set after the other, of which a thread adds up one. With P pieces, piece s
// has the entries s, s + P, s + 2 P...: neighbouring threads read neighbouring entries.
extern "C" __global__ void piece_sums(
    long long pieces, int sets, const long long *__restrict__ pieces_begin, const long long *__restrict__ begins,
    const long long *__restrict__ cells, const REAL *__restrict__ v, double *sums)
{
    ITEMS(t, pieces) {
        const int c = set_of(t, sets, pieces_begin);
        const long long P = pieces_begin[c + 1] - pieces_begin[c];
        double total = 0;
        for (long long e = begins[c] + t - pieces_begin[c]; e < begins[c + 1]; e += P) total += v[cells[e]];
        sums[t] = total;
    }
}

extern "C" __global__ void subtract(
    long long n, int sets, const long long *__restrict__ begins, const long long *__restrict__ cells,
    const double *__restrict__ numbers, REAL *v)
{
    ITEMS(e, n) v[cells[e]] -= numbers[set_of(e, sets, begins)];
}
