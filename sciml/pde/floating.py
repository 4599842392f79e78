"""Floating components of a system: where no boundary condition fixes the level of u."""

import warnings

import numpy as np
from numpy.typing import NDArray

from sciml._errors import FloatingWarning, InputError
from sciml.kernels.label_components import label_components
from sciml.mesh.components import NullSpace
from sciml.pde.contacts import Contact
from sciml.pde.layout import Layout
from sciml.pde.system import Component

__all__ = ["floating_components", "make_compatible", "null_space"]

Array = NDArray[np.float64]

# A source of a problem without any pinned component may miss balance by this much before it is refused.
IMBALANCE = 1e-6
OF_A_DOMAIN = (
    "no side or cell fixes the level of u, and source plus boundary flux do not sum to zero ({share}); add a dirichlet "
    "or robin side, balance the source, or pass --project (project=True) to subtract its mean"
)


def floating_components(place: Layout, around: list[Contact], shift: Array) -> NullSpace | None:
    """The components that touch nothing known, largest first; None when there are none."""
    if not shift.ndim and shift > 0:
        return None
    if place.unknown is None:
        is_pinned = any(contact.pins.any() for contact in around) or bool(np.any(shift > 0))
        return None if is_pinned else NullSpace(int(np.prod(place.shape)))
    labels, count = label_components(place.unknown, place.periodic)
    pinned = np.zeros(count + 1, dtype=np.bool_)
    for contact in around:
        where = labels[contact.index]
        pinned[where[np.broadcast_to(contact.pins, where.shape)]] = True
    if shift.ndim:
        pinned[labels[np.broadcast_to(shift, labels.shape) > 0]] = True
    pinned[0] = True  # label 0 is what is not unknown
    return None if pinned.all() else null_space(labels, pinned)


def null_space(labels: NDArray[np.int32], pinned: NDArray[np.bool_]) -> NullSpace:
    """The constants on the components that are not pinned, largest first.

    Parameters
    ----------
    labels : ndarray of int32
        Component of each entry, from 1; 0 where there is none.
    pinned : ndarray of bool, shape (components + 1,)
        Of each component; True for 0.
    """
    cells = np.flatnonzero(~pinned[labels])
    owner = labels.ravel()[cells]
    sizes = np.bincount(owner, minlength=len(pinned))
    rank = np.empty(len(pinned), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(pinned))
    ordered = cells[np.argsort(rank[owner], kind="stable")]
    sizes = np.sort(sizes[~pinned])[::-1]
    return NullSpace(labels.size, ordered, np.concatenate([[0], np.cumsum(sizes)[:-1]]))


def make_compatible(
    b: Array, nullspace: NullSpace, unknowns: int, *, project: bool, refusal: str = OF_A_DOMAIN
) -> tuple[Component, ...]:
    """Take from `b` (..., *shape), in place, its mean over each floating component.

    Parameters
    ----------
    b : ndarray, shape (..., *shape)
    nullspace : NullSpace
        The components.
    unknowns : int
        Of all components, floating or not.
    project : bool
        Whether a mean may be removed that is not rounding.
    refusal : str
        What to say otherwise, with ``{share}`` for |sum b| / sum |b|.

    Returns
    -------
    tuple of Component
        In the order of `nullspace`; of several right-hand sides the largest mean and defect.

    Warns
    -----
    FloatingWarning
        If some float while others do not, the source does not sum to zero there and `project` is not set.

    Raises
    ------
    InputError
        If every component floats, the source does not sum to zero and `project` is not set.
    """
    rows = b.reshape(-1, nullspace.size)
    if nullspace.sizes.sum() == unknowns and not project:
        for row in rows:
            _check_balance(row, refusal)
    means = np.array([nullspace.means(row) for row in rows])
    sizes = np.array([nullspace.means(np.abs(row)) for row in rows])
    defects = np.divide(np.abs(means), sizes, out=np.zeros_like(means), where=sizes > 0).max(axis=0)
    if not project and nullspace.sizes.sum() < unknowns and defects.max() > IMBALANCE:
        _warn_of_pockets(nullspace.sizes[defects > IMBALANCE], float(defects.max()))
    for row in rows:
        nullspace.project(row)
    worst = np.take_along_axis(means, np.argmax(np.abs(means), axis=0)[None], axis=0)[0]
    columns = nullspace.sizes.tolist(), worst.tolist(), defects.tolist()
    return tuple(Component(*record) for record in zip(*columns, strict=True))


def _warn_of_pockets(sizes: NDArray[np.int64], defect: float) -> None:
    warnings.warn(
        f"the source does not balance on {len(sizes)} of the components where nothing fixes the level of u (the "
        f"largest has {sizes.max()} unknowns, |sum b| is up to {defect:.2g} of sum |b|): its mean is removed and u has "
        "zero mean there, see LinearSystem.components; mask them out, balance the source, or accept it by "
        "project=True",
        FloatingWarning,
        stacklevel=5,  # where poisson was called
    )


def _check_balance(b: Array, refusal: str) -> None:
    total, size = abs(b.sum()), np.abs(b).sum()
    if total > IMBALANCE * size:
        raise InputError(refusal.format(share=f"|sum b| is {total / size:.2g} of sum |b|"))
