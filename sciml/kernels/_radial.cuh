// Radial basis functions (see _radial.py): a value phi at a query x around a centre c with the shape parameters of a
// matrix A. With the offset x - c and its image u = A (x - c), q is their product.

enum Family {
    INVERSE_QUADRATIC, INVERSE_MULTIQUADRIC, MULTIQUADRIC, GAUSSIAN, EXPONENTIAL, EXPONENTIAL_SINE, LINEAR, CUBIC, HAT
};

// Which of s shape parameters is entry (i, l) of the matrix, -1 where that is 0.
__device__ inline int place(int i, int l, int d, int s)
{
    if (s == 1 || s == d) return i != l ? -1 : s == 1 ? 0 : i;
    if (s == d * d) return i * d + l;
    const int a = min(i, l), b = max(i, l);
    return a * (2 * d - a - 1) / 2 + b;
}

// A query and one of its neighbours.
struct Pair {
    const REAL *x, *c, *shape;
    int d, s;

    __device__ REAL offset(int i) const { return x[i] - c[i]; }
    __device__ REAL entry(int i, int l) const
    {
        const int p = place(i, l, d, s);
        return p < 0 ? 0 : shape[p];
    }
    __device__ REAL image(int i) const
    {
        REAL total = 0;
        for (int l = 0; l < d; ++l) total += entry(i, l) * offset(l);
        return total;
    }
    __device__ REAL square() const
    {
        REAL total = 0;
        for (int i = 0; i < d; ++i) total += offset(i) * image(i);
        return total;
    }
    // The product of the factors of a hat without that of axis `without`.
    __device__ REAL hat(int without) const
    {
        REAL product = 1;
        for (int i = 0; i < d; ++i)
            if (i != without) product *= max(1 - fabs(image(i)), (REAL)0);
        return product;
    }
};

__device__ inline REAL radial(int family, REAL q)
{
    const REAL r = sqrt(max(q, (REAL)0));
    switch (family) {
    case INVERSE_QUADRATIC: return 1 / (1 + q);
    case INVERSE_MULTIQUADRIC: return 1 / sqrt(1 + q);
    case MULTIQUADRIC: return sqrt(1 + q);
    case GAUSSIAN: return exp(-q / 2);
    case EXPONENTIAL: return exp(-r);
    case EXPONENTIAL_SINE: return exp(-sin(r));
    case LINEAR: return r;
    default: return r * r * r;
    }
}

__device__ inline REAL value(int family, const Pair &pair)
{
    return family == HAT ? pair.hat(-1) : radial(family, pair.square());
}
