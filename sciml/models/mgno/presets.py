"""Networks of published experiments, with their exact numbers of parameters."""

from typing import Any

from sciml._errors import InputError
from sciml._nearest import nearest
from sciml.models.mgno.model import MgNO

__all__ = ["PRESETS", "preset"]

# Name to arguments of MgNO. The first five are those of the paper's own code; they accept the published
# grid only where they normalise by maps over it.
PRESETS: dict[str, dict[str, Any]] = {
    "darcy-smooth": dict(n_layers=5, prolongation_kernel=[3, 4, 3, 3, 4]),
    "darcy-rough": dict(n_layers=4),
    "navier-stokes": dict(
        n_layers=5, hidden_channels=32, boundary="periodic", steps=[[1, 0]] * 3 + [[2, 0]] * 2, bias=True,
        pointwise=False, norm="layer", norm_place="prolongation", norm_shape=[64, 64], increment=True,
    ),
    "pipe": dict(in_channels=2, n_layers=5, steps=[[1, 0]] * 4 + [[1, 1], [2, 0]]),
    "helmholtz": dict(
        n_layers=4, hidden_channels=20, boundary="neumann", location="node", steps=[[1, 0]] * 4 + [[2, 0]], bias=True,
        pointwise=False, norm="layer", norm_shape=[101, 101], head="cycle", prolongation_kernel=[3, 4, 4, 3],
        legacy=["idle_A", "growing", "unpadded"],
    ),
    "darcy-32": dict(n_layers=3, hidden_channels=16, steps=[[1, 0]] * 3 + [[2, 0]]),
    "darcy-16": dict(n_layers=4, hidden_channels=12, steps=[[1, 0]] * 3 + [[2, 0]]),
}


def preset(name: str, **changes: Any) -> MgNO:
    """A network by the name of its experiment.

    Parameters
    ----------
    name : str
        Key of `PRESETS`.
    **changes
        Arguments of `MgNO` that shall differ.

    Raises
    ------
    InputError
        If the name is unknown; the nearest one is named.

    References
    ----------
    J. He, X. Liu and J. Xu, "MgNO: Efficient Parameterization of Linear Operators via Multigrid", ICLR 2024.

    Examples
    --------
    >>> sum(parameter.numel() for parameter in preset("darcy-rough").parameters())
    572661
    """
    if name not in PRESETS:
        raise InputError(f"preset '{name}' is unknown; use one of {', '.join(PRESETS)}{nearest(name, PRESETS)}")
    return MgNO(**{**PRESETS[name], **changes})
