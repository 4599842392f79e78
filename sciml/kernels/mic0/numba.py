"""CPU version of MIC(0): a recurrence through the box, so serial; sums over planes and rows are vectorised."""

from typing import Any

from sciml.kernels._numba import compiled, inner

__all__ = ["factor_constant", "factor_variable", "solve_constant", "solve_variable"]

# With face conductances c = -a_ij and P = inverse pivots, the pivot of cell i is
#   e_i = d_i - sum over lower neighbours j of c_ij P_j ((1 - tau) c_ij + tau U_j),
# U_j the sum of the upper faces of j: what fill-in would couple to other cells goes to the diagonal.
# Forward y_i = P_i (r_i + sum_lower c_ij y_j), backward z_i = y_i + P_i sum_upper c_ij z_j.


@inner
def inverse_pivot(e: Any, d: Any, sigma: Any) -> Any:
    if e < sigma * d:
        e = d
    return 1.0 / e if e > 0.0 else 0.0


@compiled
def factor_constant(c: Any, d0: Any, d1: Any, d2: Any, tau: Any, sigma: Any, P: Any) -> None:
    n0, n1, n2 = P.shape
    for i in range(n0):
        up0 = c[0] if i < n0 - 1 else 0.0
        for j in range(n1):
            up1 = c[1] if j < n1 - 1 else 0.0
            for k in range(n2):
                up2 = c[2] if k < n2 - 1 else 0.0
                d = d0[i] + d1[j] + d2[k]
                e = d
                # the upper faces of a lower neighbour: its own towards here, the others as here
                if i > 0:
                    e -= c[0] * P[i - 1, j, k] * (c[0] + tau * (up1 + up2))
                if j > 0:
                    e -= c[1] * P[i, j - 1, k] * (c[1] + tau * (up0 + up2))
                if k > 0:
                    e -= c[2] * P[i, j, k - 1] * (c[2] + tau * (up0 + up1))
                P[i, j, k] = inverse_pivot(e, d, sigma)


@compiled
def factor_variable(c0: Any, c1: Any, c2: Any, d: Any, tau: Any, sigma: Any, P: Any) -> None:
    n0, n1, n2 = P.shape
    for i in range(n0):
        for j in range(n1):
            for k in range(n2):
                e = d[i, j, k]
                if i > 0:
                    up1 = c1[i - 1, j, k] if j < n1 - 1 else 0.0
                    up2 = c2[i - 1, j, k] if k < n2 - 1 else 0.0
                    e -= c0[i - 1, j, k] * P[i - 1, j, k] * (c0[i - 1, j, k] + tau * (up1 + up2))
                if j > 0:
                    up0 = c0[i, j - 1, k] if i < n0 - 1 else 0.0
                    up2 = c2[i, j - 1, k] if k < n2 - 1 else 0.0
                    e -= c1[i, j - 1, k] * P[i, j - 1, k] * (c1[i, j - 1, k] + tau * (up0 + up2))
                if k > 0:
                    up0 = c0[i, j, k - 1] if i < n0 - 1 else 0.0
                    up1 = c1[i, j, k - 1] if j < n1 - 1 else 0.0
                    e -= c2[i, j, k - 1] * P[i, j, k - 1] * (c2[i, j, k - 1] + tau * (up0 + up1))
                P[i, j, k] = inverse_pivot(e, d[i, j, k], sigma)


@compiled
def solve_constant(c: Any, P: Any, r: Any, z: Any) -> None:
    n0, n1, n2 = P.shape
    for i in range(n0):
        for j in range(n1):
            for k in range(n2):
                z[i, j, k] = r[i, j, k]
            if i > 0:
                for k in range(n2):
                    z[i, j, k] += c[0] * z[i - 1, j, k]
            if j > 0:
                for k in range(n2):
                    z[i, j, k] += c[1] * z[i, j - 1, k]
            last = 0.0
            for k in range(n2):
                last = P[i, j, k] * (z[i, j, k] + c[2] * last)
                z[i, j, k] = last
    for i in range(n0 - 1, -1, -1):
        for j in range(n1 - 1, -1, -1):
            if i < n0 - 1:
                for k in range(n2):
                    z[i, j, k] += P[i, j, k] * (c[0] * z[i + 1, j, k])
            if j < n1 - 1:
                for k in range(n2):
                    z[i, j, k] += P[i, j, k] * (c[1] * z[i, j + 1, k])
            last = 0.0
            for k in range(n2 - 1, -1, -1):
                last = z[i, j, k] + (P[i, j, k] * c[2]) * last
                z[i, j, k] = last


@compiled
def solve_variable(c0: Any, c1: Any, c2: Any, P: Any, r: Any, z: Any) -> None:
    n0, n1, n2 = P.shape
    for i in range(n0):
        for j in range(n1):
            for k in range(n2):
                z[i, j, k] = r[i, j, k]
            if i > 0:
                for k in range(n2):
                    z[i, j, k] += c0[i - 1, j, k] * z[i - 1, j, k]
            if j > 0:
                for k in range(n2):
                    z[i, j, k] += c1[i, j - 1, k] * z[i, j - 1, k]
            last = P[i, j, 0] * z[i, j, 0]
            z[i, j, 0] = last
            for k in range(1, n2):
                last = P[i, j, k] * (z[i, j, k] + c2[i, j, k - 1] * last)
                z[i, j, k] = last
    for i in range(n0 - 1, -1, -1):
        for j in range(n1 - 1, -1, -1):
            if i < n0 - 1:
                for k in range(n2):
                    z[i, j, k] += P[i, j, k] * (c0[i, j, k] * z[i + 1, j, k])
            if j < n1 - 1:
                for k in range(n2):
                    z[i, j, k] += P[i, j, k] * (c1[i, j, k] * z[i, j + 1, k])
            last = z[i, j, n2 - 1]
            for k in range(n2 - 2, -1, -1):
                last = z[i, j, k] + (P[i, j, k] * c2[i, j, k]) * last
                z[i, j, k] = last
