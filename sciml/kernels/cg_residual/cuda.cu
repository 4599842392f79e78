// r -= alpha q and r . r: q and r are read, r is written.

extern "C" __global__ void residual_blocks(
    long long n, REAL alpha, const REAL *__restrict__ q, REAL *r, double *partial)
{
    double total = 0;
    ITEMS(i, n) {
        const REAL value = r[i] - alpha * q[i];
        r[i] = value;
        total += (double)value * value;
    }
    total = block_sum(total);
    if (threadIdx.x == 0) partial[slot(0, 0, 1)] = total;
}
