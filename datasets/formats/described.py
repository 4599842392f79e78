"""What a data set knows beside its numbers, as JSON, for formats that have no place of their own for it."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet, Field
from sciml.datasets.formats.arrange import owning
from sciml.datasets.formats.ours import grid_attributes, grid_of

__all__ = ["description", "plain", "restored"]


def description(data: DataSet) -> dict[str, Any]:
    """Name, equation, grid, attributes and protocol as plain values.

    Examples
    --------
    >>> from sciml.datasets.dataset import StoredField
    >>> sorted(description(DataSet("one", {"a": StoredField(np.ones(1))}, {"u": StoredField(np.ones(1))})))
    ['attributes', 'equation', 'grid', 'name', 'parts', 'protocol']
    """
    return {
        "name": data.name, "equation": data.equation, "protocol": data.protocol, "attributes": plain(data.attributes),
        "parts": list(data.split), "grid": None if data.grid is None else plain(grid_attributes(data.grid)),
    }


def restored(
    text: str, inputs: Mapping[str, Field], outputs: Mapping[str, Field], split: Mapping[str, NDArray[np.int64]],
    facts: Mapping[str, NDArray[Any]], closing: ExitStack, path: Path,
) -> DataSet:
    """The data set of a description and its fields.

    Raises
    ------
    InputError
        If the description is damaged.
    """
    try:
        said = json.loads(text)
        grid = None if said["grid"] is None else grid_of({key: _array(value) for key, value in said["grid"].items()})
        data = DataSet(
            str(said["name"]), inputs, outputs, grid=grid, equation=said["equation"],
            attributes=dict(said["attributes"]), protocol=str(said["protocol"]), facts=facts,
            split={part: split[part] for part in said["parts"] if part in split},
        )
        return owning(data, closing)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise InputError(f"{path} has a damaged description ({error!r}); convert it again") from None


def plain(value: Any) -> Any:
    """Arrays and numbers of NumPy as lists and numbers of Python, whatever they are in.

    Examples
    --------
    >>> plain({"a": np.arange(2), "b": np.float32(0.5)})
    {'a': [0, 1], 'b': 0.5}
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _array(value: Any) -> Any:
    return np.array(value) if isinstance(value, list) else value
