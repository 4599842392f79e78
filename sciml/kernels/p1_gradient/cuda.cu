// grad u = sum of (u_a - u_0) grad phi_a, a thread a cell.

extern "C" __global__ void triangles(long long m, const double *points, const int *cells, const double *u, double *out)
{
    ITEMS(c, m) {
        const int *v = cells + 3 * c;
        Vector r1, r2;
        const double s = 1 / triangle(points, v, r1, r2);
        const double d1 = u[v[1]] - u[v[0]], d2 = u[v[2]] - u[v[0]];
        out[2 * c] = s * (d1 * r1.x + d2 * r2.x);
        out[2 * c + 1] = s * (d1 * r1.y + d2 * r2.y);
    }
}

extern "C" __global__ void tetrahedra(
    long long m, const double *points, const int *cells, const double *u, double *out)
{
    ITEMS(c, m) {
        const int *v = cells + 4 * c;
        Vector r1, r2, r3;
        const double s = 1 / tetrahedron(points, v, r1, r2, r3);
        const double d1 = u[v[1]] - u[v[0]], d2 = u[v[2]] - u[v[0]], d3 = u[v[3]] - u[v[0]];
        out[3 * c] = s * (d1 * r1.x + d2 * r2.x + d3 * r3.x);
        out[3 * c + 1] = s * (d1 * r1.y + d2 * r2.y + d3 * r3.y);
        out[3 * c + 2] = s * (d1 * r1.z + d2 * r2.z + d3 * r3.z);
    }
}
