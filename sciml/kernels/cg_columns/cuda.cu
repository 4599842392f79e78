// Vectors of shape (rows, width), of n items in all. Of `threads`, a multiple of the width, thread t takes the items t,
// t + threads, t + 2 threads...: all of one column, while neighbouring threads read and write neighbouring items.
// Sums of the threads are added by columns afterwards.

// x += alpha p, p = z + beta p; z may be p.
extern "C" __global__ void renew(
    long long n, long long threads, int width, const double *__restrict__ alpha, const double *__restrict__ beta,
    const INPUT *z, INPUT *p, REAL *x)
{
    ITEMS(t, threads) {
        const double a = alpha[t % width], b = beta[t % width];
        for (long long e = t; e < n; e += threads) {
            const INPUT old = p[e];
            x[e] += a * old;
            p[e] = z[e] + b * old;
        }
    }
}

// q = A p; p . A p.
extern "C" __global__ void energy(
    long long n, long long threads, int width, const INDEX *__restrict__ starts, const INDEX *__restrict__ columns,
    const REAL *__restrict__ values, const INPUT *__restrict__ p, INPUT *q, double *sums)
{
    ITEMS(t, threads) {
        double total = 0;
        for (long long e = t; e < n; e += threads) {
            const REAL value = column_sum(e / width, e % width, width, starts, columns, values, p);
            q[e] = value;
            total += (double)value * p[e];
        }
        sums[t] = total;
    }
}

// r -= alpha q; r . r.
extern "C" __global__ void residual(
    long long n, long long threads, int width, const double *__restrict__ alpha, const INPUT *__restrict__ q, INPUT *r,
    double *sums)
{
    ITEMS(t, threads) {
        const double a = alpha[t % width];
        double total = 0;
        for (long long e = t; e < n; e += threads) {
            const INPUT value = r[e] - a * q[e];
            r[e] = value;
            total += (double)value * value;
        }
        sums[t] = total;
    }
}

extern "C" __global__ void products(
    long long n, long long threads, const INPUT *__restrict__ z, const INPUT *__restrict__ r, double *sums)
{
    ITEMS(t, threads) {
        double total = 0;
        for (long long e = t; e < n; e += threads) total += (double)z[e] * r[e];
        sums[t] = total;
    }
}
