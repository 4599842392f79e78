// Element matrices, a thread a cell: |T| k grad phi_a . grad phi_b = k r_a . r_b / (d! D).

// The coefficient times r: a number, or the upper triangle of a tensor in the plane (3 parts) or in space (6).
__device__ inline Vector conducted(const double *k, int parts, Vector r)
{
    if (parts == 1) return {k[0] * r.x, k[0] * r.y, k[0] * r.z};
    if (parts == 3) return {k[0] * r.x + k[1] * r.y, k[1] * r.x + k[2] * r.y, 0};
    return {
        k[0] * r.x + k[1] * r.y + k[2] * r.z, k[1] * r.x + k[3] * r.y + k[4] * r.z,
        k[2] * r.x + k[4] * r.y + k[5] * r.z};
}

extern "C" __global__ void triangles(
    long long m, const double *points, const int *cells, const double *k, int parts, bool constant, double *edges,
    double *volumes)
{
    ITEMS(c, m) {
        Vector r1, r2;
        const double D = triangle(points, cells + 3 * c, r1, r2), s = 0.5 / D;
        const double *own = constant ? k : k + parts * c;
        const Vector u1 = conducted(own, parts, r1), u2 = conducted(own, parts, r2);
        const double e12 = s * dot(u1, r2);
        double *e = edges + 3 * c;
        // r_0 = -r_1 - r_2
        e[0] = -s * dot(u1, r1) - e12;
        e[1] = -s * dot(u2, r2) - e12;
        e[2] = e12;
        volumes[c] = 0.5 * D;
    }
}

extern "C" __global__ void tetrahedra(
    long long m, const double *points, const int *cells, const double *k, int parts, bool constant, double *edges,
    double *volumes)
{
    ITEMS(c, m) {
        Vector r1, r2, r3;
        const double D = tetrahedron(points, cells + 4 * c, r1, r2, r3), s = 1 / (6 * D);
        const double *own = constant ? k : k + parts * c;
        const Vector u1 = conducted(own, parts, r1), u2 = conducted(own, parts, r2), u3 = conducted(own, parts, r3);
        const double e12 = s * dot(u1, r2), e13 = s * dot(u1, r3), e23 = s * dot(u2, r3);
        double *e = edges + 6 * c;
        // r_0 = -r_1 - r_2 - r_3
        e[0] = -s * dot(u1, r1) - e12 - e13;
        e[1] = -s * dot(u2, r2) - e12 - e23;
        e[2] = -s * dot(u3, r3) - e13 - e23;
        e[3] = e12;
        e[4] = e13;
        e[5] = e23;
        volumes[c] = D / 6;
    }
}
