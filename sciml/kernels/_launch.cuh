// Loops over launches of any size, and sums over a block.

// Items i of 0..n-1; neighbouring threads take neighbouring items.
#define ITEMS(i, n) \
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < (n); i += (long long)gridDim.x * blockDim.x)

// Cells (i, j, k) of a box; neighbouring threads take neighbours along the last axis.
#define CELLS(i, j, k, n0, n1, n2) \
    for (int i = blockIdx.z * blockDim.z + threadIdx.z; i < (n0); i += gridDim.z * blockDim.z) \
        for (int j = blockIdx.y * blockDim.y + threadIdx.y; j < (n1); j += gridDim.y * blockDim.y) \
            for (int k = blockIdx.x * blockDim.x + threadIdx.x; k < (n2); k += gridDim.x * blockDim.x)

// Threads of a block of all kernels that sum.
#define THREADS 256

// The sum of v over the threads of a one-dimensional block, in every thread.
__device__ inline double block_sum(double v)
{
    __shared__ double part[THREADS];
    part[threadIdx.x] = v;
    __syncthreads();
    for (int half = THREADS / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
        __syncthreads();
    }
    double total = part[0];
    __syncthreads();
    return total;
}
