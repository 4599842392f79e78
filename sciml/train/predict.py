"""Predict with the network of a run, and prove or improve the prediction with a classical solver."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.systems import poisson_system
from sciml.mesh import Grid
from sciml.pde import GridSystem
from sciml.solvers._guess import Refined, refine_guess
from sciml.train.held_out import held_out
from sciml.train.native import predict_guess
from sciml.train.trained import Trained

__all__ = ["PredictionInput", "array_input", "data_input", "predict_all", "refine_all", "refinement_facts"]

Array: TypeAlias = NDArray[Any]
Progress: TypeAlias = Callable[[int, int], None]

# Numbers of a refinement that a report holds for each sample.
ENERGIES = ("multiple", "residual_guess", "energy_error_estimate", "energy_error", "energy_norm")


@dataclass(frozen=True, eq=False)
class PredictionInput:
    """Samples to predict.

    Parameters
    ----------
    grid : Grid
        Of every sample.
    equation : mapping, optional
        What the outputs solve.
    indices : ndarray of int64
        Numbers of the samples in their file.
    read : callable
        Inputs of some samples as (N, in_channels, *spatial).
    fields : callable
        Inputs of one sample by name, as the equation takes them.
    single : bool
        One sample given without an axis that counts samples.
    """

    grid: Grid
    equation: Mapping[str, Any] | None
    indices: NDArray[np.int64]
    read: Callable[[NDArray[np.int64]], Array]
    fields: Callable[[int], Mapping[str, Array]]
    single: bool = False

    def __len__(self) -> int:
        """Number of samples."""
        return len(self.indices)

    def system(self, sample: int) -> GridSystem:
        """The linear system of a sample, by its number in the file.

        Raises
        ------
        InputError
            If there is no equation, or it is not Poisson's.
        """
        if self.equation is None:
            raise InputError("the data tell no equation, so no solver can refine a prediction; leave --refine out")
        return poisson_system(self.grid, self.equation, self.fields(sample))


def array_input(trained: Trained, values: Array) -> PredictionInput:
    """An array as input, on the box and with the equation of training.

    Parameters
    ----------
    trained : Trained
    values : ndarray, shape (*grid) or (N, *grid); for several input channels (channels, *grid) or (N, channels, *grid)

    Raises
    ------
    InputError
        If the array has another layout.
    """
    ndim, channels = trained.grid.ndim, trained.in_channels
    lead = () if channels == 1 else (channels,)
    if values.ndim not in (ndim + len(lead), ndim + len(lead) + 1) or values.dtype.kind not in "biuf":
        wanted = ", ".join([*map(str, lead), *"HWD"[:ndim]])
        raise InputError(
            f"the input is an array {values.shape} of {values.dtype}; the network of {trained.path} takes numbers "
            f"({wanted}) or (N, {wanted})"
        )
    shape = values.shape[-ndim:]
    stacked = values.reshape(-1, channels, *shape)
    if stacked.shape[0] == 0 or (lead and values.shape[-ndim - 1] != channels):
        raise InputError(f"the input is an array {values.shape}; expected at least one sample of {channels} channels")
    names = trained.record["inputs"]

    def fields(sample: int) -> Mapping[str, Array]:
        if len(names) != channels:
            raise InputError(f"the inputs {', '.join(names)} of {trained.path} are no single fields; give a data set")
        return dict(zip(names, stacked[sample].astype(np.float64), strict=True))

    return PredictionInput(
        trained.grid_for(shape), trained.record["equation"], np.arange(len(stacked)), lambda chosen: stacked[chosen],
        fields, values.ndim == ndim + len(lead),
    )


def data_input(
    trained: Trained, files: Sequence[str | Path], stack: ExitStack, *, part: str = "test", protocol: str = ""
) -> PredictionInput:
    """A part of data sets as input; none means those that the run was trained on.

    Parameters
    ----------
    trained : Trained
    files : sequence of str or Path
    stack : ExitStack
        Closes the files.
    part : {"train", "val", "test"}
        Of the split of the file; all samples where it has none. The data of the run are split as they were in training.
    protocol : str
        Name of a published split.

    Raises
    ------
    InputError
        If the data do not fit the network, or the part is empty.
    """
    samples = held_out(trained, files, stack, part=part, protocol=protocol, steps=1)
    return PredictionInput(
        samples.grid, samples.sets[0].equation, samples.split[part], lambda chosen: samples.read("inputs", chosen),
        samples.fields,
    )


def predict_all(
    trained: Trained, given: PredictionInput, *, guess: bool = False, threads: int | None = None,
    steps: int | None = None, progress: Progress = lambda done, total: None,
) -> tuple[Array, float]:
    """Predictions of all samples, and the seconds that each took once libraries were loaded.

    Parameters
    ----------
    trained : Trained
    given : PredictionInput
    guess : bool
        Predictions that a solver starts from, by `predict_guess`.
    threads : int, optional
        Of torch.
    steps : int, optional
        Of a network that steps in time; default as in training.
    progress : callable
        Called with the number of samples done and their total.

    Returns
    -------
    ndarray of float32, shape (N, out_channels, *spatial), and float
        Of steps in time all frames of each field.
    """
    count, size = len(given), trained.config.train.batch_size

    def predict(x: Array) -> Array:
        return predict_guess(trained, x, given.grid, threads) if guess else trained.predict(x, threads, steps)

    first = predict(given.read(given.indices[:1]))  # loads libraries
    out = np.empty((count, *first.shape[1:]), np.float32)
    seconds = 0.0
    for start in range(0, count, size):
        x = given.read(given.indices[start : start + size])
        begin = time.perf_counter()
        out[start : start + size] = predict(x)
        seconds += time.perf_counter() - begin
        progress(min(start + size, count), count)
    return out, seconds / count


def refine_all(
    given: PredictionInput, predictions: Array, rtol: float, *, progress: Progress = lambda done, total: None
) -> tuple[Array, list[Refined]]:
    """Solve the equation of every sample from its prediction.

    Parameters
    ----------
    given : PredictionInput
    predictions : ndarray, shape (N, 1, *spatial)
    rtol : float
        Relative residual of the answers.
    progress : callable
        Called with the number of samples done and their total.

    Returns
    -------
    ndarray of float64, shape (N, 1, *spatial), and list of Refined

    Raises
    ------
    InputError
        If the predictions are no single field, or the equation is none that can be solved.
    """
    if predictions.shape[1] != 1:
        raise InputError(f"predictions of {predictions.shape[1]} channels cannot be refined; expected one field")
    answers, found = np.empty(predictions.shape), []
    refined_from(given.system(int(given.indices[0])), predictions[0, 0], rtol)  # kernels are loaded before times count
    for place, sample in enumerate(given.indices.tolist()):
        system = given.system(sample)
        refined = refined_from(system, predictions[place, 0], rtol)
        answers[place, 0] = system.expand(refined.solution.x)
        found.append(refined)
        progress(place + 1, len(given))
    return answers, found


def refined_from(system: GridSystem, field: Array, rtol: float) -> Refined:
    """A field over the grid refined on the unknowns of a system."""
    return refine_guess(system.A, system.b, field[system.index], rtol=rtol)


def refinement_facts(found: Sequence[Refined]) -> dict[str, Any]:
    """Keys of a report: a list with one entry a sample each, and ``mean`` with their means."""
    solutions, zeros = [one.solution for one in found], [one.from_zero for one in found]
    lists: dict[str, list[Any]] = {
        "residual": [one.residual for one in solutions],
        "iterations": [one.iterations for one in solutions],
        "iterations_zero_guess": [one.iterations for one in zeros],
        **{name: [getattr(one, name) for one in found] for name in ENERGIES},
        "setup_seconds": [one.setup_seconds for one in solutions],
        "solve_seconds": [one.solve_seconds for one in solutions],
        "solve_seconds_zero_guess": [one.solve_seconds for one in zeros],
    }
    means = {name: float(np.mean(values)) for name, values in lists.items()}
    converged = {"converged": all(one.converged for one in solutions), "status": [one.status for one in solutions]}
    return {"method": solutions[0].method, **converged, **lists, "mean": means}
