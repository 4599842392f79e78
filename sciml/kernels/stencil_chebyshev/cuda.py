"""Chebyshev smoothing on a device is a sequence of Jacobi sweeps there."""

from sciml.kernels.stencil_jacobi.cuda import PROGRAM

__all__ = ["PROGRAM"]
