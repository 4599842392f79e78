// out_p = x_i . y_j for every entry p = (i, j): the threads of a group share the channels of an entry.

extern "C" __global__ void sample(
    long long m, long long entries, int width, int group, const INDEX *starts, const INDEX *columns, const REAL *x,
    const REAL *y, REAL *out)
{
    __shared__ REAL part[THREADS];
    const int own = threadIdx.x, taken = THREADS / group;
    for (long long first = (long long)blockIdx.x * taken; first < entries; first += (long long)gridDim.x * taken) {
        const long long p = first + own / group;
        REAL total = 0;
        if (p < entries) {
            const REAL *u = x + row_of(p, starts, m) * width, *v = y + (long long)columns[p] * width;
            for (int q = own % group; q < width; q += group) total += u[q] * v[q];
        }
        part[own] = total;
        __syncthreads();
        if (own < taken && first + own < entries) out[first + own] = group_sum(part + own * group, group);
        __syncthreads();
    }
}
