"""From the fields of a foreign file to a data set under a protocol."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, Field
from sciml.datasets.protocols import Protocol, protocol_of
from sciml.mesh import AXES, Boundary, Grid

__all__ = ["arranged", "listing", "node_grid", "owning"]


def arranged(
    name: str, kind: str, protocol: str | None, *, inputs: Mapping[str, Field], outputs: Mapping[str, Field],
    counts: Sequence[int], closing: ExitStack, grid: Grid | None = None, attributes: Mapping[str, Any] | None = None,
    parts: Mapping[str, NDArray[np.int64]] | None = None,
) -> DataSet:
    """A data set whose split is that of the protocol, else the one of the files.

    Parameters
    ----------
    kind : str
        Key of `PROTOCOLS`.
    counts : sequence of int
        Samples of every file.
    closing : ExitStack
        Closes the files; handed over to the data set at the very end.
    parts : mapping, optional
        The split that the files themselves make.

    Raises
    ------
    InputError
        If the protocol does not fit.
    """
    chosen = protocol_of(kind, protocol)
    try:
        split = chosen.split(counts) or dict(parts or {})
    except InputError as error:
        raise InputError(f"{name}: protocol {protocol} of {kind} {error}") from None
    kept = {key: field for key, field in outputs.items() if not chosen.target or key in chosen.target}
    facts = {"kind": kind} | dict(attributes or {})
    if protocol is not None:
        facts["protocol"] = _facts(chosen)
    told = "as stored" if protocol is None else f"{protocol} {kind}: {chosen.told()}; {chosen.trap}"
    return owning(DataSet(name, inputs, kept, grid=grid, attributes=facts, split=split, protocol=told), closing)


def owning(data: DataSet, closing: ExitStack) -> DataSet:
    """The data set, which from now on closes what `closing` would.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> closing, field = ExitStack(), {"u": StoredField(np.ones(1))}
    >>> _ = closing.callback(print, "closed")
    >>> with owning(DataSet("one", field, field), closing):
    ...     closing.close()
    closed
    """
    data.closing.enter_context(closing.pop_all())
    return data


def node_grid(shape: Sequence[int], points: slice, kind: str) -> Grid | None:
    """Every so many of the nodes of the unit box, whose sides are all of one kind; None where an axis keeps only one.

    Parameters
    ----------
    shape : sequence of int
        Nodes stored.
    points : slice
        Which of them are used along every axis.
    kind : {"dirichlet", "periodic"}

    Examples
    --------
    >>> node_grid((421, 421), slice(None, None, 5), "dirichlet").shape
    (85, 85)
    """
    used = [range(n)[points] for n in shape]
    if min(map(len, used)) < 2:
        return None
    missing = 0 if kind == "periodic" else 1
    extent = tuple((len(r) - missing) * r.step / (n - missing) for n, r in zip(shape, used, strict=True))
    walls = dict.fromkeys(AXES[: len(shape)], Boundary("periodic" if kind == "periodic" else "dirichlet"))
    return Grid(tuple(map(len, used)), extent, "node", walls)


def listing(names: Sequence[str]) -> str:
    """Names for a message.

    Examples
    --------
    >>> listing(["a", "b"]), listing([])
    ('a, b', 'nothing readable')
    """
    return ", ".join(list(names)[:8]) + (", ..." if len(names) > 8 else "") or "nothing readable"


def _facts(chosen: Protocol) -> dict[str, Any]:
    return {
        "parts": {name: str(take) for name, take in chosen.parts.items()}, "stride": chosen.stride,
        "crop": chosen.crop, "history": chosen.history, "target": list(chosen.target), "trap": chosen.trap,
    }
