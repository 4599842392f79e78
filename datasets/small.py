"""The data set that comes with the package: Darcy flow on 32 x 32 cells, 200 training, 50 validation, 50 test samples.

Made by ``sciml data generate darcy --samples 300 --resolution 32 --split 200,50,50 --compress``.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.dataset import DataSet
from sciml.datasets.processor import Processor

if TYPE_CHECKING:
    from torch.utils.data import DataLoader

__all__ = ["RESOLUTION", "load_darcy_small", "open_darcy_small"]

RESOLUTION = 32
SEED = 0

Loader: TypeAlias = "DataLoader[dict[str, Any]]"


def open_darcy_small() -> DataSet:
    """The data set as it is, without torch.

    Examples
    --------
    >>> with open_darcy_small() as data:
    ...     len(data), data.inputs["coefficient"].shape, len(data.indices("test"))
    (300, (300, 32, 32), 50)
    """
    from sciml.datasets.formats.ours import open_ours

    return open_ours(Path(str(files("sciml.datasets") / "data" / "darcy_small.h5")))


def load_darcy_small(
    n_train: int = 200, batch_size: int = 32, test_resolutions: Sequence[int] = (RESOLUTION,),
    test_batch_size: int = 50, seed: int = 0,
) -> tuple[Loader, dict[int, Loader], Processor]:
    """Loaders of tensors for training and test, and what normalises them, as users of neuraloperator know them.

    Parameters
    ----------
    n_train : int
        Training samples, at most 200.
    batch_size, test_batch_size : int
        Samples of a batch.
    test_resolutions : sequence of int
        Cells an axis of the test sets: the same 50 media; other resolutions than 32 are solved when asked for.
    seed : int
        Of the order of training batches.

    Returns
    -------
    train_loader : DataLoader
        Batches ``{"x": coefficient, "y": solution}``, both (batch, 1, n, n) float32, not normalised.
    test_loaders : dict of int to DataLoader
        By resolution.
    processor : Processor
        ``preprocess(batch)`` before the model, ``postprocess(output, batch)`` after it.

    Raises
    ------
    InputError
        If there are not as many samples, or a resolution is too small.

    Examples
    --------
    >>> train_loader, test_loaders, processor = load_darcy_small(batch_size=16)
    >>> tuple(next(iter(train_loader))["x"].shape), list(test_loaders)
    ((16, 1, 32, 32), [32])
    """
    import torch

    with open_darcy_small() as data:
        train = data.indices("train")
        if not 1 <= n_train <= len(train):
            raise InputError(f"n_train is {n_train}; expected 1 to {len(train)} samples")
        x, y = _pair(data, train[:n_train])
        tests = {n: _solved(data, n) for n in test_resolutions if n != RESOLUTION}
        if RESOLUTION in test_resolutions:
            tests[RESOLUTION] = _pair(data, data.indices("test"))
    order = torch.Generator().manual_seed(seed)
    loaders = {n: _loader(*fields, test_batch_size) for n, fields in sorted(tests.items())}
    return _loader(x, y, batch_size, order), loaders, Processor.fitted(x, y)


def _pair(data: DataSet, samples: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[Any]]:
    return data.inputs["coefficient"][samples], data.outputs["solution"][samples]


def _solved(data: DataSet, resolution: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The test samples on another grid: the same random numbers make the same media."""
    from sciml.datasets.generate.darcy import Darcy
    from sciml.datasets.generate.recipe import rng_of

    if resolution < 2:
        raise InputError(f"test resolution is {resolution}; expected a whole number >= 2")
    recipe = Darcy(**data.attributes["generator"]["parameters"])
    samples = [recipe.sample(resolution, rng_of(SEED, int(index))) for index in data.indices("test")]
    fields: list[Mapping[str, NDArray[Any]]] = [{**sample.inputs, **sample.outputs} for sample in samples]
    x, y = (np.stack([one[name] for one in fields]).astype(np.float32) for name in ("coefficient", "solution"))
    return x, y


def _loader(x: NDArray[Any], y: NDArray[Any], batch_size: int, order: Any = None) -> Loader:
    """Batches in the order of the samples, or shuffled by a generator of torch."""
    import torch
    from torch.utils.data import DataLoader

    pairs: Any = [
        {"x": torch.from_numpy(one[None]), "y": torch.from_numpy(other[None])} for one, other in zip(x, y, strict=True)
    ]
    return DataLoader(pairs, batch_size, shuffle=order is not None, generator=order)
