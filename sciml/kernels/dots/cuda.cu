// z . r and z . q in one pass: three words an item are read.

extern "C" __global__ void dot_blocks(
    long long n, const REAL *__restrict__ z, const REAL *__restrict__ r, const REAL *__restrict__ q, double *partial)
{
    double zr = 0, zq = 0;
    ITEMS(i, n) {
        zr += (double)z[i] * r[i];
        zq += (double)z[i] * q[i];
    }
    zr = block_sum(zr);
    zq = block_sum(zq);
    if (threadIdx.x == 0) {
        partial[slot(0, 0, 1)] = zr;
        partial[slot(1, 0, 1)] = zq;
    }
}
