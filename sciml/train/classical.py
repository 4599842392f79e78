"""What a classical solver takes for the error of a model."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sciml._errors import InputError
from sciml.datasets.systems import poisson_system
from sciml.solvers import Solution, solve
from sciml.train.samples import Samples

__all__ = ["classical_facts"]

SAMPLES = 20  # that are solved at most, spread evenly over all
RTOLS = tuple(10.0**-k for k in range(1, 11))


def classical_facts(samples: Samples, indices: NDArray[np.int64], errors: NDArray[np.float64]) -> dict[str, Any]:
    """Time of `sciml.solvers.solve` when it stops at the first of the tolerances 1e-1, 1e-2, ... whose error is at most
    that of the model, on average.

    Parameters
    ----------
    samples : Samples
        With an equation.
    indices, errors : ndarray
        Samples, and the relative L2 error of the model on each.

    Returns
    -------
    dict
        ``method``, ``rtol``, ``rel_l2`` against the same targets, ``rel_l2_model`` on these samples, ``samples``,
        ``seconds_per_sample`` (set-up and solve, one sample at a time; assembly left out), ``reached``: whether that
        error was reached at all, which targets of another discretisation can prevent.

    Raises
    ------
    InputError
        If there is no equation, or it is not Poisson's.
    """
    equation = samples.sets[0].equation
    if equation is None or len(samples.outputs) != 1:
        raise InputError("the data tell no equation of one unknown field, so no classical solver can be compared")
    places = np.unique(np.linspace(0, len(indices) - 1, min(SAMPLES, len(indices))).astype(np.int64))
    systems = [poisson_system(samples.grid, equation, samples.fields(int(index))) for index in indices[places]]
    targets = samples.read("outputs", indices[places])[:, 0].astype(np.float64)
    wanted, facts = float(errors[places].mean()), dict[str, Any]()
    solve(systems[0].A, systems[0].b, rtol=RTOLS[-1])  # compiles
    for rtol in RTOLS:
        found = [solve(system.A, system.b, rtol=rtol) for system in systems]
        error = np.mean([
            _distance(system.expand(one.x), y) for system, one, y in zip(systems, found, targets, strict=True)
        ])
        facts = {
            "method": found[0].method, "rtol": rtol, "rel_l2": float(error), "rel_l2_model": wanted,
            "samples": len(places), "seconds_per_sample": float(np.mean([_seconds(one) for one in found])),
            "reached": bool(error <= wanted),
        }
        if facts["reached"]:
            break
    return facts


def _distance(u: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(u - y) / np.linalg.norm(y))


def _seconds(solution: Solution) -> float:
    return solution.setup_seconds + solution.solve_seconds
