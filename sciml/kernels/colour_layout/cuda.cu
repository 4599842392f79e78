// Natural order is REAL, colour-split order CYCLE. A thread takes a cell in natural order, padding included: a warp
// reads or writes one run of memory there and one in either colour.

template <class From, class To>
__device__ inline void split(int n0, int n1, int n2, const From *u, From scale, To padding, To *x)
{
    const int M = (n2 + 1) / 2;
    CELLS(i, j, k, n0, n1, 2 * M)
        x[split_at(i, j, k, n0, n1, M)] = k < n2 ? (To)(scale * u[at(i, j, k, n1, n2)]) : padding;
}

extern "C" __global__ void split_real(
    int n0, int n1, int n2, const REAL *__restrict__ u, REAL scale, CYCLE padding, CYCLE *x)
{
    split(n0, n1, n2, u, scale, padding, x);
}

extern "C" __global__ void split_int(
    int n0, int n1, int n2, const int *__restrict__ u, int scale, int padding, int *x)
{
    split(n0, n1, n2, u, scale, padding, x);
}

extern "C" __global__ void merge_real(
    int n0, int n1, int n2, const CYCLE *__restrict__ x, REAL scale, bool add, REAL *u)
{
    const int M = (n2 + 1) / 2;
    CELLS(i, j, k, n0, n1, n2) {
        const long long p = at(i, j, k, n1, n2);
        const auto v = scale * x[split_at(i, j, k, n0, n1, M)];
        u[p] = add ? u[p] + v : v;
    }
}

// Faces, diagonal (1 where it is 0, also where low precision holds nothing), and what it holds beyond the faces;
// rounding counts as nothing.
extern "C" __global__ void split_faces(
    int n0, int n1, int n2, const REAL *__restrict__ c0, const REAL *__restrict__ c1, const REAL *__restrict__ c2,
    const REAL *__restrict__ d, CYCLE *C0, CYCLE *C1, CYCLE *C2, CYCLE *D, CYCLE *S)
{
    const int M = (n2 + 1) / 2;
    CELLS(i, j, k, n0, n1, 2 * M) {
        const long long q = split_at(i, j, k, n0, n1, M);
        if (k == n2) {
            C0[q] = C1[q] = C2[q] = S[q] = 0;
            D[q] = 1;
            continue;
        }
        const long long p = at(i, j, k, n1, n2);
        const CYCLE own = d[p];
        C0[q] = c0[p];
        C1[q] = c1[p];
        C2[q] = c2[p];
        S[q] = surplus(i, j, k, n0, n1, n2, c0, c1, c2, d);
        D[q] = own > 0 ? own : 1;
    }
}
