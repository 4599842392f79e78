"""Inference with the coarse levels of each cycle as one matrix: they are linear, and small."""

from copy import deepcopy
from math import prod
from typing import TypeAlias

import torch
from torch import Tensor, nn

from sciml._errors import InputError
from sciml.models.mgno.cycle import VCycle
from sciml.models.mgno.layer import OperatorLayer
from sciml.models.mgno.model import MgNO

__all__ = ["CollapsedCycle", "collapsed"]

Key: TypeAlias = tuple[int, tuple[int, ...], torch.dtype, torch.device]


def collapsed(model: MgNO, cells: int = 64) -> MgNO:
    """A copy for inference in which all levels with at most `cells` points are one matrix a cycle.

    Parameters
    ----------
    model : MgNO
        Stays as it is; the copy is frozen and in evaluation mode.
    cells : int
        Points of the largest level that is replaced. A matrix has (channels cells)^2 entries for u and for f each, so
        64 pays where starting a kernel is dear (a GPU); on a CPU a whole cycle is one call already where the number
        of channels is a multiple of 8.

    Raises
    ------
    InputError
        If a normalisation inside the cycles makes them nonlinear.

    Notes
    -----
    The matrix is that of the affine map (u, f) -> u, its columns the images of unit fields. There is one a size of
    field, made when the size is first met.

    Examples
    --------
    >>> model = MgNO(hidden_channels=4, n_layers=2)
    >>> x = torch.randn(3, 1, 32, 32)
    >>> bool(torch.allclose(collapsed(model)(x), model(x), atol=1e-5))
    True
    """
    if model.settings.norm != "none":
        raise InputError("cycles with a normalisation inside are not linear and cannot become a matrix; use "
                         "norm_place='layer', or the model as it is")
    copy = deepcopy(model).eval().requires_grad_(False)
    for layer in copy.layers:
        assert isinstance(layer, OperatorLayer)
        layer.W = CollapsedCycle(layer.W, cells)
    if isinstance(copy.head, VCycle):
        copy.head = CollapsedCycle(copy.head, cells)
    return copy


class CollapsedCycle(VCycle):
    """A frozen cycle that remembers its coarse levels as matrices.

    Parameters
    ----------
    cycle : VCycle
        Its kernels are shared.
    cells : int
        Points of the largest level that becomes a matrix.
    """

    def __init__(self, cycle: nn.Module, cells: int) -> None:
        nn.Module.__init__(self)
        assert isinstance(cycle, VCycle)
        self.in_channels, self.out_channels, self.settings = cycle.in_channels, cycle.out_channels, cycle.settings
        for name, module in cycle.named_children():
            self.add_module(name, module)
        self.one_call = False
        self.cells = cells
        self.plain = (cycle,)  # in a tuple, so that its parameters do not count twice
        self.matrices: dict[Key, tuple[Tensor, Tensor]] = {}

    def coarse(self, level: int, u: Tensor | None, f: Tensor, depth: int) -> Tensor:
        """As a product with the matrix of this size, on levels that are small enough."""
        shape = f.shape[2:]
        if prod(shape) > self.cells or torch.compiler.is_exporting():
            return self.solve(level, u, f, depth)
        key = (level, tuple(shape), f.dtype, f.device)
        if key not in self.matrices:
            self.matrices[key] = self._matrix(level, u, f, depth)
        M, constant = self.matrices[key]
        given = f.flatten(1) if u is None else torch.cat((u.flatten(1), f.flatten(1)), 1)
        return torch.addmm(constant, given, M).reshape(len(f), -1, *shape)

    @torch.no_grad()
    def _matrix(self, level: int, u: Tensor | None, f: Tensor, depth: int) -> tuple[Tensor, Tensor]:
        """Rows: the images of unit fields of u, then of f, less that of 0."""
        size = [0 if x is None else x[0].numel() for x in (u, f)]
        units = torch.eye(sum(size), dtype=f.dtype, device=f.device)
        units = torch.cat((units, units.new_zeros(1, sum(size))))
        start = None if u is None else units[:, : size[0]].reshape(-1, *u.shape[1:])
        data = units[:, size[0] :].reshape(-1, *f.shape[1:])
        images = self.plain[0].solve(level, start, data, depth).flatten(1)
        return images[:-1] - images[-1], images[-1]
