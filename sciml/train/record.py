"""What a run writes down about its data, enough to evaluate and to predict later."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml.mesh import Boundary, Grid
from sciml.train.normalise import Normaliser
from sciml.train.samples import Samples

__all__ = ["grid_of", "normaliser_of", "record_of", "split_of_record"]


def record_of(samples: Samples, encoder: Normaliser, decoder: Normaliser, bad: Mapping[int, str]) -> dict[str, Any]:
    """Names, grid, equation, numbers of the normalisation and the split, as values that JSON knows."""
    first, grid = samples.sets[0], samples.grid
    return {
        "data": [one.name for one in samples.sets],
        "samples": len(samples),
        "protocol": samples.protocol,
        "inputs": list(samples.inputs),
        "outputs": list(samples.outputs),
        "grid": {
            "shape": list(grid.shape), "extent": list(grid.extent), "location": grid.location,
            "boundary": {side: _condition(condition) for side, condition in grid.boundary.items()},
        },
        "equation": first.equation,
        "encoder": asdict(encoder),
        "decoder": asdict(decoder),
        "skipped": {str(index): why for index, why in bad.items()},
        "split": {part: indices.tolist() for part, indices in samples.split.items()},
    }


def grid_of(record: Mapping[str, Any]) -> Grid:
    """The grid of a record.

    Examples
    --------
    >>> boundary = {"x-": ["dirichlet", 0.0, None], "x+": ["neumann", 1.0, None]}
    >>> grid_of({"grid": {"shape": [4], "extent": [2.0], "location": "cell", "boundary": boundary}}).boundary["x+"].kind
    'neumann'
    """
    given = record["grid"]
    boundary = {side: Boundary(*map(_array, values)) for side, values in given["boundary"].items()}
    location = "node" if given["location"] == "node" else "cell"
    return Grid(tuple(given["shape"]), tuple(given["extent"]), location, boundary)  # type: ignore[arg-type]


def normaliser_of(record: Mapping[str, Any], which: str) -> Normaliser:
    """The normalisation of inputs (``"encoder"``) or outputs (``"decoder"``)."""
    return Normaliser(tuple(record[which]["mean"]), tuple(record[which]["std"]))


def split_of_record(record: Mapping[str, Any]) -> dict[str, NDArray[np.int64]]:
    """Samples of each part."""
    return {part: np.array(indices, np.int64) for part, indices in record["split"].items()}


def _condition(condition: Boundary) -> list[Any]:
    values = condition.kind, condition.value, condition.transfer
    return [value.tolist() if isinstance(value, np.ndarray) else value for value in values]


def _array(value: Any) -> Any:
    return np.array(value) if isinstance(value, list) else value
