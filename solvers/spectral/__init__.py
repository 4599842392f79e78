"""Direct solvers on boxes: sine, cosine and Fourier transforms, dense diagonalisation, elimination."""

from sciml.solvers.spectral.inverse import dense_axes
from sciml.solvers.spectral.preconditioner import FFTPreconditioner
from sciml.solvers.spectral.solver import FFT
from sciml.solvers.spectral.state import SpectralState

__all__ = ["FFT", "FFTPreconditioner", "SpectralState", "dense_axes"]
