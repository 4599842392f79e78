// x += alpha p, p = z + beta p: three words an item are read, two written.

extern "C" __global__ void renew(long long n, REAL alpha, REAL beta, const REAL *__restrict__ z, REAL *p, REAL *x)
{
    ITEMS(i, n) {
        const REAL old = p[i];
        x[i] += alpha * old;
        p[i] = z[i] + beta * old;
    }
}
