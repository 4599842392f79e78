// Gradients of weights of radial basis functions, a thread a query. Sums over the queries around a centre come by
// atomicAdd, so their last bits depend on the order of the threads.

// Below it q counts as this where a slope is infinite at the centre; times x - c = 0 it gives 0 then.
#define NEAR ((REAL)1e-36)

// d phi / d q
__device__ inline REAL slope(int family, REAL q, REAL phi)
{
    const REAL r = sqrt(max(q, NEAR));
    switch (family) {
    case INVERSE_QUADRATIC: return -phi * phi;
    case INVERSE_MULTIQUADRIC: return -phi * phi * phi / 2;
    case MULTIQUADRIC: return 1 / (2 * phi);
    case GAUSSIAN: return -phi / 2;
    case EXPONENTIAL: return -phi / (2 * r);
    case EXPONENTIAL_SINE: return -phi * cos(r) / (2 * r);
    case LINEAR: return 1 / (2 * r);
    default: return (REAL)1.5 * r;
    }
}

// d hat / d u_i, 0 at kinks
__device__ inline REAL hat_slope(const Pair &pair, int i)
{
    const REAL u = pair.image(i);
    return u == 0 || fabs(u) >= 1 ? 0 : u < 0 ? pair.hat(i) : -pair.hat(i);
}

// Adds what one pair contributes; `by_phi` is the gradient by its value.
__device__ inline void contribute(
    int family, const Pair &pair, REAL by_phi, REAL *by_query, REAL *by_centre, REAL *by_shape)
{
    const REAL q = family == HAT ? 0 : pair.square();
    const REAL factor = family == HAT ? 0 : by_phi * slope(family, q, radial(family, q));
    for (int l = 0; l < pair.d; ++l) {
        // Radial values depend on the offset and on its image alike, hats on the image alone.
        REAL by_offset = factor * pair.image(l);
        for (int i = 0; i < pair.d; ++i) {
            const int p = place(i, l, pair.d, pair.s);
            if (p < 0) continue;
            const REAL by_image = family == HAT ? by_phi * hat_slope(pair, i) : factor * pair.offset(i);
            by_offset += pair.shape[p] * by_image;
            atomicAdd(by_shape + p, by_image * pair.offset(l));
        }
        by_query[l] += by_offset;
        atomicAdd(by_centre + l, -by_offset);
    }
}

extern "C" __global__ void gradients(
    long long m, int k, int d, int s, const REAL *queries, const REAL *centres, const REAL *shapes,
    const INDEX *neighbours, const REAL *gradient, int family, bool normalised, REAL epsilon, REAL *by_queries,
    REAL *by_centres, REAL *by_shapes)
{
    ITEMS(q, m) {
        // w_a = phi_a / S with S = epsilon + sum phi: the gradient by phi_a is (g_a - sum_b g_b w_b) / S.
        REAL total = epsilon, mean = 0;
        for (long long p = q * k; normalised && p < (q + 1) * k; ++p) {
            const long long j = neighbours[p];
            const REAL phi = value(family, Pair{queries + q * d, centres + j * d, shapes + j * s, d, s});
            total += phi;
            mean += gradient[p] * phi;
        }
        const REAL scale = normalised ? 1 / total : 1;
        for (long long p = q * k; p < (q + 1) * k; ++p) {
            const long long j = neighbours[p];
            contribute(
                family, Pair{queries + q * d, centres + j * d, shapes + j * s, d, s},
                scale * (gradient[p] - mean * scale), by_queries + q * d, by_centres + j * d, by_shapes + j * s);
        }
    }
}
