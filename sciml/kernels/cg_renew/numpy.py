"""Reference of the vector updates of a conjugate gradient step."""

from sciml.kernels._stencil import Array

__all__ = ["cg_renew"]


def cg_renew(alpha: float, beta: float, z: Array, p: Array, x: Array) -> tuple[Array, Array]:
    """Textbook form of the package function; overwrites `p` and `x`."""
    x += alpha * p
    p *= beta
    p += z
    return p, x
