"""Fields of least energy for given averages, against the finite volumes of the package."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from sciml.mesh import Boundary, Grid
from sciml.models.mgno.energy import block_means, least_energy, spread
from sciml.models.mgno.sides import axis_rules
from sciml.pde import poisson
from sciml.solvers import Direct, solve

DIRICHLET, NEUMANN, PERIODIC = (Boundary(kind) for kind in ("dirichlet", "neumann", "periodic"))

CASES = {
    "1-D": Grid((24,)),
    "mixed": Grid((12, 16), (1.5, 2.0), boundary={"x-": NEUMANN, "y+": NEUMANN}),
    "periodic": Grid((8, 12), (1.0, 1.5), boundary={"x": PERIODIC}),
    "flat cells": Grid((12, 12), (1.0, 2.0)),
    "3-D": Grid((8, 8, 8), boundary={"z-": NEUMANN}),
}


def medium(grid: Grid) -> np.ndarray:
    """Two values, and some between, without any order."""
    return np.random.default_rng(0).choice([3.0, 7.5, 12.0], grid.shape)


def source(grid: Grid) -> np.ndarray:
    """Another value on each block."""
    rng = np.random.default_rng(1)
    return spread(torch.from_numpy(rng.uniform(0.5, 2, tuple(n // 2 for n in grid.shape)))[None, None])[0, 0].numpy()


def rules(grid: Grid) -> Any:
    kinds = {side: condition.kind for side, condition in grid.boundary.items()}
    return axis_rules(kinds, grid.ndim, dirichlet="odd")


def limit(u: Tensor, a: np.ndarray, grid: Grid) -> Tensor:
    """Where the steps lead."""
    for _ in range(60):
        u = least_energy(u, tensor(a), rules(grid), grid.spacing)
    return u


def tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float64))[None, None]


@pytest.mark.parametrize("grid", CASES.values(), ids=CASES)
def test_solutions_are_found_again_from_their_averages(grid: Grid) -> None:
    a = medium(grid)
    system = poisson(grid, coefficient=a, source=source(grid))
    u = tensor(system.expand(solve(system.A, system.b, Direct()).x))
    means = block_means(u)
    found = limit(spread(means), a, grid)
    torch.testing.assert_close(found, u, rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(block_means(found), means, rtol=1e-13, atol=1e-14)
    same = least_energy(u, tensor(a), rules(grid), grid.spacing)
    torch.testing.assert_close(same, u, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("grid", CASES.values(), ids=CASES)
def test_few_steps_lower_the_energy_and_are_linear(grid: Grid) -> None:
    a, A = medium(grid), poisson(grid, coefficient=medium(grid)).A.tocsr()
    generator = torch.Generator().manual_seed(0)
    u, v = torch.randn(2, 1, 1, *grid.shape, generator=generator, dtype=torch.float64)

    def lowered(w: Tensor) -> Tensor:
        return least_energy(w, tensor(a), rules(grid), grid.spacing)

    torch.testing.assert_close(lowered(2 * u - v), 2 * lowered(u) - lowered(v), rtol=1e-12, atol=1e-12)
    energies = [float(w.ravel() @ (A @ w.ravel())) for w in (u.numpy(), lowered(u).numpy())]
    assert energies[1] < 0.5 * energies[0]


def test_the_flux_is_continuous_through_layers() -> None:
    """Layers at right angles to x, the first cut through a block: u is linear in each, slopes as resistances."""
    a = np.repeat([2.0, 10.0, 0.5], [5, 6, 5])
    resistance = 1 / a
    u = np.cumsum(resistance) - resistance / 2  # flux 1 from 0 on the left
    half = Grid((16,), boundary={"x+": NEUMANN})
    # No flux leaves on the right, so what flows in ends in the last block, whose source is constant.
    u[-1] -= 0.5 * (resistance[-1] / 2 + resistance[-2] / 2)
    found = limit(spread(block_means(tensor(u))), a, half)
    torch.testing.assert_close(found, tensor(u), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("shape", [(16,), (8, 12), (4, 8, 4)])
def test_the_interval_of_chebyshev(shape: tuple[int, ...]) -> None:
    """Details of blocks have eigenvalues of Z A between 1 / d and 2, both taken where signs may alternate."""
    grid, n = Grid(shape, boundary=PERIODIC), int(np.prod(shape))
    basis = torch.eye(n, dtype=torch.float64).reshape(n, 1, *shape)
    details = basis - spread(block_means(basis))
    middle = (2 + 1 / grid.ndim) / 2
    Z_A = middle * (details - least_energy(details, torch.ones_like(basis), rules(grid), steps=1)).reshape(n, n)
    values = torch.linalg.eigvalsh(Z_A)[n // 2**grid.ndim :]  # 0 for the averages
    np.testing.assert_allclose(values[[0, -1]], [1 / grid.ndim, 2], rtol=1e-12)
