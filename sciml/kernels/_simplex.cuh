// Triangles and tetrahedra of linear finite elements: edges, facets and numbers of pairs of vertices (see _simplices.py).

struct Vector { double x, y, z; };

__device__ inline double dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

__device__ inline Vector cross(Vector a, Vector b)
{
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

__device__ inline Vector plane_edge(const double *points, int i, int j)
{
    const double *p = points + 2ll * i, *q = points + 2ll * j;
    return {q[0] - p[0], q[1] - p[1], 0};
}

__device__ inline Vector space_edge(const double *points, int i, int j)
{
    const double *p = points + 3ll * i, *q = points + 3ll * j;
    return {q[0] - p[0], q[1] - p[1], q[2] - p[2]};
}

// D = 2 |T| of a triangle, and r_a = D grad phi_a: the edges opposite to its vertices 1 and 2, turned by 90 degrees.
__device__ inline double triangle(const double *points, const int *vertices, Vector &r1, Vector &r2)
{
    const Vector a = plane_edge(points, vertices[0], vertices[1]), b = plane_edge(points, vertices[0], vertices[2]);
    r1 = {b.y, -b.x, 0};
    r2 = {-a.y, a.x, 0};
    return dot(a, r1);
}

// D = 6 |T| of a tetrahedron, and r_a = D grad phi_a: the facets opposite to its vertices 1, 2 and 3.
__device__ inline double tetrahedron(const double *points, const int *vertices, Vector &r1, Vector &r2, Vector &r3)
{
    const Vector a = space_edge(points, vertices[0], vertices[1]), b = space_edge(points, vertices[0], vertices[2]);
    const Vector c = space_edge(points, vertices[0], vertices[3]);
    r1 = cross(b, c);
    r2 = cross(c, a);
    r3 = cross(a, b);
    return dot(a, r1);
}

// Which edge joins vertices a and b of a simplex of k vertices: pairs (0, 1), (0, 2), ..., row after row.
__device__ inline int edge_number(int a, int b, int k)
{
    const int low = min(a, b), high = max(a, b);
    return low * (2 * k - low - 1) / 2 + high - low - 1;
}
