"""Reference of the vector work for many right-hand sides."""

from sciml.kernels._stencil import Array

__all__ = ["cg_columns"]


def cg_columns(alpha: Array, beta: Array, z: Array, p: Array, x: Array, r: Array) -> tuple[Array, ...]:
    """New x and p, then new r with q = x, its squares, and its products with z."""
    x = x + alpha * p
    p = (z + beta * p).astype(z.dtype)
    r = r - alpha * x
    rounded = r.astype(z.dtype)
    return x, p, r, rounded, (r * r).sum(axis=0), (z * rounded).sum(axis=0, dtype=r.dtype)
