"""Poisson problems on grids: -div(k grad u) + sigma u = f becomes A u = b."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sciml.kernels._stencil import VariableStencil, kernel_axes, shape3
from sciml.kernels.stencil_faces import stencil_faces
from sciml.mesh import Grid
from sciml.pde.contacts import Contact, contacts, prescribed_values
from sciml.pde.fields import CoefficientLike, FieldLike, read_coefficient, read_shift, read_source
from sciml.pde.floating import floating_components, make_compatible
from sciml.pde.layout import Layout, cut, layout
from sciml.pde.operator import FaintShift, StencilOperator
from sciml.pde.separable import axis_factors, box_factors, constant_stencil
from sciml.pde.system import GridSystem, LinearSystem, Problem

__all__ = ["grid_poisson"]

Array = NDArray[np.float64]

# Rounding of the diagonal, 1e-16 of it, changes a shift below this part of it by more than 1e-9, and iterations
# stall over the mode that it alone holds.
FAINT = 1e-7
# The mode counts as nearly null below this part of the next eigenvalue, about 1 / n^2 of the diagonal.
APART = 0.1


def grid_poisson(
    grid: Grid,
    coefficient: CoefficientLike = 1.0,
    source: FieldLike = 1.0,
    *,
    shift: FieldLike = 0.0,
    project: bool = False,
) -> GridSystem:
    r"""Discretise ``-div(k grad u) + sigma u = f`` with second-order finite volumes.

    Parameters
    ----------
    grid : Grid
        Box, boundary conditions, obstacles and fixed cells.
    coefficient : float, str, array of shape `grid.shape`, or a tuple of these, one per axis
        k > 0 at the unknowns: a number, an expression in x, y, z, or an array.
    source : float, str, or array of shape `grid.shape` or (batch, *grid.shape)
        f at the unknowns; a leading axis means several right-hand sides.
    shift : float, str or array of shape `grid.shape`
        sigma >= 0.
    project : bool
        Subtract the mean of a source that does not balance where nothing fixes the level of u, without
        an error (nothing fixes it anywhere) or a warning (some components are held).

    Returns
    -------
    LinearSystem
        The symmetric operator, the right-hand side, and the way back to the grid.

    Raises
    ------
    InputError
        If a value of an active cell is not finite, k <= 0, sigma < 0, shapes do not fit, or every
        component floats and the source does not balance.

    Notes
    -----
    The row of cell i, divided by its volume, is

    .. math:: \sum_j \frac{2 k_i k_j}{k_i + k_j} \frac{u_i - u_j}{h_a^2} + \sigma u_i = f_i,

    the harmonic mean being exact for a jump of k on the face. A Dirichlet value g lies on the face,
    ``2 k_i (u_i - g) / h^2``; a Neumann flux q gives ``b_i += q / h``; a Robin side conducts
    ``1 / (h / (2 k_i) + 1 / H)``, divided by h. On node grids the unknowns are the nodes outside
    Dirichlet sides; a node on a Neumann or Robin side owns half a control volume (a quarter on an
    edge, an eighth in a corner), and its row and source are multiplied by that fraction, which
    keeps A symmetric.

    k, f and sigma of obstacle cells are ignored and may be NaN.

    Examples
    --------
    >>> system = grid_poisson(Grid((4,)), source=2.0)
    >>> system.A.tocsr().toarray()
    array([[ 48., -16.,   0.,   0.],
           [-16.,  32., -16.,   0.],
           [  0., -16.,  32., -16.],
           [  0.,   0., -16.,  48.]])
    >>> system.b
    array([2., 2., 2., 2.])
    """
    place = layout(grid)
    k = read_coefficient(grid, coefficient)
    sigma = read_shift(grid, shift)
    b = read_source(grid, place, source)
    prescribed = prescribed_values(grid)
    around = contacts(grid, place, k, prescribed)
    place.times_volume(b)
    for contact in around:
        contact.add_to_source(b)

    def operator(shift: Array) -> StencilOperator:
        nullspace = floating_components(place, around, cut(shift, place.window))
        factors = axis_factors(grid, place, k, around, shift)
        stencil = constant_stencil(factors) if factors else None
        return StencilOperator(
            place.shape, stencil or _variable_stencil(place, k, around, shift), place.unknown, nullspace, factors,
            None if factors else box_factors(grid, place, k, prescribed),
        )

    A = operator(sigma)
    if np.any(sigma > 0) and sigma.max() <= FAINT * A.diagonal().max():
        A = _without_faint_shift(A, operator(np.zeros_like(sigma)), _pull(place, sigma))
    components = make_compatible(b, A.nullspace, A.unknowns, project=project) if A.nullspace else ()
    return LinearSystem(
        A, b, grid, place.window, prescribed, components, Problem(coefficient, source, shift)
    )


def _variable_stencil(place: Layout, k: tuple[Array, ...], around: list[Contact], shift: Array) -> VariableStencil:
    boxes: dict[int, Array] = {}
    for field in k:
        if id(field) not in boxes:
            boxes[id(field)] = _over_unknowns(place, field)
    own = dict(zip(kernel_axes(len(k)), (boxes[id(field)] for field in k), strict=True))
    scale, wrap, weights = np.zeros(3), np.zeros(3), [np.ones(1)] * 3
    for axis, target in enumerate(own):
        scale[target] = place.scale[axis] if place.shape[axis] > 1 else 0.0
        wrap[target] = scale[target] if place.periodic[axis] else 0.0
        weights[target] = place.weights[axis]
    some = next(iter(own.values()))
    stencil = stencil_faces(
        (own.get(0, some), own.get(1, some), own.get(2, some)), scale, wrap, (weights[0], weights[1], weights[2])
    )
    d = np.asarray(stencil.d, dtype=np.float64).reshape(place.shape)
    for contact in around:
        contact.add_to_diagonal(d)
    if np.any(shift > 0):
        d += _pull(place, shift)
    return stencil


def _pull(place: Layout, shift: Array) -> Array:
    """What a shift adds to the diagonal, over the box of unknowns."""
    return place.times_volume(np.array(_over_unknowns(place, shift)).reshape(place.shape))


def _without_faint_shift(A: StencilOperator, bare: StencilOperator, pull: Array) -> StencilOperator:
    """`A` with its shift set apart where only the shift holds a component and no diagonal resolves it."""
    d = bare.diagonal().reshape(pull.shape)
    most = min(FAINT, APART / max(pull.shape) ** 2)
    if bare.nullspace is None or np.any((pull > most * d) & (d > 0)):
        return A
    return replace(A, faint=FaintShift(bare, pull))


def _over_unknowns(place: Layout, field: Array) -> Array:
    """A coefficient over the box of unknowns, 0 where there is no unknown, laid out for the kernels."""
    part = cut(field, place.window)
    if part.shape != place.shape:  # a view made for nothing would be read-only, for which kernels are compiled anew
        part = np.broadcast_to(part, place.shape)
    if place.unknown is not None:
        part = np.where(place.unknown, part, 0.0)
    return np.ascontiguousarray(part, dtype=np.float64).reshape(shape3(place.shape))
