// y = b + scale A x, or without b, in one pass.

// One vector: the threads of a group share a row.
extern "C" __global__ void product(
    long long m, int group, const INDEX *starts, const INDEX *columns, const REAL *values, const INPUT *x,
    const REAL *b, bool add, REAL scale, REAL *y)
{
    __shared__ REAL part[THREADS];
    const int own = threadIdx.x, rows = THREADS / group;
    for (long long first = (long long)blockIdx.x * rows; first < m; first += (long long)gridDim.x * rows) {
        const long long shared = first + own / group, i = first + own;
        part[own] = shared < m ? lane_sum(shared, own % group, group, starts, columns, values, x) : 0;
        __syncthreads();
        if (own < rows && i < m) y[i] = (add ? b[i] : 0) + scale * group_sum(part + own * group, group);
        __syncthreads();
    }
}

// Columns: a thread for each of them in each row.
extern "C" __global__ void products(
    long long m, int width, const INDEX *starts, const INDEX *columns, const REAL *values, const INPUT *x,
    const REAL *b, bool add, REAL scale, REAL *y)
{
    ITEMS(t, m * width)
        y[t] = (add ? b[t] : 0) + scale * column_sum(t / width, t % width, width, starts, columns, values, x);
}
