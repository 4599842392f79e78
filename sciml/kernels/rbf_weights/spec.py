"""Signature, inputs and tolerances of the weights of radial basis functions."""

from sciml.kernels._radial_inputs import bases
from sciml.kernels._spec import KernelSpec
from sciml.kernels.rbf_weights import rbf_weights
from sciml.kernels.rbf_weights.numpy import rbf_weights as reference

__all__ = ["SPEC"]

SPEC = KernelSpec(
    name="rbf_weights",
    reference=reference,
    run=rbf_weights,
    inputs=bases,
    tolerance={"float32": 1e-5, "float64": 1e-13},
)
