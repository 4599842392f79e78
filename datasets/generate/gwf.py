"""The discretisation that the public Darcy files were made with, for comparisons with them."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["solve_gwf"]

Array = NDArray[np.float64]


def solve_gwf(a: Array) -> tuple[Array, float]:
    """-div(a grad u) = 1 with u = 0, values at cell centres, solved at as many vertices.

    The coefficient goes from the cell centres to an equal number of vertices, the boundary's included, by cubic splines
    (extrapolated outwards), and the solution back; between them lies the 5-point scheme with arithmetic means. Splines
    swing at jumps, so solutions break the maximum principle there and flux is not conserved: for comparisons only.

    Parameters
    ----------
    a : ndarray of float64, shape (n, n)

    Returns
    -------
    tuple
        u, shape (n, n), and the relative residual of the linear system.
    """
    from scipy.sparse import diags_array, kron
    from scipy.sparse.linalg import splu

    n = len(a)
    cells, vertices = (np.arange(n) + 0.5) / n, np.linspace(0.0, 1.0, n)
    k = spline(spline(a, cells, vertices).T, cells, vertices).T
    inner = n - 2
    # Differences from vertices to edges with an end on interior rows: A = sum of D' diag(means) D over both axes.
    D = diags_array([[n - 1.0] * inner, [1.0 - n] * inner], offsets=[0, -1], shape=(n - 1, inner))
    keep = diags_array(np.ones(inner))
    Dx, Dy = kron(D, keep), kron(keep, D)
    mx, my = (k[1:, 1:-1] + k[:-1, 1:-1]) / 2, (k[1:-1, 1:] + k[1:-1, :-1]) / 2
    A = (Dx.T @ diags_array(mx.ravel()) @ Dx + Dy.T @ diags_array(my.ravel()) @ Dy).tocsc()
    b = np.ones(A.shape[0])
    x = splu(A).solve(b)
    u = np.zeros((n, n))
    u[1:-1, 1:-1] = x.reshape(inner, inner)
    residual = float(np.linalg.norm(b - A @ x) / np.linalg.norm(b))
    return spline(spline(u, vertices, cells).T, vertices, cells).T, residual


def spline(values: Array, source: Array, target: Array) -> Array:
    """Cubic not-a-knot interpolation along the first axis, extrapolated beyond the ends."""
    from scipy.interpolate import make_interp_spline

    return np.asarray(make_interp_spline(source, values, k=3)(target))
