// y = x + omega D^-1 (b - A x), out of place, in one pass.

// One vector: the threads of a group share a row.
extern "C" __global__ void step_vector(
    long long n, int group, const INDEX *starts, const INDEX *columns, const REAL *values, const REAL *inverse,
    const REAL *b, const REAL *x, REAL omega, REAL *y)
{
    __shared__ REAL part[THREADS];
    const int own = threadIdx.x, rows = THREADS / group;
    for (long long first = (long long)blockIdx.x * rows; first < n; first += (long long)gridDim.x * rows) {
        const long long shared = first + own / group, i = first + own;
        part[own] = shared < n ? lane_sum(shared, own % group, group, starts, columns, values, x) : 0;
        __syncthreads();
        if (own < rows && i < n) y[i] = x[i] + omega * inverse[i] * (b[i] - group_sum(part + own * group, group));
        __syncthreads();
    }
}

// Columns: a thread for each of them in each row.
extern "C" __global__ void step_columns(
    long long n, int width, const INDEX *starts, const INDEX *columns, const REAL *values, const REAL *inverse,
    const REAL *b, const REAL *x, REAL omega, REAL *y)
{
    ITEMS(t, n * width) {
        const long long i = t / width;
        y[t] = x[t] + omega * inverse[i] * (b[t] - column_sum(i, t % width, width, starts, columns, values, x));
    }
}

// The step from x = 0.
extern "C" __global__ void scaled(
    long long n, int width, const REAL *inverse, const REAL *b, REAL omega, REAL *y)
{
    ITEMS(t, n * width)
        y[t] = omega * inverse[t / width] * b[t];
}
