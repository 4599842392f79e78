// Sums over planes of a box, or over one long vector, by blocks of one dimension (see Program.sums).

// Planes 0..n-1; ITEMS are then those of a plane.
#define PLANES(i, n) for (int i = blockIdx.z; i < (n); i += gridDim.z)

// The row of item m of a plane; 32 bits suffice and are divided in a fraction of the time that 64 take.
__device__ inline int row(long long m, int n2) { return (int)m / n2; }

// Where the first thread of a block leaves its sum number s of plane i.
__device__ inline long long slot(int s, int i, int planes)
{
    return ((long long)s * planes + i) * gridDim.x + blockIdx.x;
}
