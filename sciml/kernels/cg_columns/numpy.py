"""Reference of the vector work for many right-hand sides."""

from sciml.kernels._csr import CSR
from sciml.kernels._stencil import Array
from sciml.kernels.csr_matmul.numpy import csr_matmul

__all__ = ["cg_columns"]


def cg_columns(A: CSR, alpha: Array, beta: Array, z: Array, p: Array, x: Array, r: Array) -> tuple[Array, ...]:
    """New x and p, then A p and its products with p, then new r, its squares, and its products with z."""
    x = x + alpha * p
    p = (z + beta * p).astype(z.dtype)
    whole = p.astype(x.dtype)
    product = csr_matmul(A, whole, None, 1.0)
    q = product.astype(z.dtype)
    r = (r - alpha * q).astype(r.dtype)
    wide = r.astype(x.dtype)
    return x, p, q, (whole * product).sum(axis=0), r, (wide * wide).sum(axis=0), (z * wide).sum(axis=0)
