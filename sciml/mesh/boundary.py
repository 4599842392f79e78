"""Boundary conditions: one vocabulary (dirichlet, neumann, robin, periodic) for every domain."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from sciml._arrays import real_array
from sciml._errors import InputError
from sciml._expressions import Expression

__all__ = ["Boundary", "BoundaryKind", "BoundaryValue"]

BoundaryKind: TypeAlias = Literal["dirichlet", "neumann", "robin", "periodic"]
BoundaryValue: TypeAlias = float | str | NDArray[np.float64]

KINDS: tuple[str, ...] = get_args(BoundaryKind)


@dataclass(frozen=True, eq=False)
class Boundary:
    """Condition on one side of a domain.

    With outward normal n and coefficient k:
    ``dirichlet`` u = value; ``neumann`` k du/dn = value (> 0 flows in);
    ``robin`` k du/dn + transfer (u - value) = 0; ``periodic`` wraps to the opposite side.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    value : float, str or ndarray
        Number, expression in x, y, z, or an array over the faces of the side.
    transfer : float, str or ndarray
        Heat-transfer coefficient H >= 0 of a robin condition [k / length], which needs one.

    Raises
    ------
    InputError
        If the kind is unknown, a number is not finite, or a robin condition has no transfer.

    Examples
    --------
    >>> Boundary("robin", 300.0, transfer=10.0).kind
    'robin'
    """

    kind: BoundaryKind = "dirichlet"
    value: BoundaryValue = 0.0
    transfer: BoundaryValue | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"boundary condition '{self.kind}' is unknown; use one of {', '.join(KINDS)}")
        if self.kind == "robin" and self.transfer is None:
            raise InputError(
                "robin condition without transfer coefficient; give one, as in Boundary('robin', 20.0, transfer=10.0), "
                "or use neumann for a side that nothing passes"
            )
        for name in ("value", "transfer"):
            given = getattr(self, name)
            if given is None and name == "transfer":
                continue
            if isinstance(given, str):
                Expression(given)
            elif not np.all(np.isfinite(real_array(f"{self.kind} {name}", given))):
                raise InputError(f"{self.kind} {name} is {given}; expected finite numbers")
        if not isinstance(self.transfer, str | None) and np.any(np.asarray(self.transfer) < 0):
            raise InputError(f"robin transfer coefficient is {self.transfer}; expected numbers >= 0")
