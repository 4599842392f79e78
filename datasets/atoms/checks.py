"""Frames that cannot be right: numbers that are not finite, cells without volume, atoms on top of each other."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.atoms.frames import frame_name, selected, symbols_of
from sciml.datasets.dataset import DataSet

__all__ = ["CLOSEST", "bad_frames", "judge", "without_bad"]

Values = Mapping[str, NDArray[Any]]
# Shorter than any bond, that of H2 at the temperature of flames included [Angstrom].
CLOSEST = 0.5


def bad_frames(
    data: DataSet, closest: float = CLOSEST, progress: Callable[[int, int], None] | None = None
) -> dict[int, str]:
    """Frames that cannot be used, and why.

    Parameters
    ----------
    data : DataSet
        Of atoms.
    closest : float
        Least distance of two atoms [Angstrom].
    progress : callable, optional
        Called as ``progress(done, frames)``.

    Raises
    ------
    InputError
        If it is no data set of atoms.

    Examples
    --------
    >>> from pathlib import Path
    >>> from sciml.datasets.atoms.frames import Part, assembled
    >>> from sciml.datasets.ragged import InMemory, Repeated
    >>> rows = {"species": Repeated(np.zeros(2, np.int32), 1)}
    >>> rows |= {"positions": InMemory(np.array([[0, 0, 0], [0, 0, 0.1]]))}
    >>> rows |= {"cell": InMemory(np.zeros((1, 3, 3))), "periodic": InMemory(np.zeros((1, 3), bool))}
    >>> bad_frames(assembled("a", [Part("a", ("H",), np.array([2]), rows, {}, Path("a"))], {}))
    {0: 'atoms 0 (H) and 1 (H) at a distance of 0.1 Angstrom, expected at least 0.5'}
    """
    symbols = symbols_of(data)
    found = {}
    for frame in range(len(data)):
        inputs, outputs = ({name: one[frame] for name, one in side.items()} for side in (data.inputs, data.outputs))
        wrong = judge(inputs, outputs, symbols, closest)
        if wrong:
            found[frame] = wrong
        if progress is not None:
            progress(frame + 1, len(data))
    return found


def judge(inputs: Values, outputs: Values, symbols: tuple[str, ...], closest: float = CLOSEST) -> str:
    """What is wrong with a frame, empty when nothing is.

    A label whose numbers are all NaN is not there, which is no fault.
    """
    for name, values in (*inputs.items(), *outputs.items()):
        count = np.size(values) - np.count_nonzero(np.isfinite(values))
        if count and not (name in outputs and np.isnan(values).all()):
            return f"{name} with {count} numbers that are not finite"
    if len(inputs["positions"]) == 0:
        return "no atoms"
    return _cell(inputs) or _pair(inputs, symbols, closest)


def without_bad(data: DataSet, *, skip: bool, closest: float = CLOSEST) -> tuple[DataSet, dict[int, str]]:
    """The frames that can be used, and those that cannot.

    Raises
    ------
    InputError
        If there are bad ones and `skip` is false, or there are no others.
    """
    bad = bad_frames(data, closest)
    if not bad:
        return data, bad
    first = min(bad)
    others = f" ({len(bad)} of {len(data)} frames are bad)" if len(bad) > 1 else ""
    told = f"{frame_name(data, first)} has {bad[first]}{others}"
    if not skip:
        raise InputError(f"{told}; repair the file or use --skip-bad")
    if len(bad) == len(data):
        raise InputError(f"{told}; expected at least one good frame")
    return selected(data, np.setdiff1d(np.arange(len(data)), list(bad))), bad


def _cell(inputs: Values) -> str:
    axes = inputs["periodic"].astype(bool)
    spanned = inputs["cell"].astype(np.float64)[axes]
    lengths = np.linalg.norm(spanned, axis=1)
    directions = spanned / np.where(lengths > 0, lengths, 1)[:, None]
    if np.sqrt(max(np.linalg.det(directions @ directions.T), 0.0)) < 1e-10:
        return f"periodic cell vectors {spanned.tolist()} that span no volume"
    return ""


def _pair(inputs: Values, symbols: tuple[str, ...], closest: float) -> str:
    from sciml.mesh import Graph

    try:
        positions, cell = (inputs[name].astype(np.float64) for name in ("positions", "cell"))
        graph = Graph.from_atoms(positions, cell, inputs["periodic"], closest)
    except InputError as error:
        return f"positions that cannot be searched ({error})"
    if not graph.n_edges:
        return ""
    distances = graph.distances()
    edge = int(np.argmin(distances))
    i, j = sorted((int(graph.sources[edge]), int(graph.indices[edge])))
    names = [symbols[number] for number in inputs["species"][[i, j]].tolist()]
    return (f"atoms {i} ({names[0]}) and {j} ({names[1]}) at a distance of {distances[edge]:.3g} Angstrom, "
            f"expected at least {closest:g}")
