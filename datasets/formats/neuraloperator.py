"""Tensor files of neuraloperator: a dictionary of ``x`` and ``y`` saved by torch, no code of which is ever run."""

import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet
from sciml.datasets.formats.arrange import arranged, listing
from sciml.datasets.formats.roles import split_by_name
from sciml.datasets.formats.zip_names import zip_names
from sciml.datasets.stores import Selection
from sciml.datasets.view import View, joined
from sciml.mesh import AXES, Boundary, Grid

__all__ = ["open_files", "recognises"]

# First bytes of what torch wrote before it used zip archives.
LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
PAIRS = (("x", "y"), ("input", "output"))
KINDS = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")


class _Tensor:
    """A tensor of a file, mapped where torch wrote a zip archive, loaded anew in every process."""

    def __init__(self, path: Path, key: str) -> None:
        self.path, self.key = path, key
        self.shape: tuple[int, ...] = self._array.shape
        self.dtype: np.dtype[Any] = self._array.dtype

    def read(self, selection: Selection, dtype: np.dtype[Any]) -> NDArray[Any]:
        """A copy of a part."""
        return np.array(self._array[selection], dtype, order="K")

    @cached_property
    def _array(self) -> NDArray[Any]:
        return np.asarray(load(self.path)[self.key].numpy())

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_array"}


def recognises(path: Path) -> bool:
    """Whether the first bytes, or the entries of an archive, are those of a file saved by torch.

    Examples
    --------
    >>> recognises(Path("/dev/null"))
    False
    """
    if path.is_dir():
        return False
    with path.open("rb") as file:
        head = file.read(len(LEGACY))
    return head == LEGACY or any(name.endswith("/data.pkl") for name in zip_names(path))


def open_files(paths: Sequence[Path], protocol: str | None = None) -> DataSet:
    """One file, or several of one resolution; ``train`` and ``test`` in their names make the split.

    Raises
    ------
    InputError
        If a file is damaged, holds objects other than tensors, lacks ``x`` and ``y``, or has another shape.
    """
    pairs = [_pair(path) for path in paths]
    sides = [joined([_field(pair[side]) for pair in pairs], paths) for side in (0, 1)]
    counts = [pair[0].shape[0] for pair in pairs]
    given, wanted = sides[0].shape[1:], sides[1].shape[1:]
    name = "initial" if len(given) == 1 else "forcing" if "nsforcing" in paths[0].stem else "coefficient"
    n = given[0]
    periodic = name != "coefficient"
    walls = dict.fromkeys(AXES[: len(given)], Boundary("periodic")) if periodic else {}
    # Points lie at i / n: every so many of a finer grid, without its last one.
    extent = tuple(1.0 if periodic else (k - 1) / k for k in given)
    grid = Grid(given, extent, "node", walls) if given == wanted[-len(given) :] and len(given) <= 3 and n > 1 else None
    return arranged(
        paths[0].stem, "neuraloperator", protocol, inputs={name: sides[0]}, outputs={"solution": sides[1]},
        counts=counts, closing=ExitStack(), grid=grid, parts=split_by_name(paths, counts),
    )


def load(path: Path) -> dict[str, Any]:
    """The tensors of a file by name, mapped where they can be.

    Raises
    ------
    InputError
        If the file is damaged, or holds anything that would run code.
    """
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that damage makes up
            found = torch.load(path, map_location="cpu", weights_only=True, mmap=is_zipfile(path))
    except OSError:
        raise
    except Exception as error:  # what is damaged or hostile fails in many ways
        reason = " ".join(str(error).split())[:120]
        said = f"{path} is damaged or holds more than tensors ({reason}); expected tensors saved by torch"
        raise InputError(said) from None
    if not isinstance(found, dict):
        raise InputError(f"{path} holds {type(found).__name__}; expected a dictionary with the tensors x and y")
    return {str(name): value for name, value in found.items() if isinstance(value, torch.Tensor)}


def _pair(path: Path) -> tuple[_Tensor, _Tensor]:
    tensors = load(path)
    for pair in PAIRS:
        if set(pair) <= set(tensors):
            for name in pair:
                kind = str(tensors[name].dtype).removeprefix("torch.")
                if kind not in KINDS or not tensors[name].ndim:
                    raise InputError(f"{path}: {name} has dtype {kind}; expected real numbers, samples first")
            return _Tensor(path, pair[0]), _Tensor(path, pair[1])
    raise InputError(f"{path} holds the tensors {listing(list(tensors))}; expected x and y")



def _field(tensor: _Tensor) -> View:
    """(N, 1, H, W) without its axis of one channel; others as they are."""
    return View(tensor, window={1: 0} if len(tensor.shape) == 4 and tensor.shape[1] == 1 else None)
