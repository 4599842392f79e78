"""Face conductances and diagonal of a 7-point operator from coefficients at the unknowns."""

import numpy as np

from sciml.kernels._device import dispatched
from sciml.kernels._pool import run_slabs, slabs
from sciml.kernels._stencil import Array, VariableStencil
from sciml.kernels.stencil_faces.numba import assemble

__all__ = ["stencil_faces"]


@dispatched
def stencil_faces(
    coefficients: tuple[Array, Array, Array], scale: Array, wrap: Array, weights: tuple[Array, Array, Array]
) -> VariableStencil:
    """Harmonic face means, scaled and weighted, and the sum of its faces for every unknown.

    The face between i and its successor j along axis a gets
    ``scale[a] * 2 k_i k_j / (k_i + k_j) * (product of the weights of the two other axes)``.

    Parameters
    ----------
    coefficients : tuple of three ndarrays of float32 or float64, shape (n0, n1, n2), C-contiguous
        Coefficient that counts along each axis (may be one array three times); 0 closes all faces
        of an unknown.
    scale, wrap : ndarray, shape (3,)
        Factor of the inner faces and of the face from the last unknown back to the first.
    weights : tuple of ndarrays, shapes (n0,), (n1,), (n2,)
        Fraction of a full control volume that an unknown owns along each axis.

    Returns
    -------
    VariableStencil
        New arrays of the coefficients' dtype; no boundary term is contained in the diagonal.

    Examples
    --------
    >>> k = np.array([[[1.0, 3.0, 3.0]]])
    >>> one = np.ones(1)
    >>> stencil = stencil_faces((k, k, k), np.array([0.0, 0.0, 1.0]), np.zeros(3), (one, one, np.ones(3)))
    >>> stencil.c2, stencil.d
    (array([[[1.5, 3. , 0. ]]]), array([[[1.5, 4.5, 3. ]]]))
    """
    k0 = coefficients[0]
    result = VariableStencil(*(np.empty_like(k0) for _ in range(4)))
    vectors = (np.ascontiguousarray(v, dtype=k0.dtype) for v in (scale, wrap, *weights))
    run_slabs(assemble, slabs(k0.shape[0], k0.size), *coefficients, *vectors, *result)
    return result
