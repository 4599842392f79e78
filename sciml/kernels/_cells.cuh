// Cell lists (see _cells.py): points sorted into the boxes between walls along three axes.

// Squared length of a vector, each operation rounded as on the CPU: fused ones, which a compiler for devices makes of
// products and sums, would let other points be nearest, and bounds of distances fail by their last bit.
__device__ inline double squared(double x, double y, double z)
{
    return __dadd_rn(__dadd_rn(__dmul_rn(x, x), __dmul_rn(y, y)), __dmul_rn(z, z));
}

// The cell of x along an axis of n cells, the last c with walls[c] <= x.
__device__ inline int find(const double *walls, int n, double x)
{
    int c = 0;
    while (n > 1) {
        const int half = n / 2;
        if (walls[c + half] <= x) c += half;
        n -= half;
    }
    return c;
}
